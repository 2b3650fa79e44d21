//! Signatures by certificate: an authority, a log and a signer of our own make what Fulcio, Rekor and
//! cosign would, and everything a person would try with it is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the functions around the tests are tests too"
)]

mod world;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use merlon_trust::{Candidate, Digest, Policy, Refusal, Signer, TrustError, TrustRoot};
use rcgen::ExtendedKeyUsagePurpose;
use serde_json::{Value, json};

use world::{ISSUER, ME, NOON, Signing, World, b64, policy};

fn subject() -> Digest {
    Digest::of(b"rules")
}

fn candidate(bundle: &Value) -> Candidate {
    Candidate::Bundle(bundle.to_string().into_bytes())
}

fn verdict(policy: &Policy, candidate: Candidate) -> Result<Signer, Refusal> {
    match policy.verify(subject(), &[candidate], &BTreeMap::new()) {
        Ok(verified) => Ok(verified.signer().clone()),
        Err(TrustError::Refused { mut refusals, .. }) => Err(refusals.remove(0)),
        Err(other) => panic!("{other}"),
    }
}

/// The refusal of a bundle that one thing was changed in, after everything was signed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let world = World::new();
    let mut bundle = world.bundle(subject(), &Signing::default());
    change(&mut bundle);
    verdict(&world.policy(), candidate(&bundle))
        .unwrap_err()
        .to_string()
}

fn signed_as(signing: &Signing) -> String {
    let world = World::new();
    let bundle = world.bundle(subject(), signing);
    verdict(&world.policy(), candidate(&bundle))
        .unwrap_err()
        .to_string()
}

fn entry(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]["tlogEntries"][0]
}

#[test]
fn a_signature_by_certificate_is_good_in_both_forms() {
    let world = World::new();
    let bundle = candidate(&world.bundle(subject(), &Signing::default()));
    let (payload, annotations) = world.legacy(subject(), &Signing::default());
    let legacy = Candidate::Legacy {
        payload,
        annotations,
    };
    for candidate in [bundle, legacy] {
        let signer = verdict(&world.policy(), candidate).unwrap();
        let wanted = Signer::Certificate {
            identity: ME.to_owned(),
            issuer: ISSUER.to_owned(),
        };
        assert_eq!(signer, wanted);
    }
}

#[test]
fn another_identity_and_another_issuer_are_refused_by_name() {
    let told = signed_as(&Signing {
        identity: "you@example.org",
        ..Signing::default()
    });
    assert_eq!(
        told,
        "its certificate names you@example.org, not me@example.org"
    );
    let told = signed_as(&Signing {
        issuer: "https://evil.example",
        ..Signing::default()
    });
    assert!(
        told.contains("on the word of https://evil.example"),
        "{told}"
    );
}

#[test]
fn a_certificate_that_was_not_valid_when_the_signature_was_logged_is_refused() {
    for logged_at in [NOON + 541, NOON - 61] {
        let told = signed_as(&Signing {
            logged_at,
            ..Signing::default()
        });
        assert!(told.contains("certificate is not acceptable"), "{told}");
    }
}

#[test]
fn a_certificate_for_another_purpose_is_refused() {
    let told = signed_as(&Signing {
        purpose: ExtendedKeyUsagePurpose::ServerAuth,
        ..Signing::default()
    });
    assert!(told.contains("certificate is not acceptable"), "{told}");
}

#[test]
fn an_attestation_approves_nothing() {
    let told = signed_as(&Signing {
        predicate: "https://cosign.sigstore.dev/attestation/v1",
        ..Signing::default()
    });
    assert!(told.contains("is no signature"), "{told}");
}

#[test]
fn another_root_and_another_log_are_refused() {
    let (world, other) = (World::new(), World::new());
    let bundle = world.bundle(subject(), &Signing::default());
    let mut root = world.trust_root();
    root["certificateAuthorities"] = other.trust_root()["certificateAuthorities"].clone();
    let refusal = verdict(&policy(&root, ME, ISSUER), candidate(&bundle)).unwrap_err();
    assert!(matches!(refusal, Refusal::Certificate(_)), "{refusal}");
    let mut root = world.trust_root();
    root["tlogs"] = other.trust_root()["tlogs"].clone();
    let refusal = verdict(&policy(&root, ME, ISSUER), candidate(&bundle)).unwrap_err();
    assert!(refusal.to_string().contains("no such log"), "{refusal}");
    // Another key under the id of the log that is trusted.
    root["tlogs"][0]["logId"] = world.trust_root()["tlogs"][0]["logId"].clone();
    let refusal = verdict(&policy(&root, ME, ISSUER), candidate(&bundle)).unwrap_err();
    assert!(refusal.to_string().contains("not by that log"), "{refusal}");
}

#[test]
fn a_log_or_root_that_had_ended_before_is_refused() {
    let world = World::new();
    let bundle = world.bundle(subject(), &Signing::default());
    let ended = json!({ "start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z" });
    let mut root = world.trust_root();
    root["tlogs"][0]["publicKey"]["validFor"] = ended.clone();
    assert!(verdict(&policy(&root, ME, ISSUER), candidate(&bundle)).is_err());
    let mut root = world.trust_root();
    root["certificateAuthorities"][0]["validFor"] = ended;
    assert!(verdict(&policy(&root, ME, ISSUER), candidate(&bundle)).is_err());
}

