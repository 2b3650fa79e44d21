//! What an entry is named by.

/// Names all that an entry depends on, and the version of Merlon: another part, or the same bytes divided
/// into other parts, is another name.
#[derive(Debug)]
pub struct Identity(blake3::Hasher);

impl Identity {
    /// Nothing but the version.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a version is no default")]
    pub fn new() -> Self {
        let mut identity = Self(blake3::Hasher::new());
        identity.part(env!("CARGO_PKG_VERSION"));
        identity
    }

    /// It depends on this, too.
    pub fn part(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> blake3::Hash {
        self.0.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parts: &[&str]) -> blake3::Hash {
        let mut identity = Identity::new();
        parts.iter().for_each(|part| identity.part(part));
        identity.name()
    }

    #[test]
    fn parts_that_are_divided_otherwise_are_another_name() {
        assert_eq!(name(&["ab", "c"]), name(&["ab", "c"]));
        assert_ne!(name(&["ab", "c"]), name(&["a", "bc"]));
        assert_ne!(name(&["ab", "c"]), name(&["abc"]));
    }
}
