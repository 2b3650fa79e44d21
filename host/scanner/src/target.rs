//! What can be scanned, and how a saved image is told from any other file.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use merlon_registry::RegistryReference;

use crate::archive::{Archive, Purpose};
use crate::digest::Digest;
use crate::docker;
use crate::file::file_type;
use crate::{Limits, ScanError};

/// Something to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A directory with all below, or one file.
    Path(PathBuf),
    /// An image of an OCI layout.
    OciLayout {
        /// The directory with `index.json`.
        dir: PathBuf,
        /// Which image, when there are several.
        tag: Option<String>,
    },
    /// An image of an OCI layout in a tar file.
    OciArchive {
        /// The tar file, possibly compressed.
        file: PathBuf,
        /// Which image, when there are several.
        tag: Option<String>,
    },
    /// An image as `docker save` writes it.
    DockerArchive {
        /// The tar file, possibly compressed.
        file: PathBuf,
        /// Which image, when there are several.
        tag: Option<String>,
    },
    /// An image in a registry.
    Registry(RegistryReference),
}

impl Target {
    /// Tells from the content whether a path is a saved image.
    ///
    /// # Errors
    /// When the path cannot be read.
    pub fn recognise(path: &Path) -> Result<Self, ScanError> {
        let read = |source| ScanError::Read {
            path: path.to_owned(),
            source,
        };
        let metadata = fs::metadata(path).map_err(read)?;
        if metadata.is_dir() {
            let layout = ["oci-layout", "index.json"]
                .iter()
                .all(|name| path.join(name).is_file());
            return Ok(if layout {
                Self::OciLayout {
                    dir: path.to_owned(),
                    tag: None,
                }
            } else {
                Self::Path(path.to_owned())
            });
        }
        let mut head = Vec::new();
        if metadata.is_file() {
            let file = File::open(path).map_err(read)?;
            file.take(512).read_to_end(&mut head).map_err(read)?;
        }
        if file_type(&head) != merlon_model::FileType::Archive {
            return Ok(Self::Path(path.to_owned()));
        }
        Ok(archive(path).unwrap_or_else(|| Self::Path(path.to_owned())))
    }
}

// An archive that cannot be read to its end is a file like any other, unless the user says otherwise.
fn archive(path: &Path) -> Option<Target> {
    let purpose = Purpose::Recognise(belongs_to_image);
    let archive = Archive::open(path, &Limits::default(), purpose).ok()??;
    let (file, tag) = (path.to_owned(), None);
    if docker::is_saved(&archive) {
        return Some(Target::DockerArchive { file, tag });
    }
    let layout = ["oci-layout", "index.json"];
    layout
        .iter()
        .all(|name| archive.has(name))
        .then_some(Target::OciArchive { file, tag })
}

// So that a large archive of something else is left at its first entry.
fn belongs_to_image(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default();
    match first {
        "" | "blobs" | "oci-layout" | "index.json" | "manifest.json" | "repositories" => true,
        _ => {
            let hex = first.strip_prefix("sha256:").unwrap_or(first);
            Digest::from_hex(hex.split('.').next().unwrap_or_default()).is_some()
        }
    }
}
