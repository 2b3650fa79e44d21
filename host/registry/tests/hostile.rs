//! Registries that lie, break and never end: each costs a bounded time and memory, and gets a clear error.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merlon_registry::{
    Access, Credentials, Demand, HostAccess, Network, PushOptions, Reference, RegistryError, Scheme,
};
use merlon_trust::{Digest, Policy, PublicKey};
use support::server::{Answer, Ending, Request, Server};
use support::{
    Client, DEFINITION, access, assert_whole, chain, credentials, patience, plain, ruleset,
};

/// What an honest registry would answer: an artifact under the tag `1`.
#[derive(Clone)]
struct Artifact {
    manifest: Vec<u8>,
    blobs: Arc<BTreeMap<String, Vec<u8>>>,
}

impl Artifact {
    /// The ruleset that all tests send around, as this crate writes it into a layout.
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let client = Client::automatic();
        let at: Reference = format!("oci:{}/lay:1", root.path().display())
            .parse()
            .unwrap();
        let digest = client
            .registry
            .push(&ruleset(), &at, &PushOptions::default())
            .unwrap();
        let mut blobs = BTreeMap::new();
        for entry in std::fs::read_dir(root.path().join("lay/blobs/sha256")).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            blobs.insert(Digest::of(&bytes).to_string(), bytes);
        }
        Self {
            manifest: blobs.remove(&digest.to_string()).unwrap(),
            blobs: Arc::new(blobs),
        }
    }

    /// One file of those bytes in a ruleset that is otherwise only its definition.
    fn with_file(path: &str, bytes: &[u8]) -> Self {
        let layers = [("ruleset.yaml", DEFINITION.as_bytes()), (path, bytes)];
        let described = layers.map(|(path, bytes)| {
            serde_json::json!({"mediaType": "x", "digest": Digest::of(bytes).to_string(), "size": bytes.len(),
                "annotations": {"org.opencontainers.image.title": path}})
        });
        let manifest =
            serde_json::json!({"schemaVersion": 2, "config": described[0], "layers": described});
        Self {
            manifest: manifest.to_string().into_bytes(),
            blobs: Arc::new(
                layers
                    .iter()
                    .map(|(_, bytes)| (Digest::of(bytes).to_string(), bytes.to_vec()))
                    .collect(),
            ),
        }
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    /// The largest blob's digest.
    fn victim(&self) -> String {
        let largest = self.blobs.iter().max_by_key(|(_, bytes)| bytes.len());
        largest.unwrap().0.clone()
    }

    fn answer(&self, request: &Request) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Answer::new(405, "");
        }
        let (_, name) = request.path.rsplit_once('/').unwrap();
        if request.path.contains("/manifests/") {
            let digest = self.digest().to_string();
            return match name == "1" || name == digest {
                true => Answer::ok(self.manifest.clone()).with("docker-content-digest", digest),
                false => Answer::missing(),
            };
        }
        self.blobs
            .get(name)
            .map_or_else(Answer::missing, |bytes| Answer::ok(bytes.clone()))
    }
}

fn at(server: &Server) -> Reference {
    format!("oci://{}/n:1", server.host).parse().unwrap()
}

fn hasty() -> Access {
    let mut access = access(Vec::new());
    access.patience.silence = Duration::from_millis(300);
    access.patience.whole = Duration::from_secs(2);
    access
}

fn pull(server: &Server) -> Result<merlon_registry::Pulled, RegistryError> {
    Client::plain(&server.host)
        .registry
        .pull(&at(server), &Demand::Anything)
}

fn refused(server: &Server) -> String {
    chain(&pull(server).unwrap_err())
}

/// An honest registry but for what `lie` answers.
fn lying(lie: impl Fn(&Artifact, &Request) -> Option<Answer> + Send + Sync + 'static) -> Server {
    let artifact = Artifact::new();
    Server::start(move |request| {
        lie(&artifact, request).unwrap_or_else(|| artifact.answer(request))
    })
}

/// Answers for the largest blob only.
fn blob(
    artifact: &Artifact,
    request: &Request,
    answer: impl Fn(&[u8]) -> Answer,
) -> Option<Answer> {
    let victim = artifact.victim();
    request
        .path
        .ends_with(&victim)
        .then(|| answer(&artifact.blobs[&victim]))
}

