//! Layouts of stock tools.

use std::fs;

use merlon_artifact::Ruleset;
use merlon_registry::{Demand, PushOptions, Reference, RegistryError};
use merlon_trust::Candidate;

use crate::cosign::{FORMS, others, ours, pushed};
use crate::oras::{ARGUMENTS, CREATED};
use crate::support::peer::{Peer, run, wanted};
use crate::support::{Client, assert_whole, directory, ruleset};

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
    let keys = ours();
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
    let other = others();
    let bundle = Candidate::Bundle(other.signing().sign_bundle(digest).unwrap());
    client
        .registry
        .attach_signature(&at, &digest, &bundle)
        .unwrap();
    client.registry.pull(&at, &other.demand()).unwrap();
}
