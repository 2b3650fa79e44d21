//! Why an artifact cannot be had, or not be stored.

use std::path::PathBuf;

use merlon_artifact::{ArtifactError, ByteSize};

use merlon_trust::{Digest, TrustError};

/// What went wrong between here and a registry.
///
/// No text holds a credential: what a server says is scrubbed of the secrets that were sent to it.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The network may not be used, and the cache does not hold it.
    #[error(
        "{what} is not in the cache, and the network is off (--offline); pull it once with the network on"
    )]
    Offline {
        /// What was wanted.
        what: String,
    },
    /// The network may not be used, and what is wanted is never kept.
    #[error("{what} is in a registry, and the network is off (--offline)")]
    NoNetwork {
        /// What was wanted.
        what: String,
    },
    /// No connection, or it broke and stayed broken.
    #[error("{host} cannot be reached for {what}")]
    Connection {
        /// The registry.
        host: String,
        /// What was wanted.
        what: String,
        /// Why.
        #[source]
        source: ConnectionError,
    },
    /// The registry has no such thing.
    #[error("{host} has no {what}; see what there is: the name, the tag")]
    NotFound {
        /// The registry, or the layout.
        host: String,
        /// What was wanted.
        what: String,
    },
    /// The registry wants other credentials.
    #[error("{host} refuses access to {what} ({reason}); log in: `docker login {host}`")]
    Denied {
        /// The registry.
        host: String,
        /// What was wanted.
        what: String,
        /// What it said.
        reason: String,
    },
    /// The registry answered with something else than what the specification allows.
    #[error("{host} answered {status} to {what}{said}")]
    Status {
        /// The registry.
        host: String,
        /// What was wanted.
        what: String,
        /// The HTTP status.
        status: u16,
        /// What it said, after a colon.
        said: String,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects {what} to a place that is not followed: {why}")]
    Redirect {
        /// The registry.
        host: String,
        /// What was wanted.
        what: String,
        /// Why not.
        why: &'static str,
    },
    /// The bytes are not those that were asked for.
    #[error(
        "{what} has the digest {actual} instead of {expected}; it was altered or damaged on its way"
    )]
    Digest {
        /// What was read.
        what: String,
        /// The digest asked for.
        expected: Digest,
        /// The digest of what came.
        actual: Digest,
    },
    /// There are more or fewer bytes than announced.
    #[error("{what} has {actual} bytes instead of {expected}")]
    Size {
        /// What was read.
        what: String,
        /// As the manifest says.
        expected: u64,
        /// As it came.
        actual: u64,
    },
    /// More than is read.
    #[error("{what} is larger than {limit}")]
    TooLarge {
        /// What was read.
        what: String,
        /// The cap.
        limit: ByteSize,
    },
    /// Something is not JSON, or not the JSON that it should be.
    #[error("{what} cannot be read")]
    Json {
        /// What was read.
        what: String,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// Something is well-formed and still wrong.
    #[error("{what}: {why}")]
    Malformed {
        /// What was read.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The artifact is not signed as demanded.
    #[error("{reference} is not taken{}", noted(unreadable))]
    Untrusted {
        /// The artifact.
        reference: String,
        /// What stands beside it and cannot be read.
        unreadable: Vec<String>,
        /// Why.
        #[source]
        source: TrustError,
    },
    /// The credentials cannot be read.
    #[error("the credentials for {host} cannot be read from {place}: {why}")]
    Credentials {
        /// The registry.
        host: String,
        /// A file or a helper.
        place: String,
        /// What is wrong; never a part of the credentials.
        why: String,
    },
    /// The certificate of an authority cannot be read.
    #[error("the certificate of the authority for {host} cannot be read from {}: {why}", path.display())]
    Authority {
        /// The registry.
        host: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A file of the cache, of a layout or of a lock cannot be read or written.
    #[error("{} cannot be {action}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// `read`, `written`.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The files are no ruleset, or cannot be files of one.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Why a connection failed. The library's own error is its source.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct ConnectionError {
    reason: String,
    passing: Passing,
    #[source]
    source: Option<Box<ureq::Error>>,
}

/// Whether a failure may be gone at the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    Maybe,
    No,
}

impl ConnectionError {
    /// Of an error of the library, and what is known about its reason.
    pub(crate) fn of(error: ureq::Error, passing: Passing, reason: Option<&str>) -> Self {
        Self {
            reason: reason.unwrap_or("the connection failed").to_owned(),
            passing,
            source: Some(Box::new(error)),
        }
    }

    /// Of a thing that this crate saw.
    pub(crate) fn because(reason: &str, passing: Passing) -> Self {
        Self {
            reason: reason.to_owned(),
            passing,
            source: None,
        }
    }

    pub(crate) fn may_pass(&self) -> bool {
        self.passing == Passing::Maybe
    }
}

fn noted(unreadable: &[String]) -> String {
    match unreadable.first() {
        Some(first) => format!(
            "; of what may be its signatures, {} cannot be read: {first}",
            unreadable.len()
        ),
        None => String::new(),
    }
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &std::path::Path, source: std::io::Error) -> RegistryError {
    RegistryError::File {
        path: path.to_owned(),
        action: "read",
        source,
    }
}

/// A file that cannot be written.
pub(crate) fn unwritable(path: &std::path::Path, source: std::io::Error) -> RegistryError {
    RegistryError::File {
        path: path.to_owned(),
        action: "written",
        source,
    }
}
