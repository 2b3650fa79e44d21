//! What is scanned: the sources of Go, and a sample of the Debian system that the bench runs on.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::place;

/// A directory and the bytes of its files.
pub(crate) struct Tree {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
}

impl Tree {
    fn of(name: &str, dir: PathBuf) -> Self {
        let files = files(&dir);
        let bytes = files.iter().map(|path| size(path)).sum();
        let name = name.to_owned();
        Self {
            name,
            dir,
            files,
            bytes,
        }
    }
}

/// The sources of Go, where Go is installed.
pub(crate) fn go_sources() -> Option<Tree> {
    let output = Command::new("go").args(["env", "GOROOT"]).output().ok()?;
    let root = String::from_utf8(output.stdout).ok()?;
    let dir = Path::new(root.trim()).join("src");
    dir.is_dir().then(|| Tree::of("the sources of Go", dir))
}

/// A sample of the Debian system.
pub(crate) fn debian(megabytes: u64) -> Tree {
    let name = format!("debian-{megabytes}");
    let dir = place::made_once(&name, |work| sample(megabytes, work));
    Tree::of("a Debian file system", dir)
}

/// About so many megabytes of `/usr` as Debian's packages filled it, each file with the same chance; the
/// choice depends on nothing but paths and sizes.
pub(crate) fn sample(megabytes: u64, to: &Path) {
    let all: Vec<PathBuf> = ["bin", "sbin", "lib", "share", "libexec"]
        .iter()
        .flat_map(|part| files(&Path::new("/usr").join(part)))
        .collect();
    let total: u64 = all.iter().map(|path| size(path)).sum();
    let wanted = megabytes * 1_000_000;
    for path in all.iter().filter(|path| draw(path, total.max(1)) < wanted) {
        let copy = to.join(path.strip_prefix("/").unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
}

/// Moves the files below a directory into `parts` others beside it: one for each layer of an image.
pub(crate) fn split(dir: &Path, parts: u64) -> Vec<PathBuf> {
    let dirs: Vec<PathBuf> = (0..parts)
        .map(|part| dir.with_file_name(format!("part-{part}")))
        .collect();
    for path in files(dir) {
        let inside = path.strip_prefix(dir).unwrap();
        let part = usize::try_from(draw(inside, parts)).unwrap();
        let to = dirs[part].join(inside);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(&path, to).unwrap();
    }
    dirs
}

/// A number below `limit` that is always the same for a path.
fn draw(path: &Path, limit: u64) -> u64 {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    u64::from_le_bytes(digest[..8].try_into().unwrap()) % limit
}

fn size(path: &Path) -> u64 {
    path.symlink_metadata().map_or(0, |entry| entry.len())
}

/// Regular files below a directory, sorted, each inode once; other file systems are left out.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if let Ok(entry) = dir.metadata() {
        walk(dir, entry.dev(), &mut found);
    }
    found.sort();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path: &PathBuf| {
        path.symlink_metadata()
            .is_ok_and(|entry| seen.insert(entry.ino()))
    });
    found
}

fn walk(dir: &Path, device: u64, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() && metadata.dev() == device {
            walk(&entry.path(), device, found);
        } else if metadata.is_file() {
            found.push(entry.path());
        }
    }
}
