//! What a certificate authority's customer and a transparency log sign, with keys that are no secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{KeyPair, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// When the certificate is valid: one minute before to nine minutes after.
pub const NOON: i64 = 1_795_608_000;
pub const ME: &str = "me@example.org";
pub const ISSUER: &str = "https://accounts.example.org";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Who signs.
pub struct Signers {
    pub leaf: KeyPair,
    pub log: KeyPair,
    /// The log's id.
    pub log_id: Vec<u8>,
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn unb64(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.as_str()?).ok()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Signers {
    /// Signs a bundle again after it was changed, as far as it still is one: by the certificate's key,
    /// and then by the log.
    pub fn sign(&self, bundle: &mut Value) -> Option<()> {
        let payload = unb64(bundle.pointer("/dsseEnvelope/payload")?)?;
        let head = format!(
            "DSSEv1 {} {PAYLOAD_TYPE} {} ",
            PAYLOAD_TYPE.len(),
            payload.len()
        );
        let message = [head.as_bytes(), &payload].concat();
        let signature = b64(self.leaf.sign(&message).ok()?);
        *bundle.pointer_mut("/dsseEnvelope/signatures/0/sig")? = json!(signature);
        let entry = bundle.pointer_mut("/verificationMaterial/tlogEntries/0")?;
        let mut body = unb64(entry.get("canonicalizedBody")?)?;
        if let Ok(mut logged) = serde_json::from_slice::<Value>(&body) {
            if let Some(hash) = logged.pointer_mut("/spec/payloadHash/value") {
                *hash = json!(hex(&Sha256::digest(&payload)));
            }
            if let Some(signed) = logged.pointer_mut("/spec/signatures/0/signature") {
                *signed = json!(signature);
            }
            body = logged.to_string().into_bytes();
        }
        *entry.pointer_mut("/canonicalizedBody")? = json!(b64(&body));
        self.promise(entry, &body)?;
        self.prove(entry.get_mut("inclusionProof")?, &body)
    }

    fn promise(&self, entry: &mut Value, body: &[u8]) -> Option<()> {
        let number = |name: &str| entry.get(name)?.as_str()?.parse::<i64>().ok();
        let message = format!(
            r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
            b64(body),
            number("integratedTime")?,
            hex(&self.log_id),
            number("logIndex")?,
        );
        let promise = b64(self.log.sign(message.as_bytes()).ok()?);
        *entry.pointer_mut("/inclusionPromise/signedEntryTimestamp")? = json!(promise);
        Some(())
    }

    /// A log of one entry has its hash for a root; of any other size, only the checkpoint is signed.
    fn prove(&self, proof: &mut Value, body: &[u8]) -> Option<()> {
        let size = proof.get("treeSize")?.as_str()?.to_owned();
        if size == "1" {
            let mut hash = Sha256::new_with_prefix([0]);
            hash.update(body);
            *proof.get_mut("rootHash")? = json!(b64(hash.finalize()));
        }
        let root = proof.get("rootHash")?.as_str()?;
        let note = format!("log.example.org - 1\n{size}\n{root}\n");
        let mut signature = vec![0; 4];
        signature.extend(self.log.sign(note.as_bytes()).ok()?);
        let line = format!("\u{2014} log.example.org {}\n", b64(signature));
        *proof.pointer_mut("/checkpoint/envelope")? = json!(format!("{note}\n{line}"));
        Some(())
    }
}
