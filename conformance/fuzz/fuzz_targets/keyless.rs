//! Any bytes as a bundle under a certificate policy, as they are and with every signature made again by
//! the signer and the log: whatever they would sign, only the authority's own certificate is believed,
//! only while it is valid, and only for the artifact that is named.
#![no_main]

#[path = "../support/sigstore.rs"]
mod sigstore;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_trust::{Candidate, Digest, IdentityMatcher, Policy, PublicKey, TrustError, TrustRoot};
use rcgen::KeyPair;
use serde_json::Value;
use sigstore::{ISSUER, ME, NOON, Signers, unb64};

const LEAF: &[u8] = include_bytes!("../support/keyless/leaf.der");

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::Keyless {
    root: TrustRoot::from_json(include_bytes!("../support/keyless/trusted_root.json")).unwrap(),
    identity: IdentityMatcher::exact(ME),
    issuer: ISSUER.to_owned(),
});
/// Whether the seed itself is good, as it is and signed again: a target that refuses everything proves
/// nothing.
static IS_SOUND: LazyLock<bool> = LazyLock::new(|| {
    let seed = include_str!("../corpus/keyless/seed-bundle.json");
    let mut again: Value = serde_json::from_str(seed).unwrap();
    SIGNERS.sign(&mut again).unwrap();
    let candidates =
        [seed.to_owned(), again.to_string()].map(|text| [Candidate::Bundle(text.into_bytes())]);
    let subject = Digest::of(b"rules");
    candidates
        .iter()
        .all(|candidate| POLICY.verify(subject, candidate, &BTreeMap::new()).is_ok())
});
static SIGNERS: LazyLock<Signers> = LazyLock::new(|| {
    let log = KeyPair::from_pem(include_str!("../support/keyless/log.pem")).unwrap();
    let key = PublicKey::from_pem(log.public_key_pem().as_bytes()).unwrap();
    Signers {
        leaf: KeyPair::from_pem(include_str!("../support/keyless/leaf.pem")).unwrap(),
        log,
        log_id: key.fingerprint().to_vec(),
    }
});

fuzz_target!(|bytes: &[u8]| {
    assert!(*IS_SOUND);
    attempt(bytes);
    if let Ok(mut bundle) = serde_json::from_slice::<Value>(bytes)
        && SIGNERS.sign(&mut bundle).is_some()
    {
        attempt(bundle.to_string().as_bytes());
    }
});

fn attempt(bytes: &[u8]) {
    let subject = Digest::of(b"rules");
    let candidates = [Candidate::Bundle(bytes.to_vec())];
    match POLICY.verify(subject, &candidates, &BTreeMap::new()) {
        Ok(_) => {
            let bundle: Value = serde_json::from_slice(bytes).unwrap();
            believable(&bundle, subject);
        }
        Err(error @ TrustError::Refused { .. }) => {
            assert!(error.to_string().len() < 4_000, "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
        }
        Err(other) => panic!("{other}"),
    }
}

fn believable(bundle: &Value, subject: Digest) {
    let payload = unb64(&bundle["dsseEnvelope"]["payload"]).unwrap();
    assert!(memchr::memmem::find(&payload, subject.as_hex().as_bytes()).is_some());
    let material = &bundle["verificationMaterial"];
    let leaf = match &material["certificate"]["rawBytes"] {
        Value::Null => &material["x509CertificateChain"]["certificates"][0]["rawBytes"],
        leaf => leaf,
    };
    assert_eq!(unb64(leaf).as_deref(), Some(LEAF));
    let time = material["tlogEntries"][0]["integratedTime"]
        .as_str()
        .unwrap();
    let time: i64 = time.parse().unwrap();
    assert!((NOON - 60..=NOON + 540).contains(&time), "{time}");
}
