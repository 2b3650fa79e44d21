//! An authority, a log and a signer.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use merlon_trust::{
    BUNDLE_TYPE, Digest, IdentityMatcher, Policy, PublicKey, SIGN_PREDICATE, TrustRoot,
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType, SigningKey,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const ME: &str = "me@example.org";
pub(crate) const ISSUER: &str = "https://accounts.example.org";
pub(crate) const NOON: i64 = 1_795_608_000;
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signed(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    key.sign(message).unwrap()
}

/// An authority and a log.
pub(crate) struct World {
    authority: Issuer<'static, KeyPair>,
    root: Vec<u8>,
    log: KeyPair,
}

/// What one signer does; each test changes one thing.
pub(crate) struct Signing {
    pub(crate) identity: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) purpose: ExtendedKeyUsagePurpose,
    /// Seconds around noon in which the certificate is valid.
    pub(crate) valid: (i64, i64),
    pub(crate) logged_at: i64,
    pub(crate) predicate: &'static str,
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
    pub(crate) fn new() -> Self {
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

    pub(crate) fn log_key(&self) -> PublicKey {
        PublicKey::from_pem(self.log.public_key_pem().as_bytes()).unwrap()
    }

    pub(crate) fn trust_root(&self) -> Value {
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

    pub(crate) fn policy(&self) -> Policy {
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

    pub(crate) fn bundle(&self, subject: Digest, signing: &Signing) -> Value {
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

    pub(crate) fn legacy(
        &self,
        subject: Digest,
        signing: &Signing,
    ) -> (Vec<u8>, BTreeMap<String, String>) {
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

pub(crate) fn policy(root: &Value, identity: &str, issuer: &str) -> Policy {
    Policy::Keyless {
        root: TrustRoot::from_json(root.to_string().as_bytes()).unwrap(),
        identity: IdentityMatcher::exact(identity),
        issuer: issuer.to_owned(),
    }
}
