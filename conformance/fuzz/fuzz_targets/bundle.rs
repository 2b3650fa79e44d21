//! Any bytes as a sigstore bundle under a key: a bundle that was changed is never good, and of no
//! artifact but its own.
#![no_main]

#[path = "../support/forgery.rs"]
mod forgery;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use merlon_trust::Candidate;
use serde::Deserialize;

/// Only what is signed: what nobody reads need not even be text.
#[derive(Deserialize)]
struct Bundle {
    #[serde(rename = "dsseEnvelope")]
    envelope: Envelope,
}

#[derive(Deserialize)]
struct Envelope {
    payload: String,
}

fuzz_target!(|bytes: &[u8]| {
    forgery::attempt(Candidate::Bundle(bytes.to_vec()), |hex| {
        let bundle: Bundle = serde_json::from_slice(bytes).unwrap();
        let payload = STANDARD.decode(bundle.envelope.payload).unwrap();
        memchr::memmem::find(&payload, hex.as_bytes()).is_some()
    });
});
