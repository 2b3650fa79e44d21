//! Whether a hit is a secret.

use merlon_sdk::json::{self, Value};

use crate::base64::decode;
use crate::candidate::{Candidate, Judgement};
use crate::checksum;
use crate::entropy::{classes, entropy};
use crate::placeholder::{is_filler, is_placeholder};

/// A judge.
pub type Judge = fn(&Candidate<'_>) -> Judgement;

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

/// AWS secret access keys: 40 characters of base64 are common, so they must be very random.
#[must_use]
pub fn very_random(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    Judgement::from(!is_filler(text) && classes(text) >= 3 && entropy(text) > 4.0)
}

/// GitHub and npm tokens.
#[must_use]
pub fn base62_checksum(candidate: &Candidate<'_>) -> Judgement {
    checked(candidate, checksum::ends_with_base62)
}

/// Grafana tokens.
#[must_use]
pub fn hex_checksum(candidate: &Candidate<'_>) -> Judgement {
    checked(candidate, checksum::ends_with_hex)
}

fn checked(candidate: &Candidate<'_>, valid: fn(&str) -> bool) -> Judgement {
    match form(candidate) {
        Judgement::Accept if valid(candidate.text) => {
            Judgement::Note("checksum", "valid".to_owned())
        }
        Judgement::Accept => Judgement::WrongChecksum,
        other => other,
    }
}

/// JSON Web Tokens: the header must be one; a service account's token is a rule of its own.
#[must_use]
pub fn jwt(candidate: &Candidate<'_>) -> Judgement {
    let mut parts = candidate.text.split('.');
    let part = |text: Option<&str>| json::from_slice::<Value>(&decode(text?)?).ok();
    let Some(header) = part(parts.next()) else {
        return Judgement::Reject;
    };
    if header.get("alg").is_none() {
        return Judgement::Reject;
    }
    let claims = part(parts.next()).unwrap_or(Value::Null);
    let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or("");
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or("");
    if subject.starts_with("system:serviceaccount:") || issuer.starts_with("kubernetes/") {
        return Judgement::Other("kubernetes-service-account-token", subject.to_owned());
    }
    if claims.get("iss").and_then(Value::as_str) == Some("supabase-demo") {
        return Judgement::Reject;
    }
    if issuer.is_empty() {
        return Judgement::Accept;
    }
    Judgement::Note("issuer", issuer.to_owned())
}

/// Private keys: the body must be encoded bytes. Documentation shows headers with dots between.
#[must_use]
pub fn private_key(candidate: &Candidate<'_>) -> Judgement {
    let body: String = candidate
        .text
        .replace("\\n", "")
        .replace("\\r", "")
        .split_ascii_whitespace()
        .collect();
    Judgement::from(body.len() >= 40 && !is_filler(&body) && entropy(&body) > 3.5)
}

/// The password of a URL or a connection string.
#[must_use]
pub fn password(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let known = [
        "pass", "pwd", "user", "root", "admin", "secret", "test", "guest", "token", "pw",
    ];
    let lower = text.to_ascii_lowercase();
    let word = known.contains(&lower.as_str());
    Judgement::from(!word && !is_placeholder(text))
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

/// Docker's `auth`: user and password in base64.
#[must_use]
pub fn docker_auth(candidate: &Candidate<'_>) -> Judgement {
    let Some(text) = decode(candidate.text).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Judgement::Reject;
    };
    let Some((user, password)) = text.split_once(':') else {
        return Judgement::Reject;
    };
    let printable = text.chars().all(|c| !c.is_control());
    Judgement::from(
        printable && !user.is_empty() && password.len() >= 4 && !is_placeholder(password),
    )
}

/// The password in a .netrc.
#[must_use]
pub fn netrc(candidate: &Candidate<'_>) -> Judgement {
    let name = candidate.path.rsplit('/').next().unwrap_or("");
    if name.contains("netrc") {
        password(candidate)
    } else {
        Judgement::Reject
    }
}

/// The value of something that is called key, token or secret.
#[must_use]
pub fn generic_secret(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text.trim_end_matches(['.', '-', '_']);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let plain = digits < 2 || letters < 3;
    // Paths, host names, versions and identifiers have structure that random texts lack.
    let structured = text.contains("..")
        || text.starts_with(['/', '.', '-'])
        || text.matches(['/', '.']).count() > 3
        || text.split(['_', '-', '.', '/']).all(|word| word.len() < 8);
    let random = entropy(text) > if text.len() < 24 { 3.3 } else { 3.6 };
    let other = is_placeholder(text) || is_called(candidate) || is_generated(candidate.path);
    Judgement::from(random && !plain && !structured && !other)
}

/// The value of something that is called password.
#[must_use]
pub fn generic_password(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let code =
        text.contains(['(', ')', '{', '}', '<', '>']) || text.contains("::") || text.contains("->");
    let mixed = digits && classes(text) >= 3 || classes(text) == 4;
    let other = is_placeholder(text) || is_called(candidate) || is_generated(candidate.path);
    Judgement::from(mixed && !code && entropy(text) > 2.7 && !other)
}

/// The text is the name of a function: code that computes the value.
fn is_called(candidate: &Candidate<'_>) -> bool {
    let mut ends = candidate.context.split(candidate.text);
    ends.nth(1).is_some_and(|rest| rest.starts_with('('))
}

/// Files that tools write and that are full of digests.
fn is_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let names = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "Cargo.lock",
        "go.sum",
        "composer.lock",
        "poetry.lock",
        "uv.lock",
        "Pipfile.lock",
        "Gemfile.lock",
        "Podfile.lock",
        "flake.lock",
        "merlon.lock",
    ];
    let ends = [".min.js", ".map", ".css", ".svg", ".po", ".mo", ".pyc"];
    names.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}
