//! Why a signature is refused, and why a key cannot be used.

use std::fmt;

use crate::Digest;

/// Different reasons that an error tells.
const TOLD: usize = 8;

/// An artifact that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Nothing beside it looks like a signature.
    #[error("{subject} is not signed; sign it with `cosign sign` or push it with --sign-key")]
    Unsigned {
        /// The manifest's digest.
        subject: Digest,
    },
    /// There are signatures, and none is good.
    #[error("no signature of {subject} is good: {}{}", told(.refusals), left(*.untried))]
    Refused {
        /// The manifest's digest.
        subject: Digest,
        /// Why, for each that was tried.
        refusals: Vec<Refusal>,
        /// How many were not tried.
        untried: usize,
    },
}

/// Why one candidate is no signature of the artifact by whom the policy trusts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum Refusal {
    #[error("it has {bytes} bytes, at most {limit} are read")]
    TooLarge { bytes: usize, limit: usize },
    #[error("it cannot be read: {0}")]
    Malformed(String),
    #[error("it is signed by another key, or was changed after it was signed")]
    WrongKey,
    #[error("it is a signature of {found}")]
    OtherSubject { found: String },
    #[error(
        "it states {found}, which is no signature: an attestation by the same key approves nothing"
    )]
    NotASignature { found: String },
    #[error("it does not say {name}: {wanted}{}", found.as_ref().map_or(String::new(), |found| format!(", but {found}")))]
    Annotation {
        name: String,
        wanted: String,
        found: Option<String>,
    },
    #[error("it carries no certificate")]
    NoCertificate,
    #[error("its certificate is not acceptable: {0}")]
    Certificate(String),
    #[error("its certificate names {found}, not {wanted}")]
    OtherIdentity { found: String, wanted: String },
    #[error("its certificate was issued on the word of {found}, not {wanted}")]
    OtherIssuer { found: String, wanted: String },
    #[error("no transparency log that is trusted vouches for it: {0}")]
    Log(String),
}

/// A key or trust root that cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum KeyError {
    #[error("this is no PEM with the label {wanted}: {reason}")]
    Pem {
        wanted: &'static str,
        reason: String,
    },
    #[error(
        "keys of the kind {0} are not supported; use ECDSA P-256, as `cosign generate-key-pair` makes"
    )]
    Kind(String),
    #[error("the key is damaged: {0}")]
    Damaged(String),
    #[error("the private key asks for {0}, which is more than a key needs; is it from cosign?")]
    Costly(String),
    #[error("the password does not open the private key")]
    Password,
    #[error("the key cannot sign: {0}")]
    Signing(String),
    #[error("the trust root cannot be used: {0}")]
    Root(String),
    #[error("the pattern for identities cannot be used: {0}")]
    Pattern(String),
}

fn left(untried: usize) -> String {
    match untried {
        0 => String::new(),
        untried => format!("; {untried} more were not tried, remove what does not belong there"),
    }
}

/// Reasons of one kind are told once, and not more of them than a person reads.
fn told(refusals: &[Refusal]) -> impl fmt::Display {
    let mut texts: Vec<String> = Vec::new();
    for refusal in refusals {
        let text = refusal.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let more = texts.len().saturating_sub(TOLD);
    texts.truncate(TOLD);
    if more > 0 {
        texts.push(format!("{more} other reasons"));
    }
    texts.join("; ")
}
