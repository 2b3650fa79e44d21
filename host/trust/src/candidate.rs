//! What lies beside an artifact and may be its signature.

use std::collections::BTreeMap;

/// Bytes that a registry gave, not yet looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// One layer of the tag `sha256-<hex>.sig`.
    Legacy {
        /// The layer's bytes, the signed payload.
        payload: Vec<u8>,
        /// The layer's annotations; the signature is one.
        annotations: BTreeMap<String, String>,
    },
    /// A sigstore bundle, JSON.
    Bundle(Vec<u8>),
}

/// Bytes of one candidate that are looked into. A bundle with a certificate chain and a proof of
/// inclusion has 10 to 20 KiB.
pub(crate) const LARGEST: usize = 1 << 20;
/// Candidates that are tried: more than a registry is asked for in both forms together, so that junk
/// cannot stand in front of a good one.
pub(crate) const MOST: usize = 256;

impl Candidate {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Legacy {
                payload,
                annotations,
            } => annotations.iter().fold(payload.len(), |sum, (key, value)| {
                sum.saturating_add(key.len()).saturating_add(value.len())
            }),
            Self::Bundle(bytes) => bytes.len(),
        }
    }
}