/// Answers for the manifest only.
fn manifest(request: &Request, answer: impl Fn() -> Answer) -> Option<Answer> {
    request.path.contains("/manifests/").then(answer)
}

#[test]
fn an_honest_registry_is_pulled_from() {
    let server = lying(|_, _| None);
    let pulled = pull(&server).unwrap();
    assert_whole(&pulled.files);
    assert_eq!(pulled.digest, Artifact::new().digest());
}

#[test]
fn a_manifest_with_another_digest_is_refused() {
    let server = lying(|_, request| {
        let other = Digest::of(b"other").to_string();
        manifest(request, || {
            Answer::ok("{}").with("docker-content-digest", other.clone())
        })
    });
    assert!(refused(&server).contains("altered or damaged"));
    let pinned = at(&server).pinned(&Digest::of(b"wanted"));
    let client = Client::plain(&server.host);
    let error = client
        .registry
        .pull(&pinned, &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Digest { .. }), "{error}");
}

#[test]
fn a_missing_digest_header_is_no_matter() {
    let server =
        lying(|artifact, request| manifest(request, || Answer::ok(artifact.manifest.clone())));
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_blob_of_other_bytes_is_refused() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(vec![b'x'; bytes.len()])
        })
    });
    assert!(refused(&server).contains("altered or damaged"));
}

#[test]
fn a_blob_that_is_too_long_is_not_read_further() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok([bytes, b"more"].concat())
        })
    });
    assert!(refused(&server).contains("bytes instead of"));
}

#[test]
fn a_body_that_never_ends_is_not_read_to_its_end() {
    let endless = |artifact: &Artifact, request: &Request| {
        blob(artifact, request, |_| {
            Answer::ok(vec![0; 1 << 16]).ending(Ending::Never)
        })
    };
    assert!(refused(&lying(endless)).contains("bytes instead of"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::ok(vec![b' '; 1 << 16]).ending(Ending::Never)
        })
    });
    assert!(refused(&server).contains("larger than 4MiB"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::new(500, vec![b' '; 1 << 16]).ending(Ending::Never)
        })
    });
    assert!(refused(&server).contains("answered 500"));
}

#[test]
fn a_blob_that_is_always_cut_is_given_up() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64))
        })
    });
    assert!(
        refused(&server).contains("cannot be reached"),
        "{}",
        refused(&server)
    );
    let short =
        lying(|artifact, request| blob(artifact, request, |bytes| Answer::ok(&bytes[..10])));
    assert!(refused(&short).contains("ended before"));
}

#[test]
fn a_cut_blob_is_gone_on_with_where_it_was() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.header("range") {
            None => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            Some(range) => {
                assert_eq!(range, "bytes=10-");
                let total = bytes.len();
                Answer::new(206, &bytes[10..])
                    .with("content-range", format!("bytes 10-{}/{total}", total - 1))
            }
        })
    });
    assert_whole(&pull(&server).unwrap().files);
    assert_eq!(server.count("GET", &Artifact::new().victim()), 2);
}

#[test]
fn a_registry_that_cannot_go_on_sends_the_whole_again() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.turn {
            1 => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            _ => Answer::ok(bytes),
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_registry_that_goes_on_elsewhere_is_not_believed() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.header("range") {
            None => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            Some(_) => Answer::new(206, &bytes[20..]).with("content-range", "bytes 20-99/100"),
        })
    });
    assert!(refused(&server).contains("does not go on where it was"));
}

#[test]
fn a_missing_length_is_no_matter() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(bytes).ending(Ending::Closing)
        })
        .or_else(|| {
            manifest(request, || {
                Answer::ok(artifact.manifest.clone()).ending(Ending::Closing)
            })
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_length_that_lies_is_not_believed() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(bytes).ending(Ending::Claiming(5))
        })
    });
    assert!(refused(&server).contains("ended before"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::ok("{}").ending(Ending::Claiming(u64::MAX / 4))
        })
    });
    assert!(refused(&server).contains("larger than 4MiB"));
}

#[test]
fn a_giant_manifest_is_not_read() {
    let server = lying(|_, request| manifest(request, || Answer::ok(vec![b' '; (4 << 20) + 1])));
    assert!(refused(&server).contains("larger than 4MiB"));
}

