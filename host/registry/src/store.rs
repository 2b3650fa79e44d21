//! The cache: blobs and manifests by digest, shared by many processes without a lock.
//!
//! A file appears whole under the digest of its bytes, so that two processes that write it write the
//! same; it is verified again whenever it is read.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use merlon_artifact::ByteSize;

use crate::error::{RegistryError, unreadable};
use crate::whole_file::{self, UNFINISHED};
use merlon_trust::Digest;

/// What the cache may hold; then the longest unused goes.
const CACHE_CAP: ByteSize = ByteSize(2 << 30);
/// When a file that nobody finished belongs to nobody.
const ABANDONED: Duration = Duration::from_hours(1);
/// Largest small file: the digest of a tag, the signatures of a manifest.
const NOTE_CAP: u64 = 64 << 20;

/// A directory of blobs.
pub(crate) struct Store {
    root: PathBuf,
    cap: ByteSize,
}

struct Kept {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

impl Store {
    pub(crate) fn open(cache: &Path) -> Self {
        Self {
            root: cache.join("oci"),
            cap: CACHE_CAP,
        }
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.as_hex();
        let fan = hex.get(..2).unwrap_or("");
        self.root.join("blobs/sha256").join(fan).join(hex)
    }

    /// The bytes with that digest, when they are here and no more than `cap`.
    pub(crate) fn blob(&self, digest: &Digest, cap: u64) -> Option<Vec<u8>> {
        let path = self.blob_path(digest);
        // What cannot be read is fetched again: a cache is never the reason for a failure.
        let bytes = whole_file::read(&path, cap).ok().flatten()?;
        if Digest::of(&bytes) != *digest {
            // Damaged on the disk. Another process may have removed it already.
            _ = std::fs::remove_file(&path);
            return None;
        }
        let touched = std::fs::File::options().append(true).open(&path);
        // Only the order in which files go depends on it.
        _ = touched.and_then(|file| file.set_modified(SystemTime::now()));
        Some(bytes)
    }

    pub(crate) fn keep_blob(&self, digest: &Digest, bytes: &[u8]) -> Result<(), RegistryError> {
        whole_file::write(&self.blob_path(digest), bytes)
    }

    /// What a note says that was kept under a name.
    pub(crate) fn note(&self, kind: &str, name: &str) -> Option<Vec<u8>> {
        whole_file::read(&self.note_path(kind, name), NOTE_CAP)
            .ok()
            .flatten()
    }

    pub(crate) fn keep_note(
        &self,
        kind: &str,
        name: &str,
        note: &[u8],
    ) -> Result<(), RegistryError> {
        whole_file::write(&self.note_path(kind, name), note)
    }

    fn note_path(&self, kind: &str, name: &str) -> PathBuf {
        let name = Digest::of(name.as_bytes());
        self.root.join(kind).join(name.as_hex())
    }

    /// Removes the longest unused blobs while there are too many bytes, and what was never finished.
    pub(crate) fn trim(&self) -> Result<(), RegistryError> {
        let mut kept = Vec::new();
        walk(&self.root, &mut kept).map_err(|source| unreadable(&self.root, source))?;
        let mut total: u64 = kept.iter().map(|file| file.size).sum();
        if total <= self.cap.bytes() {
            return Ok(());
        }
        kept.sort_by_key(|file| file.used);
        for file in kept {
            // Room for a while, so that not every pull walks the cache to remove one file.
            if total <= self.cap.bytes() / 4 * 3 {
                break;
            }
            // Another process may be trimming, too.
            _ = std::fs::remove_file(&file.path);
            total = total.saturating_sub(file.size);
        }
        Ok(())
    }
}

fn walk(directory: &Path, kept: &mut Vec<Kept>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        // A file may be gone since it was listed.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            walk(&entry.path(), kept)?;
            continue;
        }
        let used = metadata.modified()?;
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        if is_unfinished && used.elapsed().is_ok_and(|age| age > ABANDONED) {
            _ = std::fs::remove_file(entry.path());
        } else if !is_unfinished {
            kept.push(Kept {
                path: entry.path(),
                size: metadata.len(),
                used,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(cap: u64) -> (tempfile::TempDir, Store) {
        let root = tempfile::tempdir().unwrap();
        let mut store = Store::open(root.path());
        store.cap = ByteSize(cap);
        (root, store)
    }

    #[test]
    fn what_was_kept_is_found_and_nothing_else() {
        let (root, store) = store(100);
        let digest = Digest::of(b"abc");
        assert_eq!(store.blob(&digest, 3), None);
        store.keep_blob(&digest, b"abc").unwrap();
        store.keep_blob(&digest, b"abc").unwrap();
        assert_eq!(store.blob(&digest, 3), Some(b"abc".to_vec()));
        assert_eq!(store.blob(&digest, 2), None);
        let path = root
            .path()
            .join("oci/blobs/sha256/ba")
            .join(digest.as_hex());
        assert!(path.is_file());
    }

    #[test]
    fn a_damaged_blob_is_removed_and_not_returned() {
        let (_root, store) = store(100);
        let digest = Digest::of(b"abc");
        store.keep_blob(&digest, b"abc").unwrap();
        std::fs::write(store.blob_path(&digest), b"abd").unwrap();
        assert_eq!(store.blob(&digest, 3), None);
        assert!(!store.blob_path(&digest).exists());
    }

    #[test]
    fn a_process_that_died_leaves_nothing_that_is_read() {
        let (_root, store) = store(100);
        let digest = Digest::of(b"abc");
        let path = store.blob_path(&digest);
        let unfinished = path.with_file_name(format!("{UNFINISHED}x"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&unfinished, b"ab").unwrap();
        assert_eq!(store.blob(&digest, 3), None);
        store.trim().unwrap();
        assert!(unfinished.exists(), "its process may still be writing");
        let old = SystemTime::now() - 2 * ABANDONED;
        let file = std::fs::File::options()
            .append(true)
            .open(&unfinished)
            .unwrap();
        file.set_modified(old).unwrap();
        store.trim().unwrap();
        assert!(!unfinished.exists());
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let (_root, store) = store(8);
        let blobs: Vec<Vec<u8>> = (0..3).map(|at| vec![at; 3]).collect();
        for (at, bytes) in blobs.iter().enumerate() {
            let digest = Digest::of(bytes);
            store.keep_blob(&digest, bytes).unwrap();
            let file = std::fs::File::options()
                .append(true)
                .open(store.blob_path(&digest))
                .unwrap();
            let used = SystemTime::now() - Duration::from_secs(100 - at as u64);
            file.set_modified(used).unwrap();
        }
        assert!(store.blob(&Digest::of(&blobs[0]), 3).is_some());
        store.trim().unwrap();
        let there = |bytes: &Vec<u8>| store.blob(&Digest::of(bytes), 3).is_some();
        assert_eq!(
            blobs.iter().map(there).collect::<Vec<_>>(),
            [true, false, true]
        );
    }

    #[test]
    fn many_processes_may_write_the_same_at_once() {
        let (_root, store) = store(100);
        let digest = Digest::of(b"abc");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        store.keep_blob(&digest, b"abc").unwrap();
                        assert_eq!(store.blob(&digest, 3), Some(b"abc".to_vec()));
                    }
                });
            }
        });
    }
}
