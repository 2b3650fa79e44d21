//! A directory of things that were worked out once: compiled plugins, what plugins said about themselves,
//! what was found in layers.
//!
//! Whoever reads from it trusts what was written. So an entry counts only in a directory that belongs to
//! this user and that nobody else can write, only when the file is this user's too, and only when the
//! digest in front of its bytes is theirs: a crash in the middle of writing leaves no half of an entry.

mod identity;
mod user;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use identity::Identity;

/// Bytes of the digest in front of each entry.
const DIGEST: usize = 32;
/// A larger entry is not one of ours: Python, compiled, has 35 MB.
const LARGEST: u64 = 512 << 20;

/// A directory of entries.
#[derive(Debug)]
pub struct Cabinet {
    directory: PathBuf,
}

impl Cabinet {
    /// Opens the directory, making it when it is missing.
    ///
    /// # Errors
    /// When it cannot be made, or is not this user's alone.
    pub fn open(directory: &Path) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let about = fs::symlink_metadata(directory)?;
        if !about.is_dir() || !is_private(&about) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the directory must belong to this user and be writable by nobody else (chmod 700)",
            ));
        }
        Ok(Self {
            directory: directory.to_owned(),
        })
    }

    /// The bytes of an entry that this user wrote, and wrote whole.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW)
            .open(self.directory.join(name))
            .ok()?;
        let about = file.metadata().ok()?;
        if !is_private(&about) || about.len() > LARGEST {
            return None;
        }
        let mut digest = [0; DIGEST];
        file.read_exact(&mut digest).ok()?;
        let mut content = Vec::with_capacity(usize::try_from(about.len()).ok()?);
        file.read_to_end(&mut content).ok()?;
        (*blake3::hash(&content).as_bytes() == digest).then_some(content)
    }

    /// Keeps an entry; one of the same name is replaced.
    ///
    /// # Errors
    /// When it cannot be written. That costs time, never an answer.
    pub fn put(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let path = self.directory.join(name);
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = write(&temporary, content).and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            drop(fs::remove_file(&temporary));
        }
        written
    }

    /// Says that an entry was of use: [`Self::prune`] takes it later.
    pub fn touch(&self, name: &str) {
        let file = OpenOptions::new()
            .append(true)
            .open(self.directory.join(name));
        // As with `put`: an entry that is forgotten costs time.
        drop(file.and_then(|file| file.set_modified(SystemTime::now())));
    }

    /// Removes the entries that were of no use for the longest time, until `capacity` bytes are left.
    ///
    /// # Errors
    /// When the directory cannot be read, or an entry not be removed.
    pub fn prune(&self, capacity: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let about = entry?;
            let (path, about) = (about.path(), about.metadata()?);
            if about.is_file() {
                entries.push((about.modified()?, about.len(), path));
            }
        }
        entries.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = 0_u64;
        for (_, size, path) in entries {
            kept = kept.saturating_add(size);
            if kept > capacity {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

fn is_private(about: &fs::Metadata) -> bool {
    about.uid() == user::effective() && about.mode() & 0o022 == 0
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(blake3::hash(content).as_bytes())?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that is wrong"
    )]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn cabinet() -> (tempfile::TempDir, Cabinet) {
        let home = tempfile::tempdir().unwrap();
        let cabinet = Cabinet::open(&home.path().join("cache")).unwrap();
        (home, cabinet)
    }

    #[test]
    fn what_was_put_is_there_and_what_was_changed_is_not() {
        let (_home, cabinet) = cabinet();
        assert_eq!(cabinet.get("a"), None);
        cabinet.put("a", b"one").unwrap();
        cabinet.put("a", b"two").unwrap();
        assert_eq!(cabinet.get("a").unwrap(), b"two");
        let path = cabinet.directory.join("a");
        let mut bytes = fs::read(&path).unwrap();
        bytes.pop();
        fs::write(&path, &bytes).unwrap();
        assert_eq!(cabinet.get("a"), None);
    }

    #[test]
    fn an_entry_or_a_directory_that_others_can_write_is_not_trusted() {
        let (_home, cabinet) = cabinet();
        cabinet.put("a", b"one").unwrap();
        let path = cabinet.directory.join("a");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o622)).unwrap();
        assert_eq!(cabinet.get("a"), None);
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(&cabinet.directory, open).unwrap();
        assert!(Cabinet::open(&cabinet.directory).is_err());
    }

    #[test]
    fn what_was_of_no_use_for_longest_goes_first() {
        let (_home, cabinet) = cabinet();
        for (age, name) in (0..).zip(["b", "c", "a"]) {
            cabinet.put(name, &[0; 100]).unwrap();
            let file = File::options()
                .append(true)
                .open(cabinet.directory.join(name))
                .unwrap();
            let time = SystemTime::now() - std::time::Duration::from_secs(100 - age);
            file.set_modified(time).unwrap();
        }
        cabinet.touch("b");
        cabinet.prune(300).unwrap();
        let left = ["a", "b", "c"].map(|name| cabinet.get(name).is_some());
        assert_eq!(left, [true, true, false]);
    }
}
