//! An honest registry, and one that is honest but for one answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use merlon_registry::{Access, Demand, Pulled, PushOptions, Reference, RegistryError};
use merlon_trust::{Digest, Policy, PublicKey};

use crate::support::server::{Answer, Request, Server};
use crate::support::{Client, DEFINITION, access, chain, ruleset};

/// What an honest registry would answer: an artifact under the tag `1`.
#[derive(Clone)]
pub(crate) struct Artifact {
    pub(crate) manifest: Vec<u8>,
    pub(crate) blobs: Arc<BTreeMap<String, Vec<u8>>>,
}

impl Artifact {
    /// The ruleset that all tests send around, as this crate writes it into a layout.
    pub(crate) fn new() -> Self {
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
    pub(crate) fn with_file(path: &str, bytes: &[u8]) -> Self {
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

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    /// The largest blob's digest.
    pub(crate) fn victim(&self) -> String {
        let largest = self.blobs.iter().max_by_key(|(_, bytes)| bytes.len());
        largest.unwrap().0.clone()
    }

    pub(crate) fn answer(&self, request: &Request) -> Answer {
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

pub(crate) fn at(server: &Server) -> Reference {
    format!("oci://{}/n:1", server.host).parse().unwrap()
}

pub(crate) fn hasty() -> Access {
    let mut access = access(Vec::new());
    access.patience.silence = Duration::from_millis(300);
    access.patience.whole = Duration::from_secs(2);
    access
}

pub(crate) fn pull(server: &Server) -> Result<Pulled, RegistryError> {
    Client::plain(&server.host)
        .registry
        .pull(&at(server), &Demand::Anything)
}

pub(crate) fn refused(server: &Server) -> String {
    chain(&pull(server).unwrap_err())
}

/// An honest registry but for what `lie` answers.
pub(crate) fn lying(
    lie: impl Fn(&Artifact, &Request) -> Option<Answer> + Send + Sync + 'static,
) -> Server {
    let artifact = Artifact::new();
    Server::start(move |request| {
        lie(&artifact, request).unwrap_or_else(|| artifact.answer(request))
    })
}

/// Answers for the largest blob only.
pub(crate) fn blob(
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
pub(crate) fn manifest(request: &Request, answer: impl Fn() -> Answer) -> Option<Answer> {
    request.path.contains("/manifests/").then(answer)
}

pub(crate) fn signed() -> Demand {
    // Any key: what is asked here is what is done when nobody signed.
    let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n";
    Demand::Signed {
        policy: Policy::Key(PublicKey::from_pem(pem.as_bytes()).unwrap()),
        annotations: BTreeMap::new(),
    }
}
