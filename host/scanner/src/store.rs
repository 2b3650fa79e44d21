//! Where the parts of a saved image lie: a directory or an archive, by name.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::de::DeserializeOwned;

use crate::ScanError;
use crate::digest::Digest;

/// The parts of a saved image.
pub(crate) trait Store: Sync {
    /// Opens a part for reading front to back; `size` is what is announced of it.
    fn open(&self, name: &str, size: Option<u64>) -> io::Result<Box<dyn Read + Send + '_>>;
    /// Bytes of a part, where that is known without opening it.
    fn size(&self, name: &str) -> Option<u64>;
    /// Where the parts of another image are, when that is the same place.
    fn sibling(&self, _: &str) -> Option<Box<dyn Store + '_>> {
        None
    }
    /// The name of the manifest or index that has this digest.
    fn manifest_name(&self, digest: Digest) -> String {
        blob_name(digest)
    }
}

/// The part of an OCI layout that has this digest.
pub(crate) fn blob_name(digest: Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

/// An OCI layout in a directory. Names come from digests, or are written here.
pub(crate) struct Directory {
    pub(crate) root: PathBuf,
}

impl Store for Directory {
    fn open(&self, name: &str, _: Option<u64>) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.file(name)?))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.file(name)
            .and_then(|file| file.metadata())
            .map(|m| m.len())
            .ok()
    }
}

impl Directory {
    // A part may be a link to where it is shared; a pipe would wait for ever.
    fn file(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options
            .read(true)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let file = options.open(self.root.join(name))?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        Ok(file)
    }
}

/// Reads a part that is kept in memory.
pub(crate) fn read(
    store: &dyn Store,
    what: &'static str,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, ScanError> {
    let which = || name.to_owned();
    let part = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ScanError::Missing {
            what,
            which: which(),
        },
        _ => ScanError::Part {
            what,
            which: which(),
            source,
        },
    };
    let mut content = Vec::new();
    let reader = store.open(name, None).map_err(part)?;
    reader
        .take(limit + 1)
        .read_to_end(&mut content)
        .map_err(part)?;
    if content.len() as u64 > limit {
        return Err(ScanError::TooLarge {
            what,
            which: which(),
            limit,
        });
    }
    Ok(content)
}

/// Reads a part and checks that it is what its digest says.
pub(crate) fn read_blob(
    store: &dyn Store,
    what: &'static str,
    (name, digest): (&str, Digest),
    limit: u64,
) -> Result<Vec<u8>, ScanError> {
    let content = read(store, what, name, limit)?;
    let checked = digest.check(Digest::of(&content));
    checked.map_err(|source| ScanError::Digest { what, source })?;
    Ok(content)
}

/// The JSON of a part.
pub(crate) fn json<T: DeserializeOwned>(
    what: &'static str,
    which: &str,
    content: &[u8],
) -> Result<T, ScanError> {
    serde_json::from_slice(content).map_err(|source| ScanError::Json {
        what,
        which: which.to_owned(),
        source,
    })
}
