//! An entry of a transparency log (sigstore/rekor): when a signature was seen, and which.

use serde::Deserialize;
use serde_json::{Value, json};

use super::TrustRoot;
use super::certificate::{self, Certificate};
use super::proof::Proof;
use crate::Refusal;
use crate::bundle::decoded;
use crate::digest::hex;
use crate::payload::{json, shortened};

/// Entries of one bundle that are tried.
const MOST: usize = 4;

/// One entry.
#[derive(Debug)]
pub(crate) struct Entry {
    /// What was logged, as the log wrote it.
    body: Vec<u8>,
    /// The same in base64: the log's promise is about this text.
    body_text: String,
    log_id: Vec<u8>,
    index: i64,
    /// Seconds since 1970, as the log says.
    time: u64,
    /// The log's signature over all of this.
    promise: Vec<u8>,
    proof: Option<Proof>,
}

/// A signature, and what it is over.
pub(crate) struct Signed<'a> {
    pub(crate) message: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// The entries of a bundle.
pub(crate) fn of_material(
    material: &Value,
) -> Result<impl Iterator<Item = Result<Entry, Refusal>>, Refusal> {
    let entries = material.get("tlogEntries").and_then(Value::as_array);
    let entries = entries.map_or(&[][..], Vec::as_slice);
    if entries.len() > MOST {
        return Err(Refusal::Log(format!(
            "it has {} log entries",
            entries.len()
        )));
    }
    Ok(entries.iter().map(Entry::of_bundle))
}

impl Entry {
    /// An entry of a bundle.
    fn of_bundle(entry: &Value) -> Result<Self, Refusal> {
        let text = |pointer: &str| {
            entry
                .pointer(pointer)
                .and_then(Value::as_str)
                .ok_or_else(|| Refusal::Log(format!("its entry has no {pointer}")))
        };
        let body_text = text("/canonicalizedBody")?.to_owned();
        let proof = match entry.get("inclusionProof") {
            Some(proof) => Some(Proof::parse(proof)?),
            None => None,
        };
        Ok(Self {
            body: decoded(&body_text, "the log entry's body")?,
            body_text,
            log_id: decoded(text("/logId/keyId")?, "the log's id")?,
            index: number(text("/logIndex")?)?,
            time: number(text("/integratedTime")?)?,
            promise: decoded(
                text("/inclusionPromise/signedEntryTimestamp")?,
                "the log's promise",
            )?,
            proof,
        })
    }

    /// From the annotation of a legacy signature.
    pub(crate) fn of_annotation(value: &Value) -> Result<Self, Refusal> {
        let missing = |what: &str| Refusal::Log(format!("its entry has no {what}"));
        let payload = value.get("Payload").ok_or_else(|| missing("Payload"))?;
        let text = |name: &str| {
            payload
                .get(name)
                .and_then(Value::as_str)
                .ok_or_else(|| missing(name))
        };
        let integer = |name: &str| payload.get(name).ok_or_else(|| missing(name));
        let promise = value
            .get("SignedEntryTimestamp")
            .and_then(Value::as_str)
            .ok_or_else(|| missing("SignedEntryTimestamp"))?;
        let body_text = text("body")?.to_owned();
        Ok(Self {
            body: decoded(&body_text, "the log entry's body")?,
            body_text,
            log_id: from_hex(text("logID")?)?,
            index: integer("logIndex")?
                .as_i64()
                .ok_or_else(|| missing("logIndex"))?,
            time: integer("integratedTime")?
                .as_u64()
                .ok_or_else(|| missing("integratedTime"))?,
            promise: decoded(promise, "the log's promise")?,
            proof: None,
        })
    }

    /// When a log that the root trusts took it in. Only the promise vouches for the time, so it must be
    /// there; a proof of inclusion must hold when it is there too.
    pub(crate) fn logged_at(&self, root: &TrustRoot) -> Result<u64, Refusal> {
        let log = root.log(&self.log_id, self.time).ok_or_else(|| {
            Refusal::Log("the trust root has no such log for that time".to_owned())
        })?;
        // The log signs this in canonical form (RFC 8785): keys in order, no spaces.
        let id = hex(&self.log_id);
        let message = format!(
            r#"{{"body":{},"integratedTime":{},"logID":"{id}","logIndex":{}}}"#,
            json!(self.body_text),
            self.time,
            self.index
        );
        if !log.key.signed(message.as_bytes(), &self.promise) {
            return Err(Refusal::Log(
                "the promise is not by that log, or the entry was changed".to_owned(),
            ));
        }
        if let Some(proof) = &self.proof {
            proof.holds(&self.body, log)?;
        }
        Ok(self.time)
    }

    /// Whether the entry is about this signature, these bytes and this certificate: an entry of another
    /// signature proves nothing.
    pub(crate) fn is_about(&self, signed: &Signed<'_>, leaf: &Certificate) -> Result<(), Refusal> {
        let body: Body = json(&self.body)?;
        let other = |what: &str| Refusal::Log(format!("the entry is about another {what}"));
        let (hash, logged, verifier) = match (body.kind.as_str(), body.spec) {
            ("dsse", Value::Object(spec)) => {
                let spec: DsseSpec = serde_json::from_value(Value::Object(spec)).map_err(unread)?;
                let [one] = spec.signatures.as_slice() else {
                    return Err(other("number of signatures"));
                };
                (
                    spec.payload_hash.value,
                    one.signature.clone(),
                    one.verifier.clone(),
                )
            }
            ("hashedrekord", Value::Object(spec)) => {
                let spec: HashedSpec =
                    serde_json::from_value(Value::Object(spec)).map_err(unread)?;
                (
                    spec.data.hash.value,
                    spec.signature.content,
                    spec.signature.public_key.content,
                )
            }
            (kind, _) => {
                return Err(Refusal::Log(format!(
                    "entries of the kind {} are not read",
                    shortened(kind)
                )));
            }
        };
        let own = crate::Digest::of(signed.payload).as_hex();
        if hash != own {
            return Err(other("payload"));
        }
        if decoded(&logged, "the logged signature")? != signed.signature {
            return Err(other("signature"));
        }
        let pem = String::from_utf8(decoded(&verifier, "the logged certificate")?)
            .map_err(|error| Refusal::Log(error.to_string()))?;
        match certificate::of_pem(&pem)?.first() {
            Some(logged) if logged.der() == leaf.der() => Ok(()),
            _ => Err(other("certificate")),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    kind: String,
    spec: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DsseSpec {
    payload_hash: Hash,
    signatures: Vec<DsseSignature>,
}

#[derive(Deserialize)]
struct DsseSignature {
    signature: String,
    verifier: String,
}

#[derive(Deserialize)]
struct HashedSpec {
    data: Data,
    signature: HashedSignature,
}

#[derive(Deserialize)]
struct Data {
    hash: Hash,
}

#[derive(Deserialize)]
struct Hash {
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HashedSignature {
    content: String,
    public_key: Content,
}

#[derive(Deserialize)]
struct Content {
    content: String,
}

fn unread(error: serde_json::Error) -> Refusal {
    Refusal::Log(shortened(&error.to_string()))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_unparsable| Refusal::Log(format!("`{}` is no number", shortened(text))))
}

fn from_hex(text: &str) -> Result<Vec<u8>, Refusal> {
    crate::Digest::from_hex(text)
        .map(|digest| digest.bytes().to_vec())
        .map_err(|error| Refusal::Log(error.to_string()))
}