#[test]
fn a_manifest_of_very_many_layers_is_refused() {
    let layer = format!(r#"{{"digest":"{}","size":1}},"#, Digest::of(b"x"));
    for (count, word) in [(12_000, "10000 layers"), (100_000, "larger than 4MiB")] {
        let layers = layer.repeat(count);
        let body = format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"d","size":1}},"layers":[{}]}}"#,
            layers.trim_end_matches(',')
        );
        let server = lying(move |_, request| manifest(request, || Answer::ok(body.clone())));
        assert!(refused(&server).contains(word), "{count}");
    }
}

#[test]
fn an_index_of_itself_is_not_followed() {
    let index = |digest: &str| {
        format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"m","digest":"{digest}","size":1}}]}}"#
        )
    };
    // Nobody can name the own digest; the registry can answer itself to every digest.
    let itself = index(&Digest::of(b"itself").to_string());
    let server = lying(move |_, request| manifest(request, || Answer::ok(itself.clone())));
    assert!(refused(&server).contains("altered or damaged"));
    let inner = index(&Digest::of(b"deeper").to_string());
    let outer = index(&Digest::of(inner.as_bytes()).to_string());
    let server = lying(move |_, request| {
        manifest(request, || {
            Answer::ok(if request.path.ends_with("/1") {
                outer.clone()
            } else {
                inner.clone()
            })
        })
    });
    assert!(refused(&server).contains("an index in turn"));
    assert_eq!(server.count("GET", "/manifests/"), 2);
}

#[test]
fn html_is_no_manifest() {
    let html = || Answer::ok("<html><body>Welcome</body></html>");
    let server = lying(move |_, request| {
        manifest(request, || {
            html().with("content-type", "text/html; charset=utf-8")
        })
    });
    assert!(refused(&server).contains("is this a registry?"));
    let server = lying(move |_, request| manifest(request, html));
    assert!(refused(&server).contains("the manifest of oci://"));
    let server =
        lying(move |_, request| manifest(request, || Answer::new(502, "<html>Bad gateway")));
    assert!(refused(&server).contains("answered 502"));
}

#[test]
fn redirects_in_a_circle_end() {
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::new(307, "").with("location", request.path.clone())
        })
    });
    assert!(refused(&server).contains("too many"));
    assert!(server.count("GET", "/manifests/") <= 6);
    for (location, word) in [
        ("ftp://x/y", "is none"),
        ("http://u:p@127.0.0.1/x", "is none"),
        ("", "too many"),
    ] {
        let server = lying(move |_, request| {
            manifest(request, || Answer::new(307, "").with("location", location))
        });
        assert!(refused(&server).contains(word), "{location}");
    }
}

/// A registry that demands Basic, and what it saw.
fn demanding(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |request| match request.header("authorization") {
        Some(_) => answer(request),
        None => Answer::new(401, "").with("www-authenticate", "Basic realm=\"r\""),
    })
}

fn knowing(server: &Server, root: &std::path::Path) -> Access {
    let json = format!(
        r#"{{"auths":{{"{}":{{"username":"merlon","password":"hunter2"}}}}}}"#,
        server.host
    );
    let mut access = access(vec![plain(&server.host)]);
    access.credentials = credentials(root, &json);
    access
}

#[test]
fn credentials_are_not_sent_where_a_redirect_leads() {
    let artifact = Artifact::new();
    let elsewhere = {
        let artifact = artifact.clone();
        Server::start(move |request| artifact.answer(request))
    };
    let target = elsewhere.host.clone();
    let server = demanding(move |request| {
        if request.path.contains("/blobs/") {
            return Answer::new(307, "")
                .with("location", format!("http://{target}{}", request.path));
        }
        artifact.answer(request)
    });
    let root = tempfile::tempdir().unwrap();
    let client = Client::new(knowing(&server, root.path()));
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    assert!(!elsewhere.requests().is_empty());
    for request in elsewhere.requests() {
        assert_eq!(request.header("authorization"), None, "{}", request.path);
    }
}

