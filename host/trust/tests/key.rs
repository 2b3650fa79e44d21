//! Signatures by the real cosign, and everything a person would try with them. The fixtures are made by
//! `conformance/trust/make-fixtures.sh`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the functions around the tests are tests too"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use merlon_trust::{
    Candidate, Digest, KeyError, Policy, PublicKey, Refusal, Signer, SigningKey, TrustError,
};
use serde_json::{Value, json};

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

fn fixture(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/trust");
    fs::read(directory.join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(fixture(name)).unwrap().trim().to_owned()
}

fn digest(name: &str) -> Digest {
    text(&format!("{name}.digest")).parse().unwrap()
}

fn trusting(key: &str) -> Policy {
    Policy::Key(PublicKey::from_pem(&fixture(&format!("{key}.pub"))).unwrap())
}

fn bundle(name: &str) -> Candidate {
    Candidate::Bundle(fixture(&format!("{name}.bundle.json")))
}

fn legacy(name: &str) -> Candidate {
    Candidate::Legacy {
        payload: fixture(&format!("{name}.payload")),
        annotations: BTreeMap::from([(SIGNATURE.to_owned(), text(&format!("{name}.sig")))]),
    }
}

fn refused(policy: &Policy, subject: &str, candidates: &[Candidate]) -> Vec<Refusal> {
    match policy.verify(digest(subject), candidates, &BTreeMap::new()) {
        Err(TrustError::Refused { refusals, .. }) => refusals,
        other => panic!("not refused: {other:?}"),
    }
}

/// The bundle of `rules` with one thing changed.
fn changed(change: impl FnOnce(&mut Value)) -> Candidate {
    let mut value: Value = serde_json::from_slice(&fixture("rules.bundle.json")).unwrap();
    change(&mut value);
    Candidate::Bundle(serde_json::to_vec(&value).unwrap())
}

fn flipped(base64: &str) -> String {
    let mut bytes = STANDARD.decode(base64).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    STANDARD.encode(bytes)
}

#[test]
fn both_forms_of_cosigns_signature_are_good() {
    for candidate in [bundle("rules"), legacy("rules")] {
        let verified = trusting("cosign")
            .verify(digest("rules"), &[candidate], &BTreeMap::new())
            .unwrap();
        assert_eq!(*verified.value(), digest("rules"));
        assert!(matches!(verified.signer(), Signer::Key { .. }));
    }
}

#[test]
fn one_good_candidate_among_others_is_enough_wherever_it_stands() {
    let mut candidates = vec![
        bundle("attested"),
        Candidate::Bundle(b"no json".to_vec()),
        bundle("another"),
        bundle("rules"),
    ];
    for _ in 0..candidates.len() {
        candidates.rotate_left(1);
        let verified = trusting("cosign").verify(digest("rules"), &candidates, &BTreeMap::new());
        assert!(verified.is_ok());
    }
}

#[test]
fn annotations_that_are_asked_for_must_be_in_the_signed_payload() {
    let policy = trusting("cosign");
    let wanted = |value: &str| BTreeMap::from([("env".to_owned(), value.to_owned())]);
    assert!(
        policy
            .verify(digest("rules"), &[legacy("rules")], &wanted("prod"))
            .is_ok()
    );
    for candidate in [legacy("rules"), bundle("rules")] {
        let error = policy
            .verify(digest("rules"), &[candidate], &wanted("test"))
            .unwrap_err();
        assert!(
            error.to_string().contains("does not say env: test"),
            "{error}"
        );
    }
}

#[test]
fn no_signature_at_all_is_unsigned() {
    let error = trusting("cosign")
        .verify(digest("rules"), &[], &BTreeMap::new())
        .unwrap_err();
    assert!(matches!(error, TrustError::Unsigned { .. }));
    assert!(error.to_string().contains("is not signed"));
}

#[test]
fn another_key_is_refused() {
    for candidate in [bundle("rules"), legacy("rules")] {
        let refusals = refused(&trusting("other"), "rules", &[candidate]);
        assert_eq!(refusals, [Refusal::WrongKey]);
    }
}

#[test]
fn a_signature_of_another_artifact_that_was_copied_over_is_refused() {
    for candidate in [bundle("another"), legacy("another")] {
        let refusals = refused(&trusting("cosign"), "rules", &[candidate]);
        let found = digest("another").to_string();
        assert_eq!(refusals, [Refusal::OtherSubject { found }]);
    }
}

#[test]
fn an_attestation_by_the_same_key_approves_nothing() {
    let refusals = refused(&trusting("cosign"), "attested", &[bundle("attested")]);
    assert!(
        matches!(refusals.as_slice(), [Refusal::NotASignature { .. }]),
        "{refusals:?}"
    );
}

#[test]
fn a_flipped_byte_of_the_payload_is_refused() {
    let payload = changed(|value| {
        let envelope = &mut value["dsseEnvelope"];
        envelope["payload"] = json!(flipped(envelope["payload"].as_str().unwrap()));
    });
    assert_eq!(
        refused(&trusting("cosign"), "rules", &[payload]),
        [Refusal::WrongKey]
    );
    let Candidate::Legacy {
        mut payload,
        annotations,
    } = legacy("rules")
    else {
        return;
    };
    *payload.last_mut().unwrap() ^= 1;
    let candidate = Candidate::Legacy {
        payload,
        annotations,
    };
    assert_eq!(
        refused(&trusting("cosign"), "rules", &[candidate]),
        [Refusal::WrongKey]
    );
}

#[test]
fn a_flipped_byte_of_the_signature_is_refused() {
    let candidate = changed(|value| {
        let signature = &mut value["dsseEnvelope"]["signatures"][0]["sig"];
        *signature = json!(flipped(signature.as_str().unwrap()));
    });
    assert_eq!(
        refused(&trusting("cosign"), "rules", &[candidate]),
        [Refusal::WrongKey]
    );
}

#[test]
fn a_payload_of_another_type_with_a_good_signature_is_refused() {
    let candidate = changed(|value| value["dsseEnvelope"]["payloadType"] = json!("text/plain"));
    let refusals = refused(&trusting("cosign"), "rules", &[candidate]);
    assert!(matches!(
        refusals.as_slice(),
        [Refusal::NotASignature { .. }]
    ));
}

#[test]
fn a_bundle_over_the_bytes_of_a_file_is_no_signature_of_an_artifact() {
    let candidate = changed(|value| {
        let bundle = value.as_object_mut().unwrap();
        bundle.remove("dsseEnvelope");
        bundle.insert(
            "messageSignature".to_owned(),
            json!({ "messageDigest": { "algorithm": "SHA2_256", "digest": "" }, "signature": "" }),
        );
    });
    let refusals = refused(&trusting("cosign"), "rules", &[candidate]);
    assert!(matches!(
        refusals.as_slice(),
        [Refusal::NotASignature { .. }]
    ));
}

#[test]
fn broken_candidates_are_refused_with_a_reason_and_never_a_panic() {
    let whole = fixture("rules.bundle.json");
    for end in 0..whole.len() {
        let cut = whole.get(..end).unwrap().to_vec();
        let refusals = refused(&trusting("cosign"), "rules", &[Candidate::Bundle(cut)]);
        assert!(matches!(refusals.as_slice(), [Refusal::Malformed(_)]));
    }
    for (candidate, told) in [
        (
            changed(|value| value["mediaType"] = json!("x")),
            "bundles of the type x",
        ),
        (
            changed(|value| value["dsseEnvelope"]["payload"] = json!("%%%")),
            "no base64",
        ),
        (
            changed(|value| value["dsseEnvelope"]["signatures"] = json!([])),
            "0 signatures",
        ),
        (Candidate::Bundle(b"[".repeat(100_000)), "cannot be read"),
        (
            Candidate::Bundle(vec![b' '; 2 << 20]),
            "at most 1048576 are read",
        ),
        (
            Candidate::Legacy {
                payload: fixture("rules.payload"),
                annotations: BTreeMap::new(),
            },
            "has no annotation",
        ),
    ] {
        let refusals = refused(&trusting("cosign"), "rules", &[candidate]);
        assert!(refusals[0].to_string().contains(told), "{refusals:?}");
    }
}

#[test]
fn a_thousand_bad_candidates_are_not_all_tried() {
    let many = vec![bundle("another"); 1000];
    assert_eq!(refused(&trusting("cosign"), "rules", &many).len(), 256);
    let error = trusting("cosign")
        .verify(digest("rules"), &many, &BTreeMap::new())
        .unwrap_err();
    assert!(
        error.to_string().contains("744 more were not tried"),
        "{error}"
    );
}

#[test]
fn what_is_signed_here_verifies_here_and_with_the_public_half_alone() {
    let key = SigningKey::from_pem(&fixture("cosign.key"), b"").unwrap();
    assert_eq!(
        key.public().der(),
        PublicKey::from_pem(&fixture("cosign.pub")).unwrap().der()
    );
    let subject = digest("rules");
    let made = key
        .sign_legacy(subject, "registry.example/acme/rules")
        .unwrap();
    let candidates = [
        Candidate::Bundle(key.sign_bundle(subject).unwrap()),
        Candidate::Legacy {
            payload: made.payload,
            annotations: made.annotations,
        },
    ];
    for candidate in candidates {
        assert!(
            trusting("cosign")
                .verify(subject, &[candidate], &BTreeMap::new())
                .is_ok()
        );
    }
}

#[test]
fn a_private_key_opens_with_its_password_only() {
    assert!(SigningKey::from_pem(&fixture("locked.key"), b"secret").is_ok());
    let error = SigningKey::from_pem(&fixture("locked.key"), b"Secret").unwrap_err();
    assert!(matches!(error, KeyError::Password), "{error}");
    let error = SigningKey::from_pem(&fixture("cosign.pub"), b"").unwrap_err();
    assert!(
        error.to_string().contains("its label is PUBLIC KEY"),
        "{error}"
    );
    let error = PublicKey::from_pem(&fixture("cosign.key")).unwrap_err();
    assert!(error.to_string().contains("label PUBLIC KEY"), "{error}");
    assert!(PublicKey::from_pem(b"").is_err());
}

#[test]
fn junk_in_front_of_a_good_signature_does_not_hide_it() {
    let mut candidates = vec![bundle("another"); 128];
    candidates.push(legacy("rules"));
    let verified = trusting("cosign").verify(digest("rules"), &candidates, &BTreeMap::new());
    assert!(verified.is_ok());
}
