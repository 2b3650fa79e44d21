//! Why a target could not be scanned at all.

use std::io;
use std::path::PathBuf;

use merlon_registry::RegistryError;

use crate::digest::DigestError;
use crate::tar::TarError;

/// A target that cannot be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The target, or a part of it that everything else needs, cannot be read.
    #[error("{path} cannot be read", path = path.display())]
    Read {
        /// Which file or directory.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A saved image whose archive is broken.
    #[error("{path} is not a readable archive", path = path.display())]
    Archive {
        /// Which file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: TarError,
    },
    /// A part of the image is not there.
    #[error("the image has no {what} {which}; save it again")]
    Missing {
        /// What.
        what: &'static str,
        /// Which one.
        which: String,
    },
    /// A part of the image cannot be read.
    #[error("{what} {which} of the image cannot be read")]
    Part {
        /// What.
        what: &'static str,
        /// Which one.
        which: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A part of the image is larger than such a part may be.
    #[error("{what} {which} of the image is larger than {limit} bytes")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Which one.
        which: String,
        /// The limit.
        limit: u64,
    },
    /// A part of the image is not what its digest says.
    #[error("{what} of the image is not what its digest says; fetch it again")]
    Digest {
        /// What.
        what: &'static str,
        /// The cause.
        #[source]
        source: DigestError,
    },
    /// A part of the image does not parse.
    #[error("{what} {which} of the image is not valid")]
    Json {
        /// What.
        what: &'static str,
        /// Which one.
        which: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The tag is not there.
    #[error("there is no image {tag}; there are: {known}")]
    NoTag {
        /// As asked for.
        tag: String,
        /// What there is.
        known: String,
    },
    /// Several images and no tag.
    #[error("there are several images, name one of: {known}")]
    Ambiguous {
        /// What there is.
        known: String,
    },
    /// The image is not built for the platform.
    #[error("the image has no {platform} variant; ask with --platform for one of: {known}")]
    NoPlatform {
        /// As asked for.
        platform: String,
        /// What there is.
        known: String,
    },
    /// A manifest of the first kind, which does not name a configuration.
    #[error("the manifest {which} has schema version 1, which is not read; push the image again")]
    Outdated {
        /// Its digest.
        which: String,
    },
    /// A registry does not give the image.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Indexes in indexes without end.
    #[error("the image's index is nested more than {limit} deep")]
    Nested {
        /// The limit.
        limit: usize,
    },
    /// More layers than an image may have.
    #[error("the image has {count} layers, over the limit of {limit}")]
    Layers {
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
}
