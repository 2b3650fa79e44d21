//! A line with its secrets taken out.

use crate::entropy::{classes, entropy};

/// Bytes of a snippet.
const SHOWN: usize = 512;
/// A run of so many characters of an encoded text is treated as a secret that no rule knows.
const SUSPICIOUS: usize = 20;

/// The first 4 characters and `***`; fewer of a secret so short that 4 would give it away.
#[must_use]
pub fn mask(secret: &str) -> String {
    let shown = 4.min(secret.chars().count() / 2);
    let head: String = secret.chars().take(shown).collect();
    format!("{head}***")
}

/// The secret is text. Of bytes nothing is shown: what stands around them may be more of the secret.
#[must_use]
pub fn is_text(secret: &str) -> bool {
    let text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    secret
        .chars()
        .all(|c| text(c) && c != char::REPLACEMENT_CHARACTER)
}

/// The line without the secrets, and without anything that looks like one: a line that the host cut
/// may hold a part of a secret that is nowhere whole.
#[must_use]
pub fn snippet<'a>(context: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut pieces: Vec<&str> = secrets
        .into_iter()
        .flat_map(|secret| secret.split(['\n', '\r']))
        .map(str::trim)
        .filter(|piece| piece.len() >= 3)
        .collect();
    // The longest first: a secret inside another one would leave the rest of it standing.
    pieces.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    pieces.dedup();
    let mut line = context.to_owned();
    for piece in pieces {
        line = line.replace(piece, &mask(piece));
    }
    shorten(&without_suspicious(&line))
}

fn without_suspicious(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut run = String::new();
    for c in line.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-' | '.' | '~' | '*') {
            run.push(c);
            continue;
        }
        out.push_str(&cover(&run));
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// The run, masked where it looks random. What follows a mask directly is the rest of its secret.
fn cover(run: &str) -> String {
    if let Some((head, tail)) = run.split_once("***") {
        let head = cover_plain(head);
        let rest = if tail.len() > 3 {
            String::new()
        } else {
            tail.to_owned()
        };
        return format!("{head}***{rest}");
    }
    cover_plain(run)
}

fn cover_plain(run: &str) -> String {
    let parts = run.split('=').map(|part| {
        let random = part.len() >= SUSPICIOUS && classes(part) >= 2 && entropy(part) > 3.5;
        let digits = part.bytes().any(|byte| byte.is_ascii_digit());
        let path = part.matches('/').count() >= 2 && part.starts_with(['/', '.']);
        if random && digits && !path {
            mask(part)
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("=")
}

fn shorten(line: &str) -> String {
    let mut end = SHOWN.min(line.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(..end).unwrap_or("").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_replaced_by_its_first_four_characters() {
        let line = snippet("key = q7Zp2LmX9vK4 # x", ["q7Zp2LmX9vK4"]);
        assert_eq!(line, "key = q7Zp*** # x");
    }

    #[test]
    fn a_secret_that_no_rule_found_does_not_pass_either() {
        let line = snippet("a=AB12cdEF34ghIJ56klMN78op b=short", []);
        assert_eq!(line, "a=AB12*** b=short");
    }

    #[test]
    fn the_rest_of_a_secret_that_was_cut_does_not_pass() {
        let line = snippet("k=0123456789abcdefREST", ["0123456789abcdef"]);
        assert_eq!(line, "k=0123***");
    }

    #[test]
    fn bytes_are_told_from_text() {
        assert!(is_text("MIIEvQIBADAN\r\n"));
        assert!(!is_text("\0\u{fffd}x"));
    }

    #[test]
    fn a_short_password_is_not_given_away() {
        assert_eq!(mask("abcd"), "ab***");
        assert_eq!(snippet("p:abcd@h", ["abcd"]), "p:ab***@h");
    }

    #[test]
    fn every_line_of_a_key_is_covered() {
        let line = snippet("MIIEvQIBADAN", ["MIIEvQIBADAN\nBgkqhkiG9w0B"]);
        assert_eq!(line, "MIIE***");
    }
}
