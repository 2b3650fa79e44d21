//! Public keys.

use std::fmt;

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use sha2::{Digest as _, Sha256};
use spki::der::{Decode, Encode};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use crate::KeyError;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// A PEM of an RSA key of 8192 bits has 1.5 KiB.
const LARGEST: usize = 16 << 10;
const LABEL: &str = "PUBLIC KEY";

/// A key that signatures are checked with: ECDSA P-256 or P-384, RSA of 2048 bits or more. Ed25519 is
/// refused by name: cosign signs with it over a hash (Ed25519ph), and cannot verify that itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    /// The key as the algorithm wants it.
    key: Vec<u8>,
    /// The DER form, which fingerprints are made of.
    der: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    P256,
    P384,
    Rsa,
}

impl Algorithm {
    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::Rsa => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

impl PublicKey {
    /// From `-----BEGIN PUBLIC KEY-----`, as `cosign.pub` is.
    ///
    /// # Errors
    /// When it is anything else, or of a kind that is not supported.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let der = unarmoured(pem, LABEL)?;
        Self::from_der(&der)
    }

    /// From the DER form of a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// As [`Self::from_pem`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let damaged = |error: spki::der::Error| KeyError::Damaged(error.to_string());
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(damaged)?;
        let algorithm = algorithm(&info)?;
        let key = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| KeyError::Damaged("its bits are no bytes".to_owned()))?;
        Ok(Self {
            algorithm,
            key: key.to_vec(),
            der: info.to_der().map_err(damaged)?,
        })
    }

    /// Whether the signature of these bytes is by this key.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm.verification(), &self.key)
            .verify(message, signature)
            .is_ok()
    }

    /// SHA-256 of the DER form.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// The DER form.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

fn algorithm(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Algorithm, KeyError> {
    let kind = info.algorithm.oid;
    if kind == RSA {
        return Ok(Algorithm::Rsa);
    }
    if kind != EC {
        return Err(KeyError::Kind(kind.to_string()));
    }
    let curve = info
        .algorithm
        .parameters_oid()
        .map_err(|error| KeyError::Damaged(error.to_string()))?;
    match curve {
        P256 => Ok(Algorithm::P256),
        P384 => Ok(Algorithm::P384),
        other => Err(KeyError::Kind(format!("elliptic curve {other}"))),
    }
}

/// The bytes inside a PEM of that label.
pub(crate) fn unarmoured(pem: &[u8], wanted: &'static str) -> Result<Vec<u8>, KeyError> {
    let wrong = |reason: String| KeyError::Pem { wanted, reason };
    if pem.len() > LARGEST {
        return Err(wrong(format!("{} bytes", pem.len())));
    }
    let (label, bytes) = pem_rfc7468::decode_vec(pem).map_err(|error| wrong(error.to_string()))?;
    if label != wanted {
        return Err(wrong(format!("its label is {label}")));
    }
    Ok(bytes)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?})", self.algorithm)
    }
}
