//! Any bytes as a sigstore bundle under a key: a bundle that was changed is never good, and of no
//! artifact but its own.
#![no_main]

#[path = "../support/forgery.rs"]
mod forgery;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use merlon_trust::Candidate;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    forgery::attempt(Candidate::Bundle(bytes.to_vec()), |hex| {
        let bundle: Value = serde_json::from_slice(bytes).unwrap();
        let payload = STANDARD.decode(bundle["dsseEnvelope"]["payload"].as_str().unwrap()).unwrap();
        memchr::memmem::find(&payload, hex.as_bytes()).is_some()
    });
});
