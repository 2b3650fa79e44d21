//! Artifacts of stock `oras`, and what it makes of ours.

use std::fs;
use std::path::Path;

use merlon_artifact::Ruleset;
use merlon_registry::{Demand, Kind, PushOptions, Reference, RegistryError};

use crate::support::peer::{Peer, program, run};
use crate::support::{Client, FILES, assert_whole, directory, ruleset};

pub(crate) const CREATED: &str = "2026-01-01T00:00:00Z";

pub(crate) fn reference(peer: &Peer, name: &str) -> Reference {
    format!("oci://{}/{name}", peer.host).parse().unwrap()
}

pub(crate) fn oras(directory: &Path, arguments: &[&str]) -> String {
    run(&program("oras").unwrap(), directory, arguments)
}

pub(crate) fn oras_push(peer: &Peer, name: &str, arguments: &[&str]) {
    let root = directory();
    let target = format!("{}/{name}", peer.host);
    let created = format!("org.opencontainers.image.created={CREATED}");
    let mut all = vec!["push", "--plain-http", &target, "--annotation", &created];
    all.extend(["--artifact-type", "application/vnd.merlon.ruleset.v1"]);
    all.extend(arguments);
    oras(root.path(), &all);
}

pub(crate) const ARGUMENTS: [&str; 6] = [
    "ruleset.yaml",
    "plugin.wasm:application/wasm",
    "a<b>&c.txt",
    "rules/deep/two.yaml",
    "rules/one.yaml",
    "cases/first/input.yaml",
];

pub(crate) fn we_push_and_oras_pulls(peer: &Peer) {
    let client = Client::automatic();
    let at = reference(peer, "ours/push:1");
    let digest = client
        .registry
        .push(&ruleset(), &at, &PushOptions::default())
        .unwrap();
    assert_eq!(client.registry.resolve(&at).unwrap(), digest);
    let root = tempfile::tempdir().unwrap();
    let source = format!("{}/ours/push:1", peer.host);
    oras(root.path(), &["pull", "--plain-http", &source]);
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

pub(crate) fn oras_pushes_and_we_pull(peer: &Peer) {
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

pub(crate) fn oras_pushes_a_directory(peer: &Peer) {
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

pub(crate) fn both_make_the_same_digest(peer: &Peer) {
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

pub(crate) fn a_title_that_leaves_the_ruleset(peer: &Peer) {
    oras_push(peer, "theirs/title:1", &ARGUMENTS);
    let root = tempfile::tempdir().unwrap();
    let source = format!("{}/theirs/title:1", peer.host);
    let manifest = oras(root.path(), &["manifest", "fetch", "--plain-http", &source]);
    fs::write(
        root.path().join("m.json"),
        manifest.replace("rules/one.yaml", "../../x"),
    )
    .unwrap();
    let target = format!("{}/theirs/title:2", peer.host);
    oras(
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

pub(crate) fn a_bare_component(peer: &Peer) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("c.json"), "{}").unwrap();
    fs::write(root.path().join("x.wasm"), "\0asm").unwrap();
    let target = format!("{}/acme/check.files:v1.4.0", peer.host);
    let config = "c.json:application/vnd.wasm.config.v0+json";
    oras(
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

pub(crate) fn tags_come_in_pages(peer: &Peer) {
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

pub(crate) fn an_opa_bundle(peer: &Peer) {
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
