//! Real registries and tools: what they store is read, what is stored is read by them.
//!
//! Nothing here is needed by the product: a counterpart that is absent is skipped, with a line that
//! says so.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on panics"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use merlon_artifact::Ruleset;
use merlon_registry::{
    Credentials, Demand, HostAccess, Kind, Network, PushOptions, Reference, RegistryError, Scheme,
};
use merlon_trust::{Candidate, Digest, Policy, PublicKey, SigningKey};
use support::peer::{Guard, PEERS, Peer, USER, program, run, run_with, try_run, wanted};
use support::{Client, FILES, access, assert_whole, chain, credentials, directory, plain, ruleset};

const CREATED: &str = "2026-01-01T00:00:00Z";

type Check = fn(&Peer);

const CHECKS: [(&str, &[&str], Check); 12] = [
    ("we push, oras pulls", &["oras"], we_push_and_oras_pulls),
    ("oras pushes, we pull", &["oras"], oras_pushes_and_we_pull),
    (
        "oras pushes a directory, we pull",
        &["oras"],
        oras_pushes_a_directory,
    ),
    (
        "both make the same digest",
        &["oras"],
        both_make_the_same_digest,
    ),
    (
        "a title out of the ruleset",
        &["oras"],
        a_title_that_leaves_the_ruleset,
    ),
    ("a bare component", &["oras"], a_bare_component),
    ("tags in pages", &[], tags_come_in_pages),
    (
        "cosign signs, we verify",
        &["cosign"],
        cosign_signs_and_we_verify,
    ),
    (
        "we sign, cosign verifies",
        &["cosign"],
        we_sign_and_cosign_verifies,
    ),
    (
        "other referrers beside",
        &["cosign", "oras"],
        other_referrers_stand_beside,
    ),
    ("offline after a pull", &["cosign"], offline_after_a_pull),
    ("an OPA bundle", &["oras"], an_opa_bundle),
];

