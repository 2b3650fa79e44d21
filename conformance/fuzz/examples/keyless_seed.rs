//! Makes `support/keyless` and the seed of the target `keyless` again: an authority, a log and a signer
//! of our own. Every run gives other keys.

#[path = "../support/sigstore.rs"]
mod sigstore;

use std::fs::write;

use merlon_trust::{BUNDLE_TYPE, Digest, PublicKey, SIGN_PREDICATE};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use serde_json::{Value, json};
use sigstore::{ISSUER, ME, NOON, Signers, b64};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (root_key, middle_key) = (KeyPair::generate()?, KeyPair::generate()?);
    let root = authority("root")?;
    let root_der = root.self_signed(&root_key)?.der().to_vec();
    let root = Issuer::new(root, root_key);
    let middle = authority("intermediate")?;
    let middle_der = middle.signed_by(&middle_key, &root)?.der().to_vec();
    let middle = Issuer::new(middle, middle_key);
    let (leaf, log) = (KeyPair::generate()?, KeyPair::generate()?);
    let certificate = certificate(&leaf, &middle)?;
    let log_key = PublicKey::from_pem(log.public_key_pem().as_bytes())?;
    let signers = Signers {
        log_id: log_key.fingerprint().to_vec(),
        leaf,
        log,
    };
    let at = concat!(env!("CARGO_MANIFEST_DIR"), "/support/keyless");
    write(format!("{at}/leaf.pem"), signers.leaf.serialize_pem())?;
    write(format!("{at}/log.pem"), signers.log.serialize_pem())?;
    write(format!("{at}/leaf.der"), &certificate)?;
    let chain = [middle_der, root_der].map(|der| json!({ "rawBytes": b64(der) }));
    let trust_root = json!({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [{
            "publicKey": { "rawBytes": b64(log_key.der()), "validFor": { "start": "2020-01-01T00:00:00Z" } },
            "logId": { "keyId": b64(&signers.log_id) },
        }],
        "certificateAuthorities": [{
            "certChain": { "certificates": chain },
            "validFor": { "start": "2020-01-01T00:00:00Z" },
        }],
    });
    write(format!("{at}/trusted_root.json"), trust_root.to_string())?;
    let mut bundle = unsigned(&certificate, &signers);
    signers
        .sign(&mut bundle)
        .ok_or("the bundle has not the shape that is signed")?;
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/keyless");
    std::fs::create_dir_all(corpus)?;
    write(format!("{corpus}/seed-bundle.json"), bundle.to_string())?;
    Ok(())
}

fn authority(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    Ok(params)
}

fn certificate(
    key: &KeyPair,
    authority: &Issuer<'_, KeyPair>,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.subject_alt_names = vec![SanType::Rfc822Name(ME.try_into()?)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    let mut value = vec![0x0c, u8::try_from(ISSUER.len())?];
    value.extend_from_slice(ISSUER.as_bytes());
    let oid = [1, 3, 6, 1, 4, 1, 57264, 1, 8];
    params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, value)];
    params.not_before = time::OffsetDateTime::from_unix_timestamp(NOON - 60)?;
    params.not_after = time::OffsetDateTime::from_unix_timestamp(NOON + 540)?;
    Ok(params.signed_by(key, authority)?.der().to_vec())
}

fn unsigned(certificate: &[u8], signers: &Signers) -> Value {
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        b64(certificate)
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect::<Vec<_>>()
            .join("\n")
    );
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "digest": { "sha256": Digest::of(b"rules").as_hex() } }],
        "predicateType": SIGN_PREDICATE,
        "predicate": {},
    });
    let body = json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "payloadHash": { "algorithm": "sha256", "value": "" },
            "signatures": [{ "signature": "", "verifier": b64(pem) }],
        },
    });
    json!({
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": {
            "certificate": { "rawBytes": b64(certificate) },
            "tlogEntries": [{
                "logIndex": "0",
                "logId": { "keyId": b64(&signers.log_id) },
                "integratedTime": NOON.to_string(),
                "inclusionPromise": { "signedEntryTimestamp": "" },
                "inclusionProof": {
                    "logIndex": "0",
                    "rootHash": "",
                    "treeSize": "1",
                    "hashes": [],
                    "checkpoint": { "envelope": "" },
                },
                "canonicalizedBody": b64(body.to_string()),
            }],
        },
        "dsseEnvelope": {
            "payload": b64(statement.to_string()),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": "" }],
        },
    })
}
