//! Any bytes as a simple-signing payload with its annotation: changed, it is never good, and of no
//! artifact but its own. The input is the signature in base64, a newline, and the payload.
#![no_main]

#[path = "../support/forgery.rs"]
mod forgery;

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use merlon_trust::Candidate;

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return;
    };
    let (Ok(signature), payload) = (std::str::from_utf8(&bytes[..end]), &bytes[end + 1..]) else {
        return;
    };
    let name = "dev.cosignproject.cosign/signature".to_owned();
    let candidate = Candidate::Legacy {
        payload: payload.to_vec(),
        annotations: BTreeMap::from([(name, signature.to_owned())]),
    };
    forgery::attempt(candidate, |hex| {
        memchr::memmem::find(payload, hex.as_bytes()).is_some()
    });
});
