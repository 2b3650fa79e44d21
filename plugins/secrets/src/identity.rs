//! Which secret it is, without saying it.

/// The key of the hashes in the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashKey([u8; 32]);

impl HashKey {
    /// The key that belongs to a passphrase.
    #[must_use]
    pub fn of(passphrase: &str) -> Self {
        Self(blake3::derive_key(
            "merlon secrets 0.1 secret_hash",
            passphrase.as_bytes(),
        ))
    }

    /// 128 bits of the keyed hash. Line breaks do not count, so that a key is the same in a file of its
    /// own and inside a JSON text.
    #[must_use]
    pub fn hash(&self, secret: &str) -> String {
        let plain: String = secret
            .replace("\\n", "")
            .replace("\\r", "")
            .split_ascii_whitespace()
            .collect();
        let hash = blake3::keyed_hash(&self.0, plain.as_bytes()).to_hex();
        hash.chars().take(32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_the_key_and_not_on_line_breaks() {
        let key = HashKey::of("");
        assert_eq!(key.hash("ab\ncd"), key.hash("ab\\ncd"));
        assert_ne!(key.hash("abcd"), HashKey::of("other").hash("abcd"));
        assert_eq!(key.hash("abcd").len(), 32);
    }
}
