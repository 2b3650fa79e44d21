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
    let random = entropy(text) > if text.len() < 24 { 3.3 } else { 3.6 };
    Judgement::from(random && !plain && !structured && !is_other(candidate, text))
}

/// The value of something that is called password.
#[must_use]
pub fn password(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let code =
        text.contains(['(', ')', '{', '}', '<', '>']) || text.contains("::") || text.contains("->");
    let mixed = digits && classes(text) >= 3 || classes(text) == 4;
    Judgement::from(mixed && !code && entropy(text) > 2.7 && !is_other(candidate, text))
}

fn is_other(candidate: &Candidate<'_>, text: &str) -> bool {
    is_placeholder(text) || is_called(candidate) || is_generated(candidate.path)
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
