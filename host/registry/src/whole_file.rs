//! Files that are there whole or not at all, and are read up to a cap.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use tempfile::Builder;

use crate::error::{RegistryError, unreadable, unwritable};

/// Name of a file that is not complete yet.
pub(crate) const UNFINISHED: &str = ".unfinished-";

/// Writes beside the place, and moves there: whoever reads sees the old bytes or the new ones, also
/// after a crash.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), RegistryError> {
    try_write(path, bytes).map_err(|source| unwritable(path, source))
}

fn try_write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(directory)?;
    let mut builder = Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The name is as durable as the bytes only after this.
    File::open(directory)?.sync_all()
}

/// The bytes of a regular file, or nothing when there is none. One over the cap is an error.
pub(crate) fn read(path: &Path, cap: u64) -> Result<Option<Vec<u8>>, RegistryError> {
    match try_read(path, cap) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unreadable(path, source)),
    }
}

fn try_read(path: &Path, cap: u64) -> std::io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    // Opening a pipe would wait for a writer.
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(cap.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > cap {
        return Err(std::io::Error::other(format!(
            "it is larger than {cap} bytes"
        )));
    }
    Ok(bytes)
}
