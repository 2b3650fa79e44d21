//! The manifest files below a path.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use merlon_yaml::Diagnostic;

/// Bytes of a manifest file, as at admission.
const LARGEST: u64 = 8 << 20;
/// Directories inside each other, and files in all.
const DEPTH: usize = 64;
const FILES: usize = 200_000;

/// The files below a path that may hold manifests, sorted. Links are not followed: they can leave the tree
/// or turn in circles.
pub(crate) fn files(path: &Path, problems: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(path, 0, &mut found, problems);
    found.sort();
    found
}

fn walk(path: &Path, depth: usize, found: &mut Vec<PathBuf>, problems: &mut Vec<Diagnostic>) {
    let name = path.display().to_string();
    if depth > DEPTH || found.len() >= FILES {
        problems.push(Diagnostic::about(
            &name,
            "not read: the tree is too deep or has too many files",
        ));
        return;
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Diagnostic::about(
                &name,
                format!("the directory cannot be read: {error}"),
            ));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            if entry.file_name() != ".git" {
                walk(&path, depth + 1, found, problems);
            }
        } else if kind.is_file() && may_hold_manifests(&path) {
            found.push(path);
        }
    }
}

pub(crate) fn may_hold_manifests(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"))
}

/// Names that say what a file is before it is read.
pub(crate) fn is_kustomization(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("kustomization"))
}

/// The text of a manifest file.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!(
            "larger than {LARGEST} bytes, the limit for a manifest"
        ));
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8, so not a manifest".to_owned())
}