/// Every check on every registry, as a table.
#[test]
fn every_registry_passes_every_check() {
    let peers: Vec<Peer> = PEERS.iter().filter_map(|name| Peer::start(name)).collect();
    let mut failures = Vec::new();
    let names: Vec<String> = peers
        .iter()
        .map(|peer| format!("{:>16}", peer.name))
        .collect();
    println!("{:34}{}", "", names.concat());
    for (name, tools, check) in CHECKS {
        let mut row = format!("{name:34}");
        let missing = tools.iter().find(|tool| program(tool).is_none());
        for peer in &peers {
            let word = match missing {
                Some(tool) => format!("SKIP: {tool}"),
                None => match catch_unwind(AssertUnwindSafe(|| check(peer))) {
                    Ok(()) => String::from("ok"),
                    Err(_) => {
                        failures.push(format!("{name} on {}", peer.name));
                        String::from("FAILED")
                    }
                },
            };
            row.push_str(&format!("{word:>16}"));
        }
        println!("{row}");
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

fn reference(peer: &Peer, name: &str) -> Reference {
    format!("oci://{}/{name}", peer.host).parse().unwrap()
}

fn oras(peer: &Peer, directory: &Path, arguments: &[&str]) -> String {
    let _ = peer;
    run(&program("oras").unwrap(), directory, arguments)
}

fn cosign(directory: &Path, arguments: &[&str]) -> String {
    run(&program("cosign").unwrap(), directory, arguments)
}

fn oras_push(peer: &Peer, name: &str, arguments: &[&str]) {
    let root = directory();
    let target = format!("{}/{name}", peer.host);
    let created = format!("org.opencontainers.image.created={CREATED}");
    let mut all = vec!["push", "--plain-http", &target, "--annotation", &created];
    all.extend(["--artifact-type", "application/vnd.merlon.ruleset.v1"]);
    all.extend(arguments);
    oras(peer, root.path(), &all);
}

const ARGUMENTS: [&str; 6] = [
    "ruleset.yaml",
    "plugin.wasm:application/wasm",
    "a<b>&c.txt",
    "rules/deep/two.yaml",
    "rules/one.yaml",
    "cases/first/input.yaml",
];

fn we_push_and_oras_pulls(peer: &Peer) {
    let client = Client::automatic();
    let at = reference(peer, "ours/push:1");
    let digest = client
        .registry
        .push(&ruleset(), &at, &PushOptions::default())
        .unwrap();
    assert_eq!(client.registry.resolve(&at).unwrap(), digest);
    let root = tempfile::tempdir().unwrap();
    let source = format!("{}/ours/push:1", peer.host);
    oras(peer, root.path(), &["pull", "--plain-http", &source]);
    for (path, text) in FILES {
        assert_eq!(
            fs::read_to_string(root.path().join(path)).unwrap(),
            text,
            "{path}"
        );
    }
    assert!(!root.path().join(".hidden").exists());
    Ruleset::open(root.path()).unwrap();
}

fn oras_pushes_and_we_pull(peer: &Peer) {
    oras_push(peer, "theirs/files:1", &ARGUMENTS);
    let client = Client::automatic();
    let at = reference(peer, "theirs/files:1");
    let pulled = client.registry.pull(&at, &Demand::Anything).unwrap();
    assert_eq!(pulled.kind, Kind::Ruleset);
    assert_whole(&pulled.files);
    let loaded = Ruleset::from_files(pulled.files, &at.to_string()).unwrap();
    assert_eq!(loaded.digest, ruleset().digest);
    let absent = client
        .registry
        .pull(&reference(peer, "theirs/files:2"), &Demand::Anything);
    assert!(
        matches!(absent, Err(RegistryError::NotFound { .. })),
        "{absent:?}"
    );
}

fn oras_pushes_a_directory(peer: &Peer) {
    oras_push(
        peer,
        "theirs/directory:1",
        &[
            "ruleset.yaml",
            "plugin.wasm",
            "a<b>&c.txt",
            "rules",
            "cases",
        ],
    );
    let client = Client::automatic();
    let pulled = client
        .registry
        .pull(&reference(peer, "theirs/directory:1"), &Demand::Anything)
        .unwrap();
    assert_whole(&pulled.files);
}

fn both_make_the_same_digest(peer: &Peer) {
    oras_push(peer, "same:theirs", &ARGUMENTS);
    let client = Client::automatic();
    let options = PushOptions {
        created: Some(CREATED.to_owned()),
        ..PushOptions::default()
    };
    let ours = client
        .registry
        .push(&ruleset(), &reference(peer, "same:ours"), &options)
        .unwrap();
    assert_eq!(
        client
            .registry
            .resolve(&reference(peer, "same:theirs"))
            .unwrap(),
        ours
    );
}

fn a_title_that_leaves_the_ruleset(peer: &Peer) {
    oras_push(peer, "theirs/title:1", &ARGUMENTS);
    let root = tempfile::tempdir().unwrap();
    let source = format!("{}/theirs/title:1", peer.host);
    let manifest = oras(
        peer,
        root.path(),
        &["manifest", "fetch", "--plain-http", &source],
    );
    fs::write(
        root.path().join("m.json"),
        manifest.replace("rules/one.yaml", "../../x"),
    )
    .unwrap();
    let target = format!("{}/theirs/title:2", peer.host);
    oras(
        peer,
        root.path(),
        &["manifest", "push", "--plain-http", &target, "m.json"],
    );
    let client = Client::automatic();
    let error = client
        .registry
        .pull(&reference(peer, "theirs/title:2"), &Demand::Anything)
        .unwrap_err();
    assert!(error.to_string().contains("`../../x`"), "{error}");
}

fn a_bare_component(peer: &Peer) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("c.json"), "{}").unwrap();
    fs::write(root.path().join("x.wasm"), "\0asm").unwrap();
    let target = format!("{}/acme/check.files:v1.4.0", peer.host);
    let config = "c.json:application/vnd.wasm.config.v0+json";
    oras(
        peer,
        root.path(),
        &[
            "push",
            "--plain-http",
            &target,
            "--config",
            config,
            "x.wasm:application/wasm",
        ],
    );
    let client = Client::automatic();
    let pulled = client
        .registry
        .pull(
            &reference(peer, "acme/check.files:v1.4.0"),
            &Demand::Anything,
        )
        .unwrap();
    assert_eq!(pulled.kind, Kind::Wasm);
    let loaded = Ruleset::from_files(pulled.files, "here").unwrap();
    assert_eq!(
        (&*loaded.definition.id, &*loaded.definition.version),
        ("check-files", "1.4.0")
    );
    assert_eq!(loaded.plugin(), Some(&b"\0asm"[..]));
}

