//! Signatures by certificate: an authority, a log and a signer of our own make what Fulcio, Rekor and
//! cosign would, and everything a person would try with it is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the functions around the tests are tests too"
)]

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use merlon_trust::{
    BUNDLE_TYPE, Candidate, Digest, IdentityMatcher, Policy, PublicKey, Refusal, SIGN_PREDICATE,
    Signer, TrustError, TrustRoot,
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType, SigningKey,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ME: &str = "me@example.org";
const ISSUER: &str = "https://accounts.example.org";
const NOON: i64 = 1_795_608_000;
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    key.sign(message).unwrap()
}

/// An authority and a log.
struct World {
    authority: Issuer<'static, KeyPair>,
    root: Vec<u8>,
    log: KeyPair,
}

/// What one signer does; each test changes one thing.
struct Signing {
    identity: &'static str,
    issuer: &'static str,
    purpose: ExtendedKeyUsagePurpose,
    /// Seconds around noon in which the certificate is valid.
    valid: (i64, i64),
    logged_at: i64,
    predicate: &'static str,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            identity: ME,
            issuer: ISSUER,
            purpose: ExtendedKeyUsagePurpose::CodeSigning,
            valid: (-60, 540),
            logged_at: NOON,
            predicate: SIGN_PREDICATE,
        }
    }
}

impl World {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            authority: Issuer::new(params, key),
            root,
            log: KeyPair::generate().unwrap(),
        }
    }

    fn log_key(&self) -> PublicKey {
        PublicKey::from_pem(self.log.public_key_pem().as_bytes()).unwrap()
    }

    fn trust_root(&self) -> Value {
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{
                "baseUrl": "https://log.example.org",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(self.log_key().der()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": { "start": "2020-01-01T00:00:00Z" },
                },
                "logId": { "keyId": b64(self.log_key().fingerprint()) },
            }],
            "certificateAuthorities": [{
                "uri": "https://authority.example.org",
                "certChain": { "certificates": [{ "rawBytes": b64(&self.root) }] },
                "validFor": { "start": "2020-01-01T00:00:00Z" },
            }],
        })
    }

    fn policy(&self) -> Policy {
        policy(&self.trust_root(), ME, ISSUER)
    }

    fn certificate(&self, key: &KeyPair, signing: &Signing) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let name = signing.identity.to_owned().try_into().unwrap();
        params.subject_alt_names = vec![SanType::Rfc822Name(name)];
        params.extended_key_usages = vec![signing.purpose.clone()];
        let mut value = vec![0x0c, u8::try_from(signing.issuer.len()).unwrap()];
        value.extend_from_slice(signing.issuer.as_bytes());
        params.custom_extensions = vec![CustomExtension::from_oid_content(
            &[1, 3, 6, 1, 4, 1, 57264, 1, 8],
            value,
        )];
        let at = |seconds: i64| time::OffsetDateTime::from_unix_timestamp(NOON + seconds).unwrap();
        params.not_before = at(signing.valid.0);
        params.not_after = at(signing.valid.1);
        params
            .signed_by(key, &self.authority)
            .unwrap()
            .der()
            .to_vec()
    }

    fn promise(&self, body: &str, time: i64) -> Vec<u8> {
        let id = hex(&self.log_key().fingerprint());
        let message =
            format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{id}","logIndex":0}}"#);
        signed(&self.log, message.as_bytes())
    }

    /// The log has one entry, whose hash is the root.
    fn proof(&self, body: &[u8]) -> Value {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(body);
        let root = b64(hash.finalize());
        let note = format!("log.example.org - 1\n1\n{root}\n");
        let mut signature = vec![0; 4];
        signature.extend(signed(&self.log, note.as_bytes()));
        json!({
            "logIndex": "0",
            "rootHash": root,
            "treeSize": "1",
            "hashes": [],
            "checkpoint": { "envelope": format!("{note}\n\u{2014} log.example.org {}\n", b64(signature)) },
        })
    }

    fn bundle(&self, subject: Digest, signing: &Signing) -> Value {
        let key = KeyPair::generate().unwrap();
        let certificate = self.certificate(&key, signing);
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "digest": { "sha256": subject.as_hex() } }],
            "predicateType": signing.predicate,
            "predicate": {},
        });
        let payload = statement.to_string();
        let message = format!(
            "DSSEv1 {} {PAYLOAD_TYPE} {} {payload}",
            PAYLOAD_TYPE.len(),
            payload.len()
        );
        let signature = b64(signed(&key, message.as_bytes()));
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "envelopeHash": { "algorithm": "sha256", "value": "" },
                "payloadHash": { "algorithm": "sha256", "value": hex(&Sha256::digest(&payload)) },
                "signatures": [{ "signature": signature, "verifier": b64(pem(&certificate)) }],
            },
        })
        .to_string();
        let body_text = b64(&body);
        json!({
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": {
                "certificate": { "rawBytes": b64(&certificate) },
                "tlogEntries": [{
                    "logIndex": "0",
                    "logId": { "keyId": b64(self.log_key().fingerprint()) },
                    "kindVersion": { "kind": "dsse", "version": "0.0.1" },
                    "integratedTime": signing.logged_at.to_string(),
                    "inclusionPromise": {
                        "signedEntryTimestamp": b64(self.promise(&body_text, signing.logged_at)),
                    },
                    "inclusionProof": self.proof(body.as_bytes()),
                    "canonicalizedBody": body_text,
                }],
            },
            "dsseEnvelope": {
                "payload": b64(&payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{ "sig": signature }],
            },
        })
    }

    fn legacy(&self, subject: Digest, signing: &Signing) -> (Vec<u8>, BTreeMap<String, String>) {
        let key = KeyPair::generate().unwrap();
        let certificate = pem(&self.certificate(&key, signing));
        let payload = json!({
            "critical": {
                "identity": { "docker-reference": "r.example/rules" },
                "image": { "docker-manifest-digest": subject.to_string() },
                "type": "cosign container image signature",
            },
            "optional": null,
        })
        .to_string();
        let signature = b64(signed(&key, payload.as_bytes()));
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": { "hash": { "algorithm": "sha256", "value": hex(&Sha256::digest(&payload)) } },
                "signature": { "content": signature, "publicKey": { "content": b64(&certificate) } },
            },
        });
        let body = b64(body.to_string());
        let entry = json!({
            "SignedEntryTimestamp": b64(self.promise(&body, signing.logged_at)),
            "Payload": {
                "body": body,
                "integratedTime": signing.logged_at,
                "logIndex": 0,
                "logID": hex(&self.log_key().fingerprint()),
            },
        });
        let annotations = [
            ("dev.cosignproject.cosign/signature", signature),
            ("dev.sigstore.cosign/certificate", certificate),
            ("dev.sigstore.cosign/chain", pem(&self.root)),
            ("dev.sigstore.cosign/bundle", entry.to_string()),
        ];
        let annotations = annotations.map(|(name, value)| (name.to_owned(), value));
        (payload.into_bytes(), annotations.into())
    }
}

fn pem(der: &[u8]) -> String {
    let lines: Vec<String> = b64(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

fn policy(root: &Value, identity: &str, issuer: &str) -> Policy {
    Policy::Keyless {
        root: TrustRoot::from_json(root.to_string().as_bytes()).unwrap(),
        identity: IdentityMatcher::exact(identity),
        issuer: issuer.to_owned(),
    }
}

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
