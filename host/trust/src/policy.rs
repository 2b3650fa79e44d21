//! Whose signatures are good.

use std::collections::BTreeMap;

use crate::bundle::{Bundle, decoded};
use crate::candidate::{LARGEST, MOST};
use crate::digest::hex;
use crate::keyless::Trusted;
use crate::payload::{Simple, Statement, Wanted};
use crate::{
    Candidate, Digest, IdentityMatcher, PublicKey, Refusal, Signer, TrustError, TrustRoot, Verified,
};

/// The annotation of a legacy layer that holds its signature.
pub(crate) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// Whose signatures are good.
#[derive(Debug, Clone)]
pub enum Policy {
    /// Those of the holder of this key.
    Key(PublicKey),
    /// Those of whom a certificate names, at a time when a transparency log saw them.
    Keyless {
        /// Whose certificates and logs are believed.
        root: TrustRoot,
        /// The names that are meant.
        identity: IdentityMatcher,
        /// Who must have vouched for the name: `https://accounts.example.org`.
        issuer: String,
    },
}

impl Policy {
    /// Checks an artifact by its manifest's digest: one candidate must be a signature of it by whom the
    /// policy trusts, and its payload must say `annotations`. Their order does not matter.
    ///
    /// # Errors
    /// When there is no candidate, or none is good: then why, for each.
    pub fn verify(
        &self,
        subject: Digest,
        candidates: &[Candidate],
        annotations: &BTreeMap<String, String>,
    ) -> Result<Verified<Digest>, TrustError> {
        if candidates.is_empty() {
            return Err(TrustError::Unsigned { subject });
        }
        let wanted = Wanted {
            subject,
            annotations,
        };
        let mut refusals = Vec::new();
        for candidate in candidates.iter().take(MOST) {
            match self.check(candidate, &wanted) {
                Ok(signer) => return Ok(Verified::new(subject, signer)),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(TrustError::Refused {
            subject,
            untried: candidates.len().saturating_sub(MOST),
            refusals,
        })
    }

    fn check(&self, candidate: &Candidate, wanted: &Wanted<'_>) -> Result<Signer, Refusal> {
        let bytes = candidate.size();
        if bytes > LARGEST {
            return Err(Refusal::TooLarge {
                bytes,
                limit: LARGEST,
            });
        }
        match self {
            Self::Key(key) => with_key(key, candidate, wanted),
            Self::Keyless {
                root,
                identity,
                issuer,
            } => Trusted {
                root,
                identity,
                issuer,
            }
            .check(candidate, wanted),
        }
    }
}

/// The signature is checked before the payload is read.
fn with_key(
    key: &PublicKey,
    candidate: &Candidate,
    wanted: &Wanted<'_>,
) -> Result<Signer, Refusal> {
    match candidate {
        Candidate::Legacy {
            payload,
            annotations,
        } => {
            let text = annotations
                .get(SIGNATURE)
                .ok_or_else(|| Refusal::Malformed(format!("it has no annotation {SIGNATURE}")))?;
            let signature = decoded(text, "the signature")?;
            if !key.signed(payload, &signature) {
                return Err(Refusal::WrongKey);
            }
            Simple::check(payload, wanted)?;
        }
        Candidate::Bundle(bytes) => {
            let signed = Bundle::parse(bytes)?.signed()?;
            if !key.signed(&signed.message, &signed.signature) {
                return Err(Refusal::WrongKey);
            }
            Statement::check(&signed.payload, wanted)?;
        }
    }
    Ok(Signer::Key {
        fingerprint: hex(&key.fingerprint()),
    })
}
