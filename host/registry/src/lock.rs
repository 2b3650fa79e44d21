//! `merlon.lock`: which digest each reference stands for.

use std::collections::BTreeMap;
use std::path::Path;

use merlon_artifact::Document;
use merlon_yaml::{Diagnostic, NodeValue};

use crate::error::{RegistryError, unreadable};
use crate::reference::Reference;
use crate::whole_file;
use merlon_trust::Digest;

/// Largest lock.
const LOCK_CAP: u64 = 4 << 20;
const HEADER: &str = "\
# Written by Merlon: the digest that each reference stands for. Commit this file, do not edit it.
apiVersion: merlon.dev/v1
kind: Lock
";

/// References and their digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    pins: BTreeMap<String, Digest>,
}

/// A lock that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] RegistryError),
    /// The file is no lock.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Invalid {
        /// Everything that is wrong, in order of place.
        problems: Vec<Diagnostic>,
    },
}

impl Lock {
    /// Reads a lock; a file that is not there is an empty one.
    ///
    /// # Errors
    /// When the file cannot be read, or is wrong: then with everything that is wrong.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let Some(bytes) = whole_file::read(path, LOCK_CAP)? else {
            return Ok(Self::default());
        };
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(path, std::io::Error::other(error)))?;
        Self::parse(&path.display().to_string(), &text)
    }

    fn parse(file: &str, text: &str) -> Result<Self, LockError> {
        let (mut document, tree) = Document::parse(file, text);
        let mut pins = BTreeMap::new();
        if let Some(tree) = tree
            && document.expect_map(&tree, "a lock", &["apiVersion", "kind", "references"])
        {
            for (key, value) in [("apiVersion", "merlon.dev/v1"), ("kind", "Lock")] {
                if let Some(found) = document.required_text(&tree, key, "a lock")
                    && found.text != value
                {
                    document.error(found.span, format!("`{key}` is not `{value}`"));
                }
            }
            let references = Document::present(&tree, "references");
            for (key, value) in references.into_iter().flat_map(|node| node.entries()) {
                let digest = document.as_text(value, "a digest");
                let digest = digest.and_then(|digest| digest.text.parse().ok());
                match (key.text.parse::<Reference>(), digest) {
                    (Ok(reference), Some(digest)) => {
                        pins.insert(reference.to_string(), digest);
                    }
                    (Err(error), _) => document.error(key.span, error.to_string()),
                    (Ok(_), None) => document.error(value.span, "this is no digest"),
                }
            }
            if let Some(node) = references
                && !matches!(node.value, NodeValue::Map(_))
            {
                document.wrong_type(node, "`references`", "a map");
            }
        }
        let problems = document.into_problems();
        match problems.is_empty() {
            true => Ok(Self { pins }),
            false => Err(LockError::Invalid { problems }),
        }
    }

    /// What the reference is pinned to.
    #[must_use]
    pub fn pinned(&self, reference: &Reference) -> Option<&Digest> {
        self.pins.get(&reference.to_string())
    }

    /// Pins a reference, and says what it was pinned to before.
    pub fn pin(&mut self, reference: &Reference, digest: Digest) -> Option<Digest> {
        self.pins.insert(reference.to_string(), digest)
    }

    /// Forgets every reference that is not one of these.
    pub fn keep_only(&mut self, references: &[Reference]) {
        let kept: Vec<String> = references.iter().map(ToString::to_string).collect();
        self.pins.retain(|reference, _| kept.contains(reference));
    }

    /// Writes the lock, in order of references.
    ///
    /// # Errors
    /// When the file cannot be written; then the old one is whole.
    pub fn write(&self, path: &Path) -> Result<(), LockError> {
        let mut text = String::from(HEADER);
        text.push_str(if self.pins.is_empty() {
            "references: {}\n"
        } else {
            "references:\n"
        });
        for (reference, digest) in &self.pins {
            let quoted = reference.replace('\\', "\\\\").replace('"', "\\\"");
            text.push_str(&format!("  \"{quoted}\": \"{digest}\"\n"));
        }
        Ok(whole_file::write(path, text.as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_written_sorted_and_read_again() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("merlon.lock");
        let mut lock = Lock::read(&path).unwrap();
        assert_eq!(lock, Lock::default());
        lock.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock);
        let reference = |text: &str| text.parse::<Reference>().unwrap();
        assert_eq!(
            lock.pin(&reference("oci://r.example/b:1"), Digest::of(b"b")),
            None
        );
        lock.pin(&reference("oci://r.example/a:1"), Digest::of(b"a"));
        lock.pin(&reference("oci:some dir:1"), Digest::of(b"c"));
        lock.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# Written by Merlon"), "{text}");
        assert!(text.find("/a:1") < text.find("/b:1"), "{text}");
        let mut read = Lock::read(&path).unwrap();
        assert_eq!(read, lock);
        assert_eq!(
            read.pinned(&reference("oci://r.example/a:1")),
            Some(&Digest::of(b"a"))
        );
        assert_eq!(read.pinned(&reference("oci://r.example/a:2")), None);
        read.keep_only(&[reference("oci://r.example/b:1")]);
        assert_eq!(read.pins.len(), 1);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let text = "apiVersion: merlon.dev/v2\nkind: Lock\nreferences:\n  r.example/a: sha256:1\n  \"oci://r.example/a:1\": sha1:x\nextra: 1\n";
        let error = Lock::parse("merlon.lock", text).unwrap_err().to_string();
        for word in [
            "merlon.lock:1:",
            "oci://r.example/a",
            "merlon.lock:5:",
            "`extra`",
        ] {
            assert!(error.contains(word), "{word} in {error}");
        }
    }
}
