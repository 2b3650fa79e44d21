//! Private keys and what stands for them.

use crate::base64::decode;
use crate::candidate::{Candidate, Judgement};
use crate::entropy::entropy;
use crate::placeholder::is_filler;

/// The rule of keys that are worth little without a passphrase.
const ENCRYPTED: &str = "encrypted-private-key";

/// The body must be encoded bytes: documentation shows headers with dots between.
#[must_use]
pub fn private_key(candidate: &Candidate<'_>) -> Judgement {
    let text = candidate.text.split("-----").next().unwrap_or("");
    let body = base64_of(text);
    if body.len() < 40 || is_filler(&body) || entropy(&body) < 3.5 {
        return Judgement::Reject;
    }
    match cipher(text, &body) {
        Some(cipher) => Judgement::Other(ENCRYPTED, ("cipher", cipher)),
        None => Judgement::Accept,
    }
}

/// A key store of which only the header can be read. One of trusted certificates has the same header,
/// and its name says what it is.
#[must_use]
pub fn key_store(candidate: &Candidate<'_>) -> Judgement {
    let name = candidate.path.rsplit('/').next().unwrap_or("");
    let name = name.to_ascii_lowercase();
    Judgement::from(!name.contains("cacerts") && !name.contains("trust"))
}

/// The words of a wallet. Those of documentation and tests repeat.
#[must_use]
pub fn seed_phrase(candidate: &Candidate<'_>) -> Judgement {
    let mut words: Vec<&str> = candidate.text.split(' ').collect();
    words.sort_unstable();
    words.dedup();
    Judgement::from(words.len() >= 10)
}

/// The base64 of a key, without line ends, escaped or not, and without what code puts around lines.
fn base64_of(text: &str) -> String {
    let lines = ["\\r", "\\n", "\\u000a", "\\u000A", "\\u000d", "\\u000D"]
        .iter()
        .fold(text.to_owned(), |text, end| text.replace(end, "\n"));
    let headers = ["Proc-Type", "DEK-Info", "Version", "Comment"];
    let body = lines
        .lines()
        .filter(|line| !headers.iter().any(|header| line.starts_with(header)));
    let encoded = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    body.flat_map(str::chars).filter(encoded).collect()
}

/// What a key is encrypted with: PEM says so in a header, OpenSSH behind its magic.
fn cipher(text: &str, body: &str) -> Option<String> {
    const MAGIC: &[u8] = b"openssh-key-v1\0";
    if let Some((_, cipher)) = text.split_once("DEK-Info:") {
        let end = |c: char| c == ',' || c == '\\' || c.is_whitespace();
        return Some(cipher.trim_start().split(end).next()?.to_owned());
    }
    let start = body.get(..body.len().min(80) / 4 * 4)?;
    let bytes = decode(start)?;
    let [_, _, _, length, rest @ ..] = bytes.strip_prefix(MAGIC)? else {
        return None;
    };
    let name = rest.get(..usize::from(*length))?;
    let name = String::from_utf8(name.to_vec()).ok()?;
    (name != "none").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Judgement {
        private_key(&Candidate {
            text,
            context: "",
            path: "",
        })
    }

    #[test]
    fn a_key_under_a_passphrase_belongs_to_another_rule() {
        let body = "q7Zp2LmX9vK4tR8wN3bY6cJ1hF5gD0sA2eU7q7Zp2LmX9vK4tR8wN3bY6cJ1hF5g";
        let pem = format!("\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n{body}");
        let cipher = |name: &str| Judgement::Other(ENCRYPTED, ("cipher", name.to_owned()));
        assert_eq!(judged(&pem), cipher("AES-128-CBC"));
        // "openssh-key-v1", then the names "aes256-ctr" and "none".
        let magic = "b3BlbnNzaC1rZXktdjEAAAAA";
        assert_eq!(
            judged(&format!("{magic}CmFlczI1Ni1jdHI{body}")),
            cipher("aes256-ctr")
        );
        assert_eq!(judged(&format!("{magic}BG5vbmU{body}")), Judgement::Accept);
    }

    #[test]
    fn escaped_lines_are_lines() {
        let body = "\\nq7Zp2LmX9vK4tR8wN3bY6cJ1\\u000ahF5gD0sA2eU7q7Zp2LmX9vK4tR\\n-----END";
        assert_eq!(judged(body), Judgement::Accept);
        assert_eq!(judged("\\n................\\n-----END"), Judgement::Reject);
    }
}
