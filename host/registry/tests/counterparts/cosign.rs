//! Signatures of the real cosign, and what it makes of ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use merlon_registry::{Demand, Network, PushOptions, Reference, RegistryError};
use merlon_trust::{Candidate, Digest, Policy, PublicKey, SigningKey};

use crate::oras::{oras, reference};
use crate::support::peer::{Peer, program, run, try_run};
use crate::support::{Client, access, assert_whole, chain, ruleset};

pub(crate) fn cosign(directory: &Path, arguments: &[&str]) -> String {
    run(&program("cosign").unwrap(), directory, arguments)
}

/// A key pair of cosign's; to make one and to open it takes a second.
pub(crate) struct Keys {
    root: tempfile::TempDir,
    signing: OnceLock<SigningKey>,
}

/// The key of whom is trusted.
pub(crate) fn ours() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(Keys::new)
}

/// The key of somebody else.
pub(crate) fn others() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(Keys::new)
}

impl Keys {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        cosign(root.path(), &["generate-key-pair"]);
        Self {
            root,
            signing: OnceLock::new(),
        }
    }

    pub(crate) fn demand(&self) -> Demand {
        let pem = fs::read(self.root.path().join("cosign.pub")).unwrap();
        Demand::Signed {
            policy: Policy::Key(PublicKey::from_pem(&pem).unwrap()),
            annotations: BTreeMap::new(),
        }
    }

    pub(crate) fn signing(&self) -> &SigningKey {
        self.signing.get_or_init(|| {
            let pem = fs::read(self.root.path().join("cosign.key")).unwrap();
            SigningKey::from_pem(&pem, b"").unwrap()
        })
    }

    pub(crate) fn sign(&self, target: &str, form: &[&str]) {
        let mut all = vec!["sign", "--key", "cosign.key", "-y", "--allow-http-registry"];
        all.extend(["--use-signing-config=false", "--tlog-upload=false"]);
        all.extend(form);
        all.push(target);
        cosign(self.root.path(), &all);
    }

    pub(crate) fn verify(&self, target: &str) -> bool {
        let all = [
            "verify",
            "--key",
            "cosign.pub",
            "--insecure-ignore-tlog",
            "--allow-http-registry",
            target,
        ];
        let output = try_run(&program("cosign").unwrap(), self.root.path(), &all);
        if !output.status.success() {
            println!("{}", String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    }
}

pub(crate) const FORMS: [(&str, &[&str]); 2] =
    [("bundle", &[]), ("legacy", &["--new-bundle-format=false"])];

/// A ruleset of its own under that name: the same digest would carry the same signatures.
pub(crate) fn pushed(peer: &Peer, name: &str) -> (Client, Reference, Digest) {
    let client = Client::automatic();
    let at = reference(peer, name);
    let options = PushOptions {
        annotations: BTreeMap::from([(String::from("test"), name.to_owned())]),
        ..PushOptions::default()
    };
    let digest = client.registry.push(&ruleset(), &at, &options).unwrap();
    (client, at, digest)
}

pub(crate) fn cosign_signs_and_we_verify(peer: &Peer) {
    let keys = ours();
    for (name, form) in FORMS {
        let (client, at, digest) = pushed(peer, &format!("theirs/{name}:1"));
        let unsigned = client.registry.pull(&at, &keys.demand()).unwrap_err();
        assert!(
            chain(&unsigned).contains("not signed"),
            "{}",
            chain(&unsigned)
        );
        keys.sign(&format!("{}/theirs/{name}@{digest}", peer.host), form);
        let pulled = client.registry.pull(&at, &keys.demand()).unwrap();
        assert_eq!(pulled.digest, digest);
        assert!(pulled.signer.is_some());
        assert_whole(&pulled.files);
        let other = client.registry.pull(&at, &others().demand()).unwrap_err();
        assert!(matches!(other, RegistryError::Untrusted { .. }), "{other}");
    }
}

pub(crate) fn we_sign_and_cosign_verifies(peer: &Peer) {
    let keys = ours();
    for (name, form) in FORMS {
        let (client, at, digest) = pushed(peer, &format!("ours/{name}:1"));
        let target = format!("{}/ours/{name}:1", peer.host);
        assert!(!keys.verify(&target));
        let signature = match name {
            "bundle" => Candidate::Bundle(keys.signing().sign_bundle(digest).unwrap()),
            _ => {
                let made = keys.signing().sign_legacy(digest, &target).unwrap();
                Candidate::Legacy {
                    payload: made.payload,
                    annotations: made.annotations,
                }
            }
        };
        client
            .registry
            .attach_signature(&at, &digest, &signature)
            .unwrap();
        assert!(keys.verify(&target), "{name}");
        // Again, and by somebody else: what is there stays.
        client
            .registry
            .attach_signature(&at, &digest, &signature)
            .unwrap();
        let other = others();
        // In the same form: cosign does not look at legacy signatures where there is a bundle.
        other.sign(&format!("{}/ours/{name}@{digest}", peer.host), form);
        assert!(keys.verify(&target) && other.verify(&target), "{name}");
        client.registry.pull(&at, &keys.demand()).unwrap();
        client.registry.pull(&at, &other.demand()).unwrap();
    }
}

pub(crate) fn other_referrers_stand_beside(peer: &Peer) {
    let keys = ours();
    let (client, at, digest) = pushed(peer, "referred:1");
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("sbom.json"), "{}").unwrap();
    let target = format!("{}/referred@{digest}", peer.host);
    for kind in [
        "application/sbom",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    ] {
        oras(
            root.path(),
            &[
                "attach",
                "--plain-http",
                &target,
                "--artifact-type",
                kind,
                "sbom.json:application/json",
            ],
        );
    }
    let error = client.registry.pull(&at, &keys.demand()).unwrap_err();
    assert!(matches!(error, RegistryError::Untrusted { .. }), "{error}");
    keys.sign(&target, FORMS[0].1);
    keys.sign(&target, FORMS[1].1);
    client.registry.pull(&at, &keys.demand()).unwrap();
    let found = client.registry.signatures(&at, &digest).unwrap();
    assert_eq!(found.candidates.len(), 2, "{found:?}");
}

pub(crate) fn offline_after_a_pull(peer: &Peer) {
    let keys = ours();
    let (client, at, digest) = pushed(peer, "offline:1");
    keys.sign(&format!("{}/offline@{digest}", peer.host), FORMS[0].1);
    let offline = || {
        let mut access = access(Vec::new());
        access.network = Network::Offline;
        access
    };
    let early = Client::new(offline());
    let error = early.registry.pull(&at, &Demand::Anything).unwrap_err();
    assert!(error.to_string().contains("--offline"), "{error}");
    client.registry.pull(&at, &keys.demand()).unwrap();
    let client = client.again(offline());
    assert_eq!(client.registry.resolve(&at).unwrap(), digest);
    let pulled = client.registry.pull(&at, &keys.demand()).unwrap();
    assert_whole(&pulled.files);
    client
        .registry
        .pull(&at.pinned(&digest), &keys.demand())
        .unwrap();
    assert!(client.registry.pull(&at, &others().demand()).is_err());
}
