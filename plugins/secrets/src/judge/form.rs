//! Secrets that are told by their form, some of them with a checksum of their own.

use crate::candidate::{Candidate, Judgement};
use crate::checksum;
use crate::entropy::entropy;
use crate::placeholder::is_filler;

/// A form that nothing else has: only fillers are rejected.
#[must_use]
pub fn form(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    Judgement::from(!is_filler(text) && (text.len() < 16 || entropy(text) > 2.3))
}

/// A form that is common enough to need randomness.
#[must_use]
pub fn random(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    Judgement::from(!is_filler(text) && digits && entropy(text) > 3.0)
}

/// Bytes that follow a header which nothing else has.
#[must_use]
pub fn binary(candidate: &Candidate<'_>) -> Judgement {
    Judgement::from(entropy(candidate.text) > 2.3)
}

/// AWS: newer ids hold the number of the account, in base 32 behind the prefix.
#[must_use]
pub fn aws_key_id(candidate: &Candidate<'_>) -> Judgement {
    match (form(candidate), checksum::aws_account(candidate.text)) {
        (Judgement::Accept, Some(account)) => Judgement::Note("account", account),
        (judgement, _) => judgement,
    }
}

/// GitHub and npm tokens.
#[must_use]
pub fn crc32_base62(candidate: &Candidate<'_>) -> Judgement {
    checked(candidate, checksum::ends_with_base62)
}

/// Grafana tokens.
#[must_use]
pub fn crc32_hex(candidate: &Candidate<'_>) -> Judgement {
    checked(candidate, checksum::ends_with_hex)
}

/// Keys in Bech32.
#[must_use]
pub fn bech32(candidate: &Candidate<'_>) -> Judgement {
    checked(candidate, checksum::is_bech32)
}

/// GitLab tokens: only those that name their cell have a checksum.
#[must_use]
pub fn gitlab(candidate: &Candidate<'_>) -> Judgement {
    noted(random(candidate), candidate, checksum::ends_with_base36)
}

/// Matrix: older servers give tokens without a checksum.
#[must_use]
pub fn matrix(candidate: &Candidate<'_>) -> Judgement {
    noted(
        form(candidate),
        candidate,
        checksum::ends_with_base62_of_all,
    )
}

/// A token of a form that always has a checksum.
fn checked(candidate: &Candidate<'_>, valid: fn(&str) -> bool) -> Judgement {
    match noted(form(candidate), candidate, valid) {
        Judgement::Accept => Judgement::WrongChecksum,
        other => other,
    }
}

/// What is accepted, with a note if its checksum is right.
fn noted(judgement: Judgement, candidate: &Candidate<'_>, valid: fn(&str) -> bool) -> Judgement {
    match judgement {
        Judgement::Accept if valid(candidate.text) => {
            Judgement::Note("checksum", "valid".to_owned())
        }
        other => other,
    }
}