#[test]
fn credentials_are_not_given_to_who_asks_for_them_after_a_redirect() {
    let thief =
        Server::start(|_| Answer::new(401, "").with("www-authenticate", "Basic realm=\"r\""));
    let target = thief.host.clone();
    let server = demanding(move |request| {
        Answer::new(302, "").with("location", format!("http://{target}{}", request.path))
    });
    let root = tempfile::tempdir().unwrap();
    let client = Client::new(knowing(&server, root.path()));
    let error = client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap_err();
    assert!(
        chain(&error).contains("only the registry gets"),
        "{}",
        chain(&error)
    );
    assert_eq!(thief.requests().len(), 1);
    assert_eq!(thief.requests()[0].header("authorization"), None);
}

#[test]
fn uploads_to_another_host_carry_no_credentials() {
    let elsewhere = Server::start(|_| Answer::new(201, ""));
    let target = elsewhere.host.clone();
    let server = demanding(move |request| match request.method.as_str() {
        "HEAD" => Answer::missing(),
        "POST" => Answer::new(202, "").with("location", format!("http://{target}/upload?id=1")),
        _ => Answer::new(201, ""),
    });
    let root = tempfile::tempdir().unwrap();
    let client = Client::new(knowing(&server, root.path()));
    client
        .registry
        .push(&ruleset(), &at(&server), &PushOptions::default())
        .unwrap();
    assert!(elsewhere.count("PUT", "/upload?id=1&digest=sha256%3A") > 0);
    for request in elsewhere.requests() {
        assert_eq!(request.header("authorization"), None);
    }
}

#[test]
fn a_registry_that_always_answers_401_is_asked_twice() {
    let server = Server::start(|_| {
        Answer::new(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"no\u001b[31m, hunter2 bWVybG9uOmh1bnRlcjI="}]}"#)
            .with("www-authenticate", "Basic realm=\"r\"")
    });
    let root = tempfile::tempdir().unwrap();
    let client = Client::new(knowing(&server, root.path()));
    let error = client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Denied { .. }), "{error}");
    assert_eq!(server.requests().len(), 2);
    let text = format!("{} {error:?}", chain(&error));
    assert!(text.contains("UNAUTHORIZED"), "{text}");
    // What the server says is shown, but for what it was told.
    for secret in ["hunter2", &STANDARD.encode("merlon:hunter2"), "\u{1b}"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// A registry that wants a token of that server, and accepts one.
fn wanting_token(realm: String, artifact: Artifact) -> Server {
    Server::start(move |request| match request.header("authorization") {
        Some("Bearer right") => artifact.answer(request),
        _ => Answer::new(401, "").with(
            "www-authenticate",
            format!(r#"Bearer realm="{realm}",service="registry",scope="repository:other:push""#),
        ),
    })
}

#[test]
fn a_token_is_fetched_from_where_the_registry_says() {
    let tokens = Server::start(|request| match request.header("authorization") {
        Some(_) => Answer::ok(r#"{"access_token":"right"}"#),
        None => Answer::ok(r#"{"token":"wrong"}"#),
    });
    let server = wanting_token(format!("http://{}/token", tokens.host), Artifact::new());
    let root = tempfile::tempdir().unwrap();
    let client = Client::new(knowing(&server, root.path()));
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    let asked = tokens.requests();
    // One token for all; and for this repository, whatever the registry asks for.
    assert_eq!(
        asked[0].path,
        "/token?service=registry&scope=repository%3An%3Apull"
    );
    assert_eq!(
        asked[0].header("authorization"),
        Some(format!("Basic {}", STANDARD.encode("merlon:hunter2")).as_str())
    );

    let anonymous = Client::plain(&server.host)
        .registry
        .pull(&at(&server), &Demand::Anything);
    assert!(
        matches!(anonymous, Err(RegistryError::Denied { .. })),
        "{anonymous:?}"
    );
}

#[test]
fn an_identity_token_is_exchanged() {
    let tokens = Server::start(|request| {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let is_right = request.method == "POST"
            && form.contains("grant_type=refresh_token")
            && form.contains("refresh_token=id%2Bentity")
            && request.header("authorization").is_none();
        match is_right {
            true => Answer::ok(r#"{"access_token":"right"}"#),
            false => Answer::new(400, ""),
        }
    });
    let server = wanting_token(format!("http://{}/token", tokens.host), Artifact::new());
    let root = tempfile::tempdir().unwrap();
    let json = format!(
        r#"{{"auths":{{"{}":{{"auth":"PHRva2VuPjo=","identitytoken":"id+entity"}}}}}}"#,
        server.host
    );
    let mut access = access(vec![plain(&server.host)]);
    access.credentials = credentials(root.path(), &json);
    let client = Client::new(access);
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
}

#[test]
fn a_token_server_that_misbehaves_is_an_error() {
    for (answer, word) in [
        ("{}", "holds no token"),
        (r#"{"token":""}"#, "holds no token"),
        (r#"{"token":"a\r\nx: y"}"#, "holds no token"),
        ("<html>", "holds no token"),
        ("endless", "too large"),
    ] {
        let tokens = Server::start(move |_| match answer {
            "endless" => Answer::ok(vec![b' '; 1 << 16]).ending(Ending::Never),
            answer => Answer::ok(answer),
        });
        let server = wanting_token(format!("http://{}/token", tokens.host), Artifact::new());
        let error = refused(&server);
        assert!(error.contains(word), "{answer}: {error}");
    }
    for realm in [
        "ftp://x/token",
        "token",
        "http://tokens.example/token",
        "http://u:p@127.0.0.1/token",
    ] {
        let error = refused(&wanting_token(realm.to_owned(), Artifact::new()));
        assert!(error.contains("token server"), "{realm}: {error}");
    }
}

#[test]
fn a_busy_registry_is_asked_again_and_not_forever() {
    let server = lying(|_, request| {
        let busy = request.turn <= 2 && request.path.contains("/manifests/");
        busy.then(|| {
            Answer::new(if request.turn == 1 { 429 } else { 503 }, "").with("retry-after", "0")
        })
    });
    assert_whole(&pull(&server).unwrap().files);
    assert_eq!(server.count("GET", "/manifests/"), 3);
    let server = lying(|_, request| manifest(request, || Answer::new(503, "")));
    assert!(refused(&server).contains("answered 503"));
    assert_eq!(
        server.count("GET", "/manifests/"),
        1 + patience().retries as usize
    );
    // A pause of hours is told and not made.
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::new(429, "").with("retry-after", "86400")
        })
    });
    assert!(refused(&server).contains("asks to wait 86400 s"));
    assert_eq!(server.count("GET", "/manifests/"), 1);
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.turn {
            1 => Answer::new(429, "").with("retry-after", "0"),
            _ => Answer::ok(bytes),
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn silence_has_an_end() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        Answer::ok("")
    });
    let mut access = hasty();
    access.hosts = vec![plain(&server.host)];
    access.patience.retries = 0;
    let error = Client::new(access)
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Connection { .. }), "{error}");
}

