//! Values of which only the name says that they are secrets.

use crate::candidate::{Candidate, Judgement};
use crate::entropy::{classes, entropy};
use crate::placeholder::is_placeholder;

/// Files that tools write and that are full of digests.
const LOCK_FILES: &[&str] = &[
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

/// Ends of the names of files that hold what programs made.
const GENERATED: &[&str] = &[".map", ".css", ".svg", ".po", ".mo", ".pyc"];

/// The value of something that is called key, token or secret.
#[must_use]
pub fn secret(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text.trim_end_matches(['.', '-', '_']);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let plain = digits < 2 || letters < 3;
    // Paths, host names, versions and identifiers have structure that random texts lack.
    let structured = text.contains("..")
        || text.starts_with(['/', '.', '-'])
        || text.matches(['/', '.']).count() > 3
        || text.split(['_', '-', '.', '/']).all(|word| word.len() < 8);
    let structured = structured || is_identifier(text);
    let random = entropy(text) > if text.len() < 24 { 3.3 } else { 3.6 };
    Judgement::from(random && !plain && !structured && !is_other(candidate, text))
}

/// The value of something that is called password.
#[must_use]
pub fn password(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let code = text.contains(['(', ')', '{', '}', '<', '>', '[', ']'])
        || text.contains("::")
        || text.contains("->")
        || text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let date = text.split('-').map(str::len).eq([4, 2, 2])
        || text.get(4..5) == Some("-") && text.contains('T') && text.contains(':');
    let mixed = digits && classes(text) >= 3 || classes(text) == 4;
    Judgement::from(mixed && !code && !date && entropy(text) > 2.7 && !is_other(candidate, text))
}

fn is_other(candidate: &Candidate<'_>, text: &str) -> bool {
    is_placeholder(text) || is_called(candidate) || is_generated(candidate.path)
}

/// Words and numbers, joined or not: `ed25519.PrivateKey`, `key_hash_sha256`, `testRSA2048Key`. Random
/// texts change between small, capital and digit after less than two characters.
fn is_identifier(text: &str) -> bool {
    const WORD: usize = 11;
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let (mut words, mut letters, mut last) = (0usize, 0usize, 0);
    for byte in text.bytes() {
        let class = class(byte);
        // A capital in front of small letters is a part of their word.
        let begins = class != 0 && class != last && (last, class) != (2, 1);
        words += usize::from(begins);
        letters += usize::from(class != 0);
        // A number goes on behind a separator: `oauth2client_4_0`.
        if (last, class) != (3, 0) {
            last = class;
        }
    }
    text.to_ascii_lowercase().starts_with("test") || letters * 3 >= words * WORD
}

/// The text is the name of a function: code that computes the value.
fn is_called(candidate: &Candidate<'_>) -> bool {
    let mut ends = candidate.context.split(candidate.text);
    ends.nth(1).is_some_and(|rest| rest.starts_with('('))
}

fn is_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    LOCK_FILES.contains(&name) || GENERATED.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_from_random_texts() {
        for text in [
            "ed25519.Ed25519PrivateKey",
            "encryption_key_hash_sha256",
            "oauth2client_4_0.GOOGLE_TOKEN_URI",
            "MSV1_0_CREDENTIAL_KEY",
            "ch02-00-guessing-game-tutorial.html",
            "testP256PrivateKey",
        ] {
            assert!(is_identifier(text), "{text}");
        }
        for text in [
            "q7Zp2LmX9vK4tR8wN3bY6cJ1",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "f3k2jd8s7hq1mz0xw5vb",
            "Q7ZP2LMX9VK4TR8WN3BYC6J",
        ] {
            assert!(!is_identifier(text), "{text}");
        }
    }
}
