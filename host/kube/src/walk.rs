//! The manifest files below a directory.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use merlon_yaml::Diagnostic;

use crate::recognition::{is_kustomization_file, may_hold_manifests};

/// Directories inside each other, and files in all.
const DEPTH: usize = 64;
const FILES: usize = 200_000;

/// What lies below a directory.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The files that may hold manifests, sorted.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) notes: Vec<Diagnostic>,
    root: PathBuf,
}

/// Walks a directory. Links that leave it are not followed; links inside it are read where they lead.
pub(crate) fn below(directory: &Path) -> Walk {
    let mut walk = Walk {
        root: directory.canonicalize().unwrap_or_default(),
        ..Walk::default()
    };
    walk.directory(directory, 0);
    walk.files.sort();
    walk
}

impl Walk {
    fn directory(&mut self, path: &Path, depth: usize) {
        if depth > DEPTH || self.files.len() >= FILES {
            let reason = "not read: the tree is too deep or has too many files".to_owned();
            return self.problem(path, reason);
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.problem(path, format!("cannot be read: {error}")),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(&entry, depth),
                Err(error) => self.problem(path, format!("cannot be read whole: {error}")),
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry, depth: usize) {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => self.link(path),
            Ok(kind) if kind.is_dir() => {
                if entry.file_name() != ".git" {
                    self.directory(&path, depth + 1);
                }
            }
            Ok(kind) if kind.is_file() => {
                if may_hold_manifests(&path) || is_kustomization_file(&path) {
                    self.files.push(path);
                }
            }
            Ok(_) => {}
            Err(error) => self.problem(&path, format!("cannot be read: {error}")),
        }
    }

    fn link(&mut self, path: PathBuf) {
        let wanted = may_hold_manifests(&path);
        let Ok(target) = path.canonicalize() else {
            if wanted {
                self.note(&path, "a link that leads nowhere");
            }
            return;
        };
        let inside = target.starts_with(&self.root);
        if !inside && (wanted || target.is_dir()) {
            self.note(&path, "a link that leaves the directory: not followed");
        }
        // Read where it leads, unless only the link has the name of a manifest.
        if inside && wanted && target.is_file() && !may_hold_manifests(&target) {
            self.files.push(path);
        }
    }

    fn problem(&mut self, path: &Path, reason: String) {
        let name = path.display().to_string();
        self.problems
            .push(Diagnostic::about(&name, reason).code("K001"));
    }

    fn note(&mut self, path: &Path, reason: &str) {
        let name = path.display().to_string();
        self.notes.push(Diagnostic::note(&name, reason));
    }
}