#[test]
fn without_a_log_entry_nothing_says_when_it_was_signed() {
    let told = changed(|bundle| bundle["verificationMaterial"]["tlogEntries"] = json!([]));
    assert!(told.contains("carries no log entry"), "{told}");
    let told = changed(|bundle| {
        entry(bundle)
            .as_object_mut()
            .unwrap()
            .remove("inclusionPromise");
    });
    assert!(told.contains("no /inclusionPromise"), "{told}");
}

#[test]
fn a_log_entry_of_another_signature_proves_nothing() {
    let world = World::new();
    let mut bundle = world.bundle(subject(), &Signing::default());
    let other = world.bundle(Digest::of(b"another"), &Signing::default());
    bundle["verificationMaterial"]["tlogEntries"] =
        other["verificationMaterial"]["tlogEntries"].clone();
    let refusal = verdict(&world.policy(), candidate(&bundle)).unwrap_err();
    assert!(refusal.to_string().contains("another payload"), "{refusal}");
    // The same payload, signed by another certificate of the same person.
    let mut bundle = world.bundle(subject(), &Signing::default());
    let other = world.bundle(subject(), &Signing::default());
    bundle["verificationMaterial"]["tlogEntries"] =
        other["verificationMaterial"]["tlogEntries"].clone();
    let refusal = verdict(&world.policy(), candidate(&bundle)).unwrap_err();
    assert!(
        refusal.to_string().contains("another signature"),
        "{refusal}"
    );
}

#[test]
fn a_changed_time_breaks_the_promise() {
    let told = changed(|bundle| {
        entry(bundle)["integratedTime"] = json!((NOON + 1).to_string());
    });
    assert!(told.contains("not by that log"), "{told}");
}

#[test]
fn a_proof_of_inclusion_that_does_not_hold_is_refused_though_the_promise_is_good() {
    let told = changed(|bundle| {
        entry(bundle)["inclusionProof"]["rootHash"] = json!(b64([0; 32]));
    });
    assert!(told.contains("does not lead to its root"), "{told}");
    let told = changed(|bundle| {
        let note = &mut entry(bundle)["inclusionProof"]["checkpoint"]["envelope"];
        *note = json!(
            note.as_str()
                .unwrap()
                .replace("log.example.org - 1\n", "other - 1\n")
        );
    });
    assert!(told.contains("not signed by that log"), "{told}");
    let told = changed(|bundle| entry(bundle)["inclusionProof"]["treeSize"] = json!("2"));
    assert!(told.contains("too short"), "{told}");
}

#[test]
fn a_signature_of_another_artifact_that_was_copied_over_is_refused() {
    let world = World::new();
    let other = world.bundle(Digest::of(b"another"), &Signing::default());
    let refusal = verdict(&world.policy(), candidate(&other)).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherSubject { .. }), "{refusal}");
}

#[test]
fn a_flipped_byte_anywhere_that_matters_is_refused() {
    let flipped = |text: &Value| {
        let mut bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        json!(b64(bytes))
    };
    for pointer in [
        "/dsseEnvelope/payload",
        "/dsseEnvelope/signatures/0/sig",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/verificationMaterial/tlogEntries/0/logId/keyId",
        "/verificationMaterial/tlogEntries/0/inclusionPromise/signedEntryTimestamp",
        "/verificationMaterial/tlogEntries/0/inclusionProof/rootHash",
    ] {
        changed(|bundle| {
            let value = bundle.pointer_mut(pointer).unwrap();
            *value = flipped(value);
        });
    }
}

#[test]
fn a_signature_with_a_key_is_none_with_a_certificate_and_the_reverse() {
    let world = World::new();
    let told = changed(|bundle| {
        bundle["verificationMaterial"] = json!({ "publicKey": { "hint": "" } });
    });
    assert_eq!(told, "it carries no certificate");
    let bundle = candidate(&world.bundle(subject(), &Signing::default()));
    let with_key = Policy::Key(world.log_key());
    assert_eq!(verdict(&with_key, bundle), Err(Refusal::WrongKey));
}

#[test]
fn a_bundle_cut_anywhere_is_refused_and_never_a_panic() {
    let world = World::new();
    let whole = world.bundle(subject(), &Signing::default()).to_string();
    for end in (0..whole.len()).step_by(7) {
        let cut = Candidate::Bundle(whole.as_bytes()[..end].to_vec());
        assert!(verdict(&world.policy(), cut).is_err());
    }
}

#[test]
fn a_trust_root_that_could_verify_nothing_is_refused() {
    let world = World::new();
    for (text, told) in [
        ("{}".to_owned(), "no certificateAuthorities"),
        ("[".to_owned(), "cannot be used"),
        (
            json!({ "certificateAuthorities": world.trust_root()["certificateAuthorities"] })
                .to_string(),
            "no tlogs",
        ),
    ] {
        let error = TrustRoot::from_json(text.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(error.contains(told), "{error}");
    }
}
