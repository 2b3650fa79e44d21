//! A hit on its way to a finding.

use merlon_sdk::Hit;

use crate::rules::SecretRule;

/// What a judge looks at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// What the pattern captured.
    pub text: &'a str,
    /// The line around it.
    pub context: &'a str,
    /// The file's path, or the place in an object.
    pub path: &'a str,
}

/// What a judge says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// No secret.
    Reject,
    /// A secret.
    Accept,
    /// A secret, and something to know about it.
    Note(&'static str, String),
    /// A secret of another rule, and something to know about it.
    Other(&'static str, (&'static str, String)),
    /// A secret of the right form whose checksum is wrong.
    WrongChecksum,
}

impl From<bool> for Judgement {
    fn from(secret: bool) -> Self {
        if secret { Self::Accept } else { Self::Reject }
    }
}

/// A hit that was judged a secret.
#[derive(Debug, Clone)]
pub struct Secret<'a> {
    /// The rule it belongs to.
    pub rule: &'a SecretRule,
    /// Where and what.
    pub hit: Hit<'a>,
    /// Something to know about it.
    pub note: Option<(&'static str, String)>,
}

impl Secret<'_> {
    /// The bytes of one touch the bytes of the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let end = |hit: &Hit<'_>| hit.offset.saturating_add(u64::from(hit.length));
        self.hit.offset < end(&other.hit) && other.hit.offset < end(&self.hit)
    }
}

/// Keeps the most specific rule of each place; the order of what is left is that of the file.
#[must_use]
pub fn most_specific(mut secrets: Vec<Secret<'_>>) -> Vec<Secret<'_>> {
    secrets.sort_by_key(|secret| (secret.rule.rank, secret.hit.offset));
    let mut kept: Vec<Secret<'_>> = Vec::with_capacity(secrets.len());
    for secret in secrets {
        // Hits of one rank that touch are two readings of one text.
        if !kept.iter().any(|other| other.overlaps(&secret)) {
            kept.push(secret);
        }
    }
    kept.sort_by_key(|secret| secret.hit.offset);
    kept
}
