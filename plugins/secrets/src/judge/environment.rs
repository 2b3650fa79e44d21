//! Values of variables whose names promise a secret.

use crate::candidate::{Candidate, Judgement};
use crate::judge::generic;

/// Parts of the names of variables that hold secrets.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "credential",
    "_pwd",
    "auth_key",
    "signing_key",
    "encryption_key",
];

/// Ends of the names of variables that say where a secret is, or which one.
const ELSEWHERE: &[&str] = &["_file", "_path", "_name", "_url", "_type", "_ttl"];

/// Whether a variable of that name holds a secret.
#[must_use]
pub fn promises(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    NAMES.iter().any(|part| name.contains(part)) && !ELSEWHERE.iter().any(|end| name.ends_with(end))
}

/// The value of a variable whose name promises a secret.
#[must_use]
pub fn value(candidate: &Candidate<'_>) -> Judgement {
    match generic::secret(candidate) {
        Judgement::Accept => Judgement::Accept,
        _ => generic::password(candidate),
    }
}

/// As [`value`], of a variable that is set in a longer text: `RUN TOKEN=... make`.
#[must_use]
pub fn assigned(candidate: &Candidate<'_>) -> Judgement {
    let mut places = candidate.context.match_indices(candidate.text);
    let named = places.any(|(place, _)| {
        let before = candidate.context.get(..place).unwrap_or("");
        let before = before.trim_end_matches(['"', '\'']);
        before
            .strip_suffix('=')
            .is_some_and(|before| promises(last_name(before)))
    });
    if named {
        value(candidate)
    } else {
        Judgement::Reject
    }
}

fn last_name(text: &str) -> &str {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.rsplit(|c| !part(c)).next().unwrap_or("")
}