fn tags_come_in_pages(peer: &Peer) {
    let client = Client::automatic();
    let expected = ["1", "2", "3", "4", "5"];
    for tag in expected {
        let at = reference(peer, &format!("paged:{tag}"));
        client
            .registry
            .push(&ruleset(), &at, &PushOptions::default())
            .unwrap();
    }
    let mut tags = client.registry.tags(&reference(peer, "paged")).unwrap();
    tags.sort();
    assert_eq!(tags, expected);
}

struct Keys {
    root: tempfile::TempDir,
}

impl Keys {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        cosign(root.path(), &["generate-key-pair"]);
        Self { root }
    }

    fn demand(&self) -> Demand {
        let pem = fs::read(self.root.path().join("cosign.pub")).unwrap();
        Demand::Signed {
            policy: Policy::Key(PublicKey::from_pem(&pem).unwrap()),
            annotations: BTreeMap::new(),
        }
    }

    fn signing(&self) -> SigningKey {
        let pem = fs::read(self.root.path().join("cosign.key")).unwrap();
        SigningKey::from_pem(&pem, b"").unwrap()
    }

    fn sign(&self, target: &str, form: &[&str]) {
        let mut all = vec!["sign", "--key", "cosign.key", "-y", "--allow-http-registry"];
        all.extend(["--use-signing-config=false", "--tlog-upload=false"]);
        all.extend(form);
        all.push(target);
        cosign(self.root.path(), &all);
    }

    fn verify(&self, target: &str) -> bool {
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
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    }
}

const FORMS: [(&str, &[&str]); 2] = [("bundle", &[]), ("legacy", &["--new-bundle-format=false"])];

/// A ruleset of its own under that name: the same digest would carry the same signatures.
fn pushed(peer: &Peer, name: &str) -> (Client, Reference, Digest) {
    let client = Client::automatic();
    let at = reference(peer, name);
    let options = PushOptions {
        annotations: BTreeMap::from([(String::from("test"), name.to_owned())]),
        ..PushOptions::default()
    };
    let digest = client.registry.push(&ruleset(), &at, &options).unwrap();
    (client, at, digest)
}

fn cosign_signs_and_we_verify(peer: &Peer) {
    let keys = Keys::new();
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
        let other = client
            .registry
            .pull(&at, &Keys::new().demand())
            .unwrap_err();
        assert!(matches!(other, RegistryError::Untrusted { .. }), "{other}");
    }
}

fn we_sign_and_cosign_verifies(peer: &Peer) {
    let keys = Keys::new();
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
        let other = Keys::new();
        // In the same form: cosign does not look at legacy signatures where there is a bundle.
        other.sign(&format!("{}/ours/{name}@{digest}", peer.host), form);
        assert!(keys.verify(&target) && other.verify(&target), "{name}");
        client.registry.pull(&at, &keys.demand()).unwrap();
        client.registry.pull(&at, &other.demand()).unwrap();
    }
}

