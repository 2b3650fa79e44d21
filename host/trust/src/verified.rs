//! The proof that a signature was checked.

use std::fmt;

/// A value that somebody trusted signed. Only [`crate::Policy::verify`] makes one, so a function that
/// takes it cannot be called with anything unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    signer: Signer,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// The holder of a key.
    Key {
        /// SHA-256 of the public key's DER form, in hexadecimal.
        fingerprint: String,
    },
    /// Whom a certificate names.
    Certificate {
        /// The subject alternative name: a mail address or a URI.
        identity: String,
        /// Who vouched for it.
        issuer: String,
    },
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { fingerprint } => write!(f, "key sha256:{fingerprint}"),
            Self::Certificate { identity, issuer } => write!(f, "{identity} ({issuer})"),
        }
    }
}

impl<T> Verified<T> {
    pub(crate) fn new(value: T, signer: Signer) -> Self {
        Self { value, signer }
    }

    /// What was signed.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Who signed it.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Gives up the proof.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Carries the proof over to what the value names: the manifest of a digest, the files of a
    /// manifest. `carry` must check that it is just that.
    ///
    /// # Errors
    /// Those of `carry`.
    pub fn carry<U, E>(self, carry: impl FnOnce(T) -> Result<U, E>) -> Result<Verified<U>, E> {
        Ok(Verified {
            value: carry(self.value)?,
            signer: self.signer,
        })
    }
}