fn signed() -> Demand {
    // Any key: what is asked here is what is done when nobody signed.
    let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n";
    Demand::Signed {
        policy: Policy::Key(PublicKey::from_pem(pem.as_bytes()).unwrap()),
        annotations: BTreeMap::new(),
    }
}

#[test]
fn nothing_of_the_content_is_fetched_before_its_signature_is_verified() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    let error = client.registry.pull(&at(&server), &signed()).unwrap_err();
    assert!(chain(&error).contains("not signed"), "{}", chain(&error));
    assert_eq!(server.count("GET", "/blobs/"), 0);
    // The tag is resolved one time: what it means later is of no matter.
    assert_eq!(server.count("GET", "/manifests/1"), 1);
}

#[test]
fn referrers_of_a_false_type_are_no_signatures() {
    let artifact = Artifact::new();
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let referrer = serde_json::json!({
        "schemaVersion": 2, "artifactType": bundle,
        "config": {"mediaType": "c", "digest": Digest::of(b"{}").to_string(), "size": 2},
        "layers": [{"mediaType": "text/plain", "digest": Digest::of(b"{}").to_string(), "size": 2}],
        "subject": {"mediaType": "m", "digest": artifact.digest().to_string(), "size": 1},
    })
    .to_string();
    let stranger = referrer.replace(
        &artifact.digest().to_string(),
        &Digest::of(b"other").to_string(),
    );
    let entry = |manifest: &str, kind: &str| {
        serde_json::json!({"mediaType": "m", "digest": Digest::of(manifest.as_bytes()).to_string(),
            "size": manifest.len(), "artifactType": kind})
    };
    let missing = serde_json::json!({"mediaType": "m", "digest": "sha512:00", "size": 1, "artifactType": bundle});
    let index = serde_json::json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry(&referrer, bundle), entry(&stranger, bundle), missing]})
    .to_string();
    let server = lying(move |_, request| {
        let known = [&referrer, &stranger];
        let found = known.iter().find(|known| {
            request
                .path
                .ends_with(&Digest::of(known.as_bytes()).to_string())
        });
        match found {
            Some(found) => Some(Answer::ok(found.as_bytes())),
            None => request
                .path
                .contains("/referrers/")
                .then(|| Answer::ok(index.clone())),
        }
    });
    let client = Client::plain(&server.host);
    let found = client
        .registry
        .signatures(&at(&server), &artifact.digest())
        .unwrap();
    assert!(found.candidates.is_empty(), "{found:?}");
    assert_eq!(found.unreadable.len(), 2, "{found:?}");
    let error = client.registry.pull(&at(&server), &signed()).unwrap_err();
    assert!(error.to_string().contains("2 cannot be read"), "{error}");
}

