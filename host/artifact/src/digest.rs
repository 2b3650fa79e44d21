//! The identity of a ruleset: one digest over everything that changes what it judges.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// `sha256:<hex>` over path, length and bytes of each file, in order of path. Both texts are preceded
/// by their length, so that no two different sets of files hash the same bytes.
pub(crate) fn of_files(files: &BTreeMap<String, Cow<'static, [u8]>>) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    hex(&hash.finalize())
}

fn hex(hash: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in hash {
        // Writing to a String cannot fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(files: &[(&str, &'static str)]) -> String {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(text.as_bytes())));
        of_files(&files.collect())
    }

    #[test]
    fn the_digest_depends_on_paths_and_bytes_and_not_on_order() {
        let one = digest(&[("a", "1"), ("b", "2")]);
        assert_eq!(one, digest(&[("b", "2"), ("a", "1")]));
        assert_eq!(one.len(), "sha256:".len() + 64);
        assert_ne!(one, digest(&[("a", "2"), ("b", "1")]));
        assert_ne!(digest(&[("a", "1b2")]), one);
    }
}
