//! Signing as cosign does: with its encrypted private key, in both forms.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::aead::Aead;
use crypto_secretbox::{KeyInit, XSalsa20Poly1305};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Deserialize;

use crate::payload::{Simple, Statement};
use crate::policy::SIGNATURE;
use crate::public_key::unarmoured;
use crate::{Digest, KeyError, PublicKey, bundle};

/// The labels of `cosign.key`, new and old.
const ENCRYPTED: [&str; 2] = [
    "ENCRYPTED SIGSTORE PRIVATE KEY",
    "ENCRYPTED COSIGN PRIVATE KEY",
];
const PLAIN: &str = "PRIVATE KEY";
/// Memory that unlocking may take (128 * N * r): cosign's own keys need 64 MiB.
const SCRYPT_MEMORY: u64 = 256 << 20;
/// Its block factor; memory grows with this times the passes too.
const SCRYPT_BLOCK: u32 = 64;
/// Passes over that memory.
const SCRYPT_PASSES: u32 = 8;

/// An ECDSA P-256 private key.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    public: PublicKey,
}

/// A signature in the form of the tag `sha256-<hex>.sig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacySignature {
    /// The layer's bytes.
    pub payload: Vec<u8>,
    /// The layer's annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What is inside the armour of an encrypted key.
#[derive(Deserialize)]
struct Locked {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Kdf {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Deserialize)]
struct Params {
    #[serde(rename = "N")]
    cost: u64,
    r: u32,
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

impl SigningKey {
    /// From `cosign.key`, or from an unencrypted PKCS#8 key, whose password is not looked at.
    ///
    /// # Errors
    /// When it is neither, the password is wrong, or the key is no ECDSA P-256 key.
    pub fn from_pem(pem: &[u8], password: &[u8]) -> Result<Self, KeyError> {
        for label in ENCRYPTED {
            if let Ok(locked) = unarmoured(pem, label) {
                return Self::from_pkcs8(&unlock(&locked, password)?);
            }
        }
        Self::from_pkcs8(&unarmoured(pem, PLAIN)?)
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &random)
            .map_err(|rejected| KeyError::Damaged(rejected.to_string()))?;
        let public = PublicKey::from_der(&public_der(pair.public_key().as_ref()))?;
        Ok(Self {
            pair,
            random,
            public,
        })
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs an artifact for the tag `sha256-<hex>.sig`; `reference` is its repository, for people.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign_legacy(
        &self,
        subject: Digest,
        reference: &str,
    ) -> Result<LegacySignature, KeyError> {
        let payload = encoded(&Simple::of(subject, reference))?;
        let signature = STANDARD.encode(self.sign(&payload)?);
        Ok(LegacySignature {
            payload,
            annotations: BTreeMap::from([(SIGNATURE.to_owned(), signature)]),
        })
    }

    /// Signs an artifact for its OCI referrer: a sigstore bundle.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn sign_bundle(&self, subject: Digest) -> Result<Vec<u8>, KeyError> {
        let payload = encoded(&Statement::of(subject))?;
        let signature = self.sign(&bundle::authenticated(&payload))?;
        encoded(&bundle::write(
            &payload,
            &signature,
            &self.public.fingerprint(),
        ))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.pair
            .sign(&self.random, message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|unspecified| KeyError::Signing(unspecified.to_string()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

/// The `SubjectPublicKeyInfo` of an uncompressed point on P-256.
fn public_der(point: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let mut der = HEAD.to_vec();
    der.extend_from_slice(point);
    der
}

fn unlock(armoured: &[u8], password: &[u8]) -> Result<Vec<u8>, KeyError> {
    let damaged = |what: &str| KeyError::Damaged(what.to_owned());
    let locked: Locked =
        serde_json::from_slice(armoured).map_err(|error| KeyError::Damaged(error.to_string()))?;
    if locked.kdf.name != "scrypt" || locked.cipher.name != "nacl/secretbox" {
        return Err(damaged("it is locked in a way that cosign does not use"));
    }
    let bytes = |text: &str| {
        STANDARD
            .decode(text)
            .map_err(|error| KeyError::Damaged(error.to_string()))
    };
    let (salt, nonce) = (bytes(&locked.kdf.salt)?, bytes(&locked.cipher.nonce)?);
    let secret = stretched(password, &salt, &locked.kdf.params)?;
    let nonce: [u8; 24] = nonce.try_into().map_err(|other: Vec<u8>| {
        KeyError::Damaged(format!("its nonce has {} bytes", other.len()))
    })?;
    let cipher = XSalsa20Poly1305::new(&secret.into());
    cipher
        .decrypt(&nonce.into(), bytes(&locked.ciphertext)?.as_slice())
        .map_err(|_opaque| KeyError::Password)
}

fn stretched(password: &[u8], salt: &[u8], params: &Params) -> Result<[u8; 32], KeyError> {
    let memory = params
        .cost
        .saturating_mul(u64::from(params.r))
        .saturating_mul(128);
    if memory > SCRYPT_MEMORY || params.p > SCRYPT_PASSES || params.r > SCRYPT_BLOCK {
        return Err(KeyError::Costly(format!(
            "{memory} bytes of memory, {} passes",
            params.p
        )));
    }
    let damaged = |what: String| KeyError::Damaged(what);
    if !params.cost.is_power_of_two() {
        return Err(damaged(format!(
            "its cost {} is no power of two",
            params.cost
        )));
    }
    let log =
        u8::try_from(params.cost.trailing_zeros()).map_err(|error| damaged(error.to_string()))?;
    let params =
        scrypt::Params::new(log, params.r, params.p).map_err(|error| damaged(error.to_string()))?;
    let mut secret = [0; 32];
    scrypt::scrypt(password, salt, &params, &mut secret)
        .map_err(|error| damaged(error.to_string()))?;
    Ok(secret)
}

fn encoded<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, KeyError> {
    serde_json::to_vec(value).map_err(|error| KeyError::Signing(error.to_string()))
}