#[test]
fn pages_without_end_are_given_up() {
    let page = |name: &'static str| {
        lying(move |_, request| {
            let body = match name {
                "referrers" => r#"{"schemaVersion":2,"manifests":[]}"#,
                _ => r#"{"tags":["a"]}"#,
            };
            request.path.contains(&format!("/{name}")).then(|| {
                let next = format!("</v2/n/{name}/x?last={}>; rel=\"next\"", request.path.len());
                Answer::ok(body).with("link", next.replace("/tags/x", "/tags/list"))
            })
        })
    };
    for name in ["referrers", "tags"] {
        let server = page(name);
        let client = Client::plain(&server.host);
        let error = match name {
            "referrers" => client
                .registry
                .signatures(&at(&server), &Digest::of(b"x"))
                .map(|found| {
                    assert!(found.candidates.is_empty());
                    found.unreadable.join(" ")
                }),
            _ => client
                .registry
                .tags(&at(&server))
                .map(|tags| tags.join(" ")),
        };
        let error = error.unwrap_or_else(|error| error.to_string());
        assert!(
            error.contains("does not end") || error.contains("or itself"),
            "{error}"
        );
        assert!(server.requests().len() <= 110);
    }
}

#[test]
fn many_pages_of_tags_are_given_up() {
    let server = lying(|_, request| {
        request.path.contains("/tags/").then(|| {
            let at = request
                .path
                .rsplit_once('=')
                .map_or("0", |(_, at)| at)
                .parse::<u64>()
                .unwrap();
            Answer::ok(r#"{"tags":["a"]}"#)
                .with("link", format!("<?last={}>; rel=\"next\"", at + 1))
        })
    });
    let error = Client::plain(&server.host)
        .registry
        .tags(&at(&server))
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(server.count("GET", "/tags/"), 100);
}

#[test]
fn a_next_page_on_another_host_is_not_read() {
    let server = lying(|_, request| {
        let tags = request.path.contains("/tags/");
        tags.then(|| {
            Answer::ok(r#"{"tags":["a"]}"#).with("link", "<http://127.0.0.1:1/x>; rel=\"next\"")
        })
    });
    let error = Client::plain(&server.host)
        .registry
        .tags(&at(&server))
        .unwrap_err();
    assert!(error.to_string().contains("elsewhere"), "{error}");
}

#[test]
fn paths_out_of_the_ruleset_and_archives_of_links_are_refused() {
    for path in [
        "../../x",
        "/etc/cron.d/x",
        "rules\\x",
        "Ruleset.YAML",
        "a\0b",
    ] {
        let artifact = Artifact::with_file(path, b"x");
        let server = Server::start(move |request| artifact.answer(request));
        assert!(
            refused(&server).contains("cannot be a file of a ruleset"),
            "{path}"
        );
    }
}

#[test]
fn a_loopback_registry_may_speak_http_and_any_other_may_not() {
    let server = lying(|_, _| None);
    let automatic = Client::automatic();
    assert_whole(
        &automatic
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    let mut special = plain(&server.host);
    special.scheme = Scheme::Https;
    let strict = Client::new(access(vec![special]));
    let error = strict
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Connection { .. }), "{error}");
}

fn mirrored(origin: &Server, mirrors: &[&Server]) -> Access {
    let mut access = access(mirrors.iter().map(|mirror| plain(&mirror.host)).collect());
    access.hosts.push(HostAccess {
        mirrors: mirrors
            .iter()
            .map(|mirror| format!("{}/cached", mirror.host))
            .collect(),
        ..plain(&origin.host)
    });
    access
}

#[test]
fn mirrors_are_asked_first_for_what_has_a_digest() {
    let origin = lying(|_, _| None);
    let mirror = lying(|_, _| None);
    let client = Client::new(mirrored(&origin, &[&mirror]));
    assert_whole(
        &client
            .registry
            .pull(&at(&origin), &Demand::Anything)
            .unwrap()
            .files,
    );
    // The meaning of the tag is the registry's own word.
    assert_eq!(
        (
            origin.count("GET", "/manifests/1"),
            mirror.count("GET", "/manifests/1")
        ),
        (1, 0)
    );
    assert_eq!(origin.count("GET", "/blobs/"), 0);
    assert!(mirror.count("GET", "/v2/cached/n/blobs/") > 0);
}

#[test]
fn a_mirror_that_lies_or_is_away_is_passed_over() {
    let origin = lying(|_, _| None);
    let liar = lying(|_, request| request.path.contains("/blobs/").then(|| Answer::ok("x")));
    let empty = Server::start(|_| Answer::missing());
    let gone = Server::start(|_| Answer::new(500, ""));
    let client = Client::new(mirrored(&origin, &[&gone, &empty, &liar]));
    assert_whole(
        &client
            .registry
            .pull(&at(&origin), &Demand::Anything)
            .unwrap()
            .files,
    );
    assert!(origin.count("GET", "/blobs/") > 0 && liar.count("GET", "/blobs/") > 0);
}

#[test]
fn a_mirror_helps_when_the_registry_is_away() {
    let mirror = lying(|_, _| None);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = closed.local_addr().unwrap().to_string();
    drop(closed);
    let mut access = access(vec![plain(&mirror.host)]);
    access.hosts.push(HostAccess {
        mirrors: vec![mirror.host.clone()],
        ..plain(&origin)
    });
    let reference: Reference = format!("oci://{origin}/n:1").parse().unwrap();
    let client = Client::new(access);
    assert_whole(
        &client
            .registry
            .pull(&reference, &Demand::Anything)
            .unwrap()
            .files,
    );
}

#[test]
fn what_was_pulled_is_not_fetched_again() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    let before = server.requests().len();
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    assert_eq!(
        server.requests().len(),
        before + 1,
        "only the tag is resolved again"
    );
    let mut offline = access(vec![plain(&server.host)]);
    offline.network = Network::Offline;
    let client = client.again(offline);
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    let unknown = at(&server).pinned(&Digest::of(b"unknown"));
    for error in [
        client
            .registry
            .pull(&unknown, &Demand::Anything)
            .unwrap_err(),
        client.registry.pull(&at(&server), &signed()).unwrap_err(),
        client.registry.tags(&at(&server)).unwrap_err(),
        client
            .registry
            .push(&ruleset(), &at(&server), &PushOptions::default())
            .unwrap_err(),
    ] {
        assert!(matches!(error, RegistryError::Offline { .. }), "{error}");
    }
    assert_eq!(server.requests().len(), before + 1);
}

#[test]
fn what_was_damaged_in_the_cache_is_fetched_again() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    let victim = Artifact::new().victim();
    let hex = victim.strip_prefix("sha256:").unwrap();
    let path = client
        .cache
        .path()
        .join("oci/blobs/sha256")
        .join(&hex[..2])
        .join(hex);
    std::fs::write(&path, "damaged").unwrap();
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    assert_eq!(server.count("GET", &victim), 2);
}

#[test]
fn credentials_that_cannot_be_read_are_no_matter_to_who_needs_none() {
    let server = lying(|_, _| None);
    let root = tempfile::tempdir().unwrap();
    let mut broken = access(vec![plain(&server.host)]);
    broken.credentials = credentials(root.path(), "{ broken");
    Client::new(broken.clone())
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    let guarded = demanding(|_| Answer::missing());
    broken.hosts = vec![plain(&guarded.host)];
    let error = Client::new(broken)
        .registry
        .pull(&at(&guarded), &Demand::Anything)
        .unwrap_err();
    assert!(
        matches!(error, RegistryError::Credentials { .. }),
        "{error}"
    );
    assert_eq!(Credentials::default().files.len(), 0);
}
