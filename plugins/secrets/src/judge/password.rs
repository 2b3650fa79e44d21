//! Passwords whose place says that they are passwords.

use crate::candidate::{Candidate, Judgement};
use crate::judge::encoded;
use crate::judge::form::random;
use crate::placeholder::is_placeholder;

/// Words that stand for a password in examples, and passwords that are published.
const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "pw",
    "user",
    "username",
    "root",
    "admin",
    "secret",
    "test",
    "guest",
    "token",
    "foo",
    "bar",
    "xxx",
    "yyy",
    "zzz",
    "abc",
    "string",
    "value",
    "hunter2",
    "credentials",
    "required",
    "optional",
    "prompt",
    "encrypted",
    "plain",
    "stdin",
    "proxypass",
    "repopwd",
    "x-oauth-basic",
    "notasecret",
    "foobared",
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

/// The password of a URL. Hosts that are reserved for documentation have none, and the name of the
/// user is that of a database for tests.
#[must_use]
pub fn url_password(candidate: &Candidate<'_>) -> Judgement {
    let (text, context) = (candidate.text, candidate.context);
    let host = context.split_once(&format!(":{text}@"));
    let (before, host) = host.unwrap_or(("", ""));
    let user = before.rsplit('/').next().unwrap_or("");
    let documented = ["example.com", "example.org", "example.net"];
    if user == text || documented.iter().any(|name| host.starts_with(name)) {
        return Judgement::Reject;
    }
    password(candidate)
}

/// The credentials behind `Authorization:`. Those of `Basic` are a user and a password.
#[must_use]
pub fn authorization(candidate: &Candidate<'_>) -> Judgement {
    let basic = encoded::text_of(candidate.text);
    match basic.as_deref().and_then(|text| text.split_once(':')) {
        Some((_, text)) => password(&Candidate { text, ..*candidate }),
        None => random(candidate),
    }
}
