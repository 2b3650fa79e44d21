//! Where the files of a ruleset come from: a directory, the binary itself, or an artifact that was read
//! into memory.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::error::ArtifactError;
use crate::files::Files;
use crate::limits::ByteSize;
use crate::pattern::Pattern;

/// Every file but the plugin.
pub const FILE_CAP: ByteSize = ByteSize::mebibytes(16);
/// The plugin: interpreters compiled to WebAssembly are big.
pub const PLUGIN_CAP: ByteSize = ByteSize::mebibytes(64);
/// Everything that is kept in memory.
pub const TOTAL_CAP: ByteSize = ByteSize::mebibytes(256);
/// Files that one ruleset may have, cases included.
pub const COUNT_CAP: usize = 20_000;
/// Directories below each other.
const DEPTH_CAP: usize = 16;

/// The files of a binary.
pub type EmbeddedFiles = &'static [(&'static str, &'static [u8])];

pub(crate) enum Source {
    Directory(Dir),
    Embedded(EmbeddedFiles),
    Carried(Files),
}

impl Source {
    pub(crate) fn directory(path: &Path) -> Result<Self, ArtifactError> {
        Dir::open_ambient_dir(path, ambient_authority())
            .map(Self::Directory)
            .map_err(|source| ArtifactError::Open {
                directory: path.to_owned(),
                source,
            })
    }

    /// The bytes at a path, or nothing when no file is there.
    pub(crate) fn read(
        &self,
        path: &str,
        cap: ByteSize,
    ) -> Result<Option<Cow<'static, [u8]>>, ArtifactError> {
        match self {
            Self::Directory(directory) => read_file(directory, path, cap),
            Self::Embedded(files) => Ok(files
                .iter()
                .find(|(name, _)| *name == path)
                .map(|(_, bytes)| Cow::Borrowed(*bytes))),
            Self::Carried(files) => match files.get(path) {
                Some(bytes) if bytes.len() as u64 > cap.bytes() => Err(too_large(path, cap)),
                found => Ok(found.map(|bytes| Cow::Owned(bytes.to_vec()))),
            },
        }
    }

    /// Lets go of the files that were read and are not read again.
    pub(crate) fn keep_only(&mut self, paths: &BTreeSet<String>) {
        if let Self::Carried(files) = self {
            files.keep_only(paths);
        }
    }

    /// The paths that match a pattern. Names that start with a dot are never followed.
    pub(crate) fn matching(
        &self,
        pattern: &Pattern,
        found: &mut BTreeSet<String>,
    ) -> Result<(), ArtifactError> {
        match self {
            Self::Embedded(files) => {
                let paths = files.iter().map(|(path, _)| *path);
                found.extend(
                    paths
                        .filter(|path| pattern.matches(path))
                        .map(str::to_owned),
                );
                Ok(())
            }
            Self::Carried(files) => {
                let paths = files.iter().map(|(path, _)| path);
                found.extend(
                    paths
                        .filter(|path| pattern.matches(path))
                        .map(str::to_owned),
                );
                Ok(())
            }
            Self::Directory(root) => {
                let base = pattern.base();
                let directory = match base {
                    "" => root.try_clone(),
                    base => root.open_dir(base),
                };
                let depth = pattern.depth().unwrap_or(DEPTH_CAP);
                match directory {
                    Ok(directory) => walk(&directory, base, depth, &mut |path| {
                        if pattern.matches(&path) {
                            found.insert(path);
                        }
                        found.len()
                    }),
                    Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
                    Err(source) => Err(unreadable(base, source)),
                }
            }
        }
    }
}

fn walk(
    directory: &Dir,
    base: &str,
    depth: usize,
    visit: &mut dyn FnMut(String) -> usize,
) -> Result<(), ArtifactError> {
    let entries = directory
        .entries()
        .map_err(|source| unreadable(base, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| unreadable(base, source))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let path = if base.is_empty() {
            name.to_owned()
        } else {
            format!("{base}/{name}")
        };
        let file_type = entry
            .file_type()
            .map_err(|source| unreadable(&path, source))?;
        if file_type.is_dir() {
            if depth > 0 {
                let below = entry
                    .open_dir()
                    .map_err(|source| unreadable(&path, source))?;
                walk(&below, &path, depth - 1, visit)?;
            }
        } else if visit(path) > COUNT_CAP {
            return Err(ArtifactError::TooMany { limit: COUNT_CAP });
        }
    }
    Ok(())
}

fn read_file(
    directory: &Dir,
    path: &str,
    cap: ByteSize,
) -> Result<Option<Cow<'static, [u8]>>, ArtifactError> {
    let metadata = match directory.metadata(path) {
        Ok(metadata) => metadata,
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(unreadable(path, source)),
    };
    // Opening a pipe would wait for a writer.
    if !metadata.is_file() {
        return Err(ArtifactError::NotAFile {
            path: path.to_owned(),
        });
    }
    let file = directory
        .open(path)
        .map_err(|source| unreadable(path, source))?;
    let mut bytes = Vec::new();
    file.take(cap.bytes() + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| unreadable(path, source))?;
    if bytes.len() as u64 > cap.bytes() {
        return Err(too_large(path, cap));
    }
    Ok(Some(Cow::Owned(bytes)))
}

fn unreadable(path: &str, source: std::io::Error) -> ArtifactError {
    let path = if path.is_empty() { "." } else { path };
    ArtifactError::Read {
        path: path.to_owned(),
        source,
    }
}

fn too_large(path: &str, limit: ByteSize) -> ArtifactError {
    ArtifactError::TooLarge {
        path: path.to_owned(),
        limit,
    }
}
