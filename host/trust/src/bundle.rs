//! The sigstore bundle, version 0.3: a DSSE envelope and what it is to be checked with.
//! Format: sigstore/protobuf-specs, `sigstore_bundle.proto`; envelope: secure-systems-lab/dsse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::payload::{json, shortened};
use crate::{BUNDLE_TYPE, Refusal};

/// Media types of bundles that are read: 0.3 in both spellings.
const TYPES: [&str; 2] = [
    BUNDLE_TYPE,
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
];
/// The payload of a signature is a statement.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A bundle with a DSSE envelope.
#[derive(Debug, Deserialize)]
pub(crate) struct Bundle {
    #[serde(rename = "mediaType")]
    media_type: String,
    /// Certificates and log entries, for policies without a key.
    #[serde(rename = "verificationMaterial", default)]
    pub(crate) material: Value,
    #[serde(rename = "dsseEnvelope")]
    envelope: Option<Envelope>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Signature {
    sig: String,
}

/// An envelope, decoded.
pub(crate) struct Signed {
    /// The statement.
    pub(crate) payload: Vec<u8>,
    /// What the signature is over.
    pub(crate) message: Vec<u8>,
    /// The signature.
    pub(crate) signature: Vec<u8>,
}

impl Bundle {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let bundle: Self = json(bytes)?;
        if !TYPES.contains(&bundle.media_type.as_str()) {
            let found = shortened(&bundle.media_type);
            return Err(Refusal::Malformed(format!(
                "bundles of the type {found} are not read"
            )));
        }
        Ok(bundle)
    }

    /// The one signature of the envelope. A bundle over the bytes of a file (`messageSignature`) states
    /// nothing about an artifact.
    pub(crate) fn signed(&self) -> Result<Signed, Refusal> {
        let Some(envelope) = &self.envelope else {
            return Err(Refusal::NotASignature {
                found: "the bytes of a file".to_owned(),
            });
        };
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(Refusal::NotASignature {
                found: shortened(&envelope.payload_type),
            });
        }
        let [signature] = envelope.signatures.as_slice() else {
            let count = envelope.signatures.len();
            return Err(Refusal::Malformed(format!(
                "{count} signatures in one envelope"
            )));
        };
        let payload = decoded(&envelope.payload, "the payload")?;
        Ok(Signed {
            message: authenticated(&payload),
            signature: decoded(&signature.sig, "the signature")?,
            payload,
        })
    }
}

/// DSSE's pre-authentication encoding: lengths keep type and payload apart.
pub(crate) fn authenticated(payload: &[u8]) -> Vec<u8> {
    let mut message = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    )
    .into_bytes();
    message.extend_from_slice(payload);
    message
}

/// A bundle for a signature made with a key.
pub(crate) fn write(payload: &[u8], signature: &[u8], fingerprint: &[u8; 32]) -> Value {
    json!({
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": { "publicKey": { "hint": STANDARD.encode(fingerprint) } },
        "dsseEnvelope": {
            "payload": STANDARD.encode(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{ "sig": STANDARD.encode(signature) }],
        },
    })
}

pub(crate) fn decoded(text: &str, what: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD
        .decode(text)
        .map_err(|error| Refusal::Malformed(format!("{what} is no base64: {error}")))
}
