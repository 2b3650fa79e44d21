//! Any bytes as a key or a trust root: taken or refused, never at a cost that the file chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merlon_trust::{Digest, PublicKey, SigningKey, TrustRoot};

fuzz_target!(|bytes: &[u8]| {
    for key in [PublicKey::from_pem(bytes), PublicKey::from_der(bytes)]
        .into_iter()
        .flatten()
    {
        assert!(!key.signed(b"message", bytes), "bytes that nobody signed");
        let again = PublicKey::from_der(key.der()).unwrap();
        assert_eq!(again.fingerprint(), key.fingerprint());
    }
    // A key that asks for the most that is allowed takes a second: only the parser is of interest.
    let is_costly = bytes.windows(9).any(|window| window == b"ENCRYPTED");
    if !is_costly && let Ok(key) = SigningKey::from_pem(bytes, b"") {
        assert!(key.sign_bundle(Digest::of(b"")).is_ok());
    }
    _ = TrustRoot::from_json(bytes);
});
