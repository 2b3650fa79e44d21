//! Files that were carried here: from an archive or a registry, by a stranger.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::ArtifactError;
use crate::limits::ByteSize;
use crate::pattern::is_inside;
use crate::source::{COUNT_CAP, PLUGIN_CAP, TOTAL_CAP};

/// Longest path, in bytes.
const PATH_CAP: usize = 512;
/// Longest name of one file or directory, in bytes: what file systems take.
const NAME_CAP: usize = 255;
/// Directories below each other.
const DEPTH_CAP: usize = 16;

/// Paths and bytes, each path safe to write below a directory on any file system.
///
/// Files and names that start with a dot belong to no ruleset: they are left out, as they are when a
/// directory is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    folded: BTreeSet<String>,
    directories: BTreeSet<String>,
    total: u64,
}

impl Files {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the path leaves the ruleset, cannot be a file's on every system, or is taken (`A` and `a`
    /// are one path); when the file, all of them together or their number is over the cap.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), ArtifactError> {
        check_path(path)?;
        if is_hidden(path) {
            return Ok(());
        }
        self.check_free(path)?;
        self.check_size(path, bytes.len() as u64)?;
        if self.files.len() >= COUNT_CAP {
            return Err(ArtifactError::TooMany { limit: COUNT_CAP });
        }
        let folded = path.to_lowercase();
        for (at, _) in folded.match_indices('/') {
            self.directories.extend(folded.get(..at).map(str::to_owned));
        }
        self.folded.insert(folded);
        self.total += bytes.len() as u64;
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    fn check_free(&self, path: &str) -> Result<(), ArtifactError> {
        let folded = path.to_lowercase();
        let refused = |why| {
            Err(ArtifactError::Path {
                path: path.to_owned(),
                why,
            })
        };
        if self.folded.contains(&folded) {
            return refused("stands there twice; upper and lower case are the same name");
        }
        let above = folded.match_indices('/').any(|(at, _)| {
            folded
                .get(..at)
                .is_some_and(|head| self.folded.contains(head))
        });
        if above || self.directories.contains(&folded) {
            return refused("is a file and a directory at once");
        }
        Ok(())
    }

    fn check_size(&self, path: &str, size: u64) -> Result<(), ArtifactError> {
        let too_large = |path: &str, limit: ByteSize| {
            Err(ArtifactError::TooLarge {
                path: path.to_owned(),
                limit,
            })
        };
        if size > PLUGIN_CAP.bytes() {
            return too_large(path, PLUGIN_CAP);
        }
        if self.total.saturating_add(size) > TOTAL_CAP.bytes() {
            return too_large("everything together", TOTAL_CAP);
        }
        Ok(())
    }

    /// The bytes at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Paths and bytes, in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Only the files at these paths.
    pub(crate) fn keep_only(&mut self, paths: &BTreeSet<String>) {
        self.files.retain(|path, _| paths.contains(path));
    }
}

/// Whether any part of the path is a name that starts with a dot.
#[must_use]
pub fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with('.'))
}

fn check_path(path: &str) -> Result<(), ArtifactError> {
    let why = if !is_inside(path) {
        "leaves the ruleset; a path is relative and has no `..`, no `\\`, no `:` and no empty part"
    } else if path.chars().any(char::is_control) {
        "holds a control character"
    } else if path.len() > PATH_CAP || path.split('/').any(|name| name.len() > NAME_CAP) {
        "is too long for a path"
    } else if path.split('/').count() > DEPTH_CAP + 1 {
        "lies too deep"
    } else {
        return Ok(());
    };
    // Also a path of megabytes is named in an error of one line.
    let shown: String = path
        .chars()
        .take(120)
        .flat_map(char::escape_debug)
        .collect();
    Err(ArtifactError::Path { path: shown, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(paths: &[&str]) -> String {
        let mut files = Files::new();
        for path in paths {
            if let Err(error) = files.insert(path, vec![1]) {
                return error.to_string();
            }
        }
        String::from("nothing")
    }

    #[test]
    fn a_path_that_leaves_the_ruleset_is_refused() {
        for path in [
            "../../x",
            "/etc/passwd",
            "a/../b",
            "a\\b",
            "c:x",
            "a\0b",
            "",
            "a//b",
            "./a",
            "a/",
            "a\nb",
        ] {
            assert!(refusal(&[path]).contains("file of a ruleset"), "{path:?}");
        }
        assert!(refusal(&[&"x".repeat(256)]).contains("too long"));
        assert!(refusal(&[&format!("{}x", "d/".repeat(17))]).contains("too deep"));
    }

    #[test]
    fn two_names_for_one_file_are_refused() {
        assert!(refusal(&["a", "a"]).contains("twice"));
        assert!(refusal(&["plugin.wasm", "Plugin.WASM"]).contains("twice"));
        assert!(refusal(&["a", "A/b"]).contains("at once"));
        assert!(refusal(&["A/b", "a"]).contains("at once"));
        assert_eq!(refusal(&["a/b", "a/c", "b"]), "nothing");
    }

    #[test]
    fn hidden_files_are_left_out() {
        let mut files = Files::new();
        files.insert(".git/config", vec![1]).unwrap();
        files.insert("a/.hidden", vec![1]).unwrap();
        files.insert("a/b.c", vec![1]).unwrap();
        assert_eq!(files.iter().collect::<Vec<_>>(), [("a/b.c", &[1][..])]);
    }

    #[test]
    fn the_caps_are_those_of_a_directory() {
        let mut files = Files::new();
        let plugin = usize::try_from(PLUGIN_CAP.bytes()).unwrap();
        let error = files.insert("a", vec![0; plugin + 1]).unwrap_err();
        assert_eq!(error.to_string(), "a in the ruleset is larger than 64MiB");
        for name in ["a", "b", "c", "d"] {
            files.insert(name, vec![0; plugin]).unwrap();
        }
        let error = files.insert("e", vec![0]).unwrap_err();
        assert!(error.to_string().contains("everything together"), "{error}");
    }
}