fn other_referrers_stand_beside(peer: &Peer) {
    let keys = Keys::new();
    let (client, at, digest) = pushed(peer, "referred:1");
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("sbom.json"), "{}").unwrap();
    let target = format!("{}/referred@{digest}", peer.host);
    for kind in [
        "application/sbom",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    ] {
        oras(
            peer,
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

fn offline_after_a_pull(peer: &Peer) {
    let keys = Keys::new();
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
    assert!(client.registry.pull(&at, &Keys::new().demand()).is_err());
}

fn an_opa_bundle(peer: &Peer) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path();
    fs::create_dir(directory.join("b")).unwrap();
    for (name, text) in [
        (".manifest", "{}"),
        ("data.json", "{}"),
        ("p.rego", "package main"),
    ] {
        fs::write(directory.join("b").join(name), text).unwrap();
    }
    // `opa build` writes absolute paths.
    let tar = Path::new("/bin/tar");
    run(
        tar,
        directory,
        &[
            "-C",
            "b",
            "-czf",
            "b.tgz",
            "--transform",
            "s,^,/,",
            "-P",
            ".manifest",
            "data.json",
            "p.rego",
        ],
    );
    let target = format!("{}/acme/bundle:1", peer.host);
    oras(
        peer,
        directory,
        &[
            "push",
            "--plain-http",
            &target,
            "b.tgz:application/vnd.oci.image.layer.v1.tar+gzip",
        ],
    );
    let client = Client::automatic();
    let pulled = client
        .registry
        .pull(&reference(peer, "acme/bundle:1"), &Demand::Anything)
        .unwrap();
    assert_eq!(pulled.kind, Kind::OpaBundle);
    let loaded = Ruleset::from_files(pulled.files, "here").unwrap();
    assert_eq!(loaded.definition.policies, ["p.rego"]);
}

#[test]
fn a_layout_is_what_oras_reads_and_writes() {
    let Some(oras) = wanted("oras") else {
        return;
    };
    let root = directory();
    let created = format!("org.opencontainers.image.created={CREATED}");
    let mut all = vec!["push", "--oci-layout", "lay:1", "--annotation", &created];
    all.extend(["--artifact-type", "application/vnd.merlon.ruleset.v1"]);
    all.extend(ARGUMENTS);
    run(&oras, root.path(), &all);
    let client = Client::automatic();
    let at = |tail: &str| -> Reference {
        format!("oci:{}/lay{tail}", root.path().display())
            .parse()
            .unwrap()
    };
    for tail in [":1", ""] {
        let pulled = client.registry.pull(&at(tail), &Demand::Anything).unwrap();
        assert_whole(&pulled.files);
    }
    let options = PushOptions {
        created: Some(CREATED.to_owned()),
        ..PushOptions::default()
    };
    let ours = client
        .registry
        .push(&ruleset(), &at("2:x"), &options)
        .unwrap();
    assert_eq!(client.registry.resolve(&at(":1")).unwrap(), ours);
    fs::create_dir(root.path().join("out")).unwrap();
    run(
        &oras,
        root.path(),
        &["pull", "--oci-layout", "lay2:x", "-o", "out"],
    );
    assert_eq!(
        Ruleset::open(&root.path().join("out")).unwrap().digest,
        ruleset().digest
    );
    assert_eq!(client.registry.tags(&at("2")).unwrap(), ["x"]);
    let absent = client.registry.pull(&at("2:y"), &Demand::Anything);
    assert!(matches!(absent, Err(RegistryError::NotFound { .. })));
}

#[test]
fn a_signed_artifact_keeps_its_signature_in_a_layout() {
    let (Some(oras), Some(_)) = (wanted("oras"), wanted("cosign")) else {
        return;
    };
    let Some(peer) = Peer::start("crane") else {
        return;
    };
    let keys = Keys::new();
    let (client, _, digest) = pushed(&peer, "carried:1");
    let source = format!("{}/carried@{digest}", peer.host);
    keys.sign(&source, FORMS[0].1);
    let root = tempfile::tempdir().unwrap();
    let tagged = format!("{}/carried:1", peer.host);
    run(
        &oras,
        root.path(),
        &[
            "cp",
            "-r",
            "--from-plain-http",
            &tagged,
            "--to-oci-layout",
            "lay:1",
        ],
    );
    let at: Reference = format!("oci:{}/lay:1", root.path().display())
        .parse()
        .unwrap();
    let pulled = client.registry.pull(&at, &keys.demand()).unwrap();
    assert_whole(&pulled.files);
    // Signed in the layout itself, in both forms.
    let other = Keys::new();
    let bundle = Candidate::Bundle(other.signing().sign_bundle(digest).unwrap());
    client
        .registry
        .attach_signature(&at, &digest, &bundle)
        .unwrap();
    client.registry.pull(&at, &other.demand()).unwrap();
}

#[test]
fn guarded_registries_want_their_authority_and_their_user() {
    for name in ["docker-registry", "distribution"] {
        let Some(peer) = Peer::start_as(name, Guard::Guarded) else {
            continue;
        };
        let root = tempfile::tempdir().unwrap();
        let auth = |password: &str| {
            let json = format!(
                r#"{{"auths":{{"{}":{{"username":"{}","password":"{password}"}}}}}}"#,
                peer.host, USER.0
            );
            credentials(root.path(), &json)
        };
        let client = |ca: bool, credentials: Credentials| {
            let mut special = plain(&peer.host);
            special.scheme = Scheme::Automatic;
            special.ca = ca.then(|| peer.ca.clone());
            let mut access = access(vec![special]);
            access.credentials = credentials;
            Client::new(access)
        };
        let at = reference(&peer, "guarded:1");
        let push = |client: &Client| {
            client
                .registry
                .push(&ruleset(), &at, &PushOptions::default())
        };

        let error = chain(&push(&client(false, auth(USER.1))).unwrap_err());
        assert!(
            error.contains("certificate is not trusted"),
            "{name}: {error}"
        );
        let error = push(&client(true, auth("wr0ng-word"))).unwrap_err();
        assert!(
            matches!(error, RegistryError::Denied { .. }),
            "{name}: {error}"
        );
        assert!(!chain(&error).contains("wr0ng-word"), "{name}: {error}");
        let error = push(&client(true, Credentials::default())).unwrap_err();
        assert!(
            error.to_string().contains("no credentials"),
            "{name}: {error}"
        );

        let right = client(true, auth(USER.1));
        let digest = push(&right).unwrap();
        let pulled = right.registry.pull(&at, &Demand::Anything).unwrap();
        assert_eq!(pulled.digest, digest);
        if let Some(oras) = wanted("oras") {
            let source = format!("{}/guarded:1", peer.host);
            let ca = peer.ca.display().to_string();
            let arguments = [
                "pull",
                "--ca-file",
                &ca,
                "-u",
                USER.0,
                "--password-stdin",
                &source,
            ];
            run_with(&oras, peer.room(), (&arguments, USER.1.as_bytes()));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_credential_helper_opens_a_guarded_registry() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(peer) = Peer::start_as("docker-registry", Guard::Guarded) else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let helper = root.path().join("docker-credential-test");
    let script = format!(
        "#!/bin/sh\nread -r host\n[ \"$host\" = {} ] || {{ echo credentials not found in native keychain; exit 1; }}\n\
         echo '{{\"Username\":\"{}\",\"Secret\":\"{}\"}}'\n",
        peer.host, USER.0, USER.1
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    for json in [
        r#"{"credsStore":"test"}"#.to_owned(),
        format!(
            r#"{{"credHelpers":{{"{}":"test"}},"credsStore":"absent"}}"#,
            peer.host
        ),
    ] {
        let mut access = access(vec![HostAccess {
            host: peer.host.clone(),
            ca: Some(peer.ca.clone()),
            ..HostAccess::default()
        }]);
        access.credentials = credentials(root.path(), &json);
        access.credentials.helper_path =
            Some(format!("{}:/usr/bin:/bin", root.path().display()).into());
        let client = Client::new(access);
        client
            .registry
            .push(
                &ruleset(),
                &reference(&peer, "helped:1"),
                &PushOptions::default(),
            )
            .unwrap();
    }
}
