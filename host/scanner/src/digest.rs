//! Names of content: `sha256:<hex>`, checked while the content passes.

use std::fmt;
use std::io::{self, Read};

use merlon_model::Content;
use sha2::{Digest as _, Sha256};

// What is read at once.
const PIECE: usize = 256 << 10;

/// A digest that cannot be used, or that the content does not have.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// Not `sha256:` and 64 hexadecimal digits.
    #[error("`{text}` is not a sha256 digest")]
    Malformed {
        /// As written.
        text: String,
    },
    /// Other content than named.
    #[error("{named} has the content of {found}")]
    Mismatch {
        /// As named.
        named: Digest,
        /// As found.
        found: Digest,
    },
}

/// The SHA-256 of some content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn parse(text: &str) -> Result<Self, DigestError> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        Self::from_hex(hex).ok_or_else(|| DigestError::Malformed {
            text: text.chars().take(100).collect(),
        })
    }

    /// From 64 lower-case digits.
    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }

    pub(crate) fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// Of a file that is read again; nothing when it cannot be, or has another size by now.
    pub(crate) fn of_content(content: &dyn Content, size: u64) -> Option<Self> {
        let mut hasher = Sha256::new();
        let mut piece = vec![0; PIECE];
        let mut at = 0;
        loop {
            let read = content.read(at, &mut piece).ok()?;
            if read == 0 {
                return (at == size).then(|| hasher.into());
            }
            hasher.update(piece.get(..read)?);
            at += read as u64;
        }
    }

    pub(crate) fn hex(&self) -> String {
        self.0
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                for nibble in [byte >> 4, byte & 15] {
                    hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
                }
                hex
            })
    }

    /// Checks that the content is what the digest names.
    pub(crate) fn check(self, found: Self) -> Result<(), DigestError> {
        if self == found {
            return Ok(());
        }
        Err(DigestError::Mismatch { named: self, found })
    }
}

impl From<Sha256> for Digest {
    fn from(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hashes and counts what is read through it.
pub(crate) struct Hashing<R> {
    reader: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R> Hashing<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            hasher: Sha256::new(),
            bytes: 0,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn digest(self) -> Digest {
        self.hasher.into()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.hasher.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_text_and_nothing_else_parses() {
        let digest = Digest::of(b"hello world");
        let text = "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
        assert_eq!(digest.to_string(), text);
        assert_eq!(Digest::parse(text).unwrap(), digest);
        for wrong in [
            "",
            "sha256:",
            "md5:00",
            "sha256:../../etc/passwd",
            &text[..70],
        ] {
            assert!(Digest::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Digest::parse(&text.to_uppercase()).is_err());
    }
}
