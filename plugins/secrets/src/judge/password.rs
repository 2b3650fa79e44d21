//! Passwords whose place says that they are passwords.

use crate::candidate::{Candidate, Judgement};
use crate::placeholder::is_placeholder;

/// Words that stand for a password in examples.
const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "user",
    "root",
    "admin",
    "secret",
    "test",
    "guest",
    "token",
    "pw",
    "foo",
    "bar",
    "xxx",
    "yyy",
    "zzz",
    "abc",
    "string",
    "value",
    "username",
    "hunter2",
    "credentials",
    "required",
    "optional",
    "prompt",
    "encrypted",
    "plain",
    "stdin",
];

/// No word of examples, and no reference to a password that is kept elsewhere.
#[must_use]
pub fn password(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let lower = text.to_ascii_lowercase();
    let word = WORDS.contains(&lower.as_str());
    let symbols = !text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    Judgement::from(!word && !symbols && !is_placeholder(text))
}

/// A password that a short flag carries: without a digit it is another flag.
#[must_use]
pub fn shell_password(candidate: &Candidate<'_>) -> Judgement {
    if candidate.text.bytes().any(|byte| byte.is_ascii_digit()) {
        password(candidate)
    } else {
        Judgement::Reject
    }
}

/// The password of a URL; hosts that are reserved for documentation hold none.
#[must_use]
pub fn url_password(candidate: &Candidate<'_>) -> Judgement {
    let mut ends = candidate.context.split(candidate.text);
    let host = ends.nth(1).unwrap_or("").trim_start_matches('@');
    let documented = ["example.com", "example.org", "example.net"];
    if documented.iter().any(|name| host.starts_with(name)) {
        return Judgement::Reject;
    }
    password(candidate)
}
