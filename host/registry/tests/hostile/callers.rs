//! Who asks: what a registry is told, and that nobody else is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use merlon_registry::{Access, Demand, PushOptions, RegistryError, Scheme};

use crate::artifact::{Artifact, at, lying, manifest, refused};
use crate::support::server::{Answer, Ending, Request, Server};
use crate::support::{Client, access, assert_whole, chain, credentials, plain, ruleset};

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
}
