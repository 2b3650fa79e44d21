//! Signatures of the key in `conformance/trust`, and who must never be fooled by what a mutator makes
//! of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use merlon_trust::{Candidate, Digest, Policy, PublicKey, TrustError};

/// The artifact that the seeds are signatures of.
const SIGNED: &str = include_str!("../../trust/rules.digest");

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let key = include_bytes!("../../trust/cosign.pub");
    Policy::Key(PublicKey::from_pem(key).unwrap())
});

/// Whether the fixture itself is good: a target that refuses everything proves nothing.
static IS_SOUND: LazyLock<bool> = LazyLock::new(|| {
    let bundle = include_bytes!("../../trust/rules.bundle.json");
    let candidates = [Candidate::Bundle(bundle.to_vec())];
    let signed: Digest = SIGNED.trim().parse().unwrap();
    POLICY.verify(signed, &candidates, &BTreeMap::new()).is_ok()
});

/// Nothing is a signature of an artifact that was never signed; of the signed one, only what says so.
pub fn attempt(candidate: Candidate, says: impl Fn(&str) -> bool) {
    assert!(*IS_SOUND);
    let signed: Digest = SIGNED.trim().parse().unwrap();
    let candidates = [candidate];
    let none = BTreeMap::new();
    if POLICY.verify(signed, &candidates, &none).is_ok() {
        assert!(says(&signed.as_hex()), "it does not even name the artifact");
    }
    let wanted = BTreeMap::from([("env".to_owned(), "test".to_owned())]);
    assert!(POLICY.verify(signed, &candidates, &wanted).is_err());
    match POLICY.verify(Digest::of(b"never signed"), &candidates, &none) {
        Ok(verified) => panic!("{verified:?}"),
        Err(error @ TrustError::Refused { .. }) => {
            assert!(error.to_string().len() < 2_000, "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
        Err(other) => panic!("{other}"),
    }
}
