//! What a registry and a layout have in common: manifests and blobs, tags, referrers.

use crate::error::RegistryError;
use crate::manifest::Descriptor;
use merlon_trust::Digest;

/// A tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Tag(String),
    Digest(Digest),
}

impl Wanted {
    /// As it stands in an address.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Tag(tag) => tag.clone(),
            Self::Digest(digest) => digest.to_string(),
        }
    }
}

/// The bytes of a manifest, whose digest was computed from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
}

/// A manifest to be stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) media_type: &'a str,
    /// Without one it is found by its digest.
    pub(crate) tag: Option<&'a str>,
}

/// Whether the place finds what refers to a manifest by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Referring {
    /// It lists the referrers.
    Listed,
    /// The list has to be kept under a tag.
    Unlisted,
}

/// Where artifacts of one name are.
pub(crate) trait Place: Sync {
    /// For errors: the host or the directory, and the name.
    fn name(&self) -> String;
    /// The manifest, or nothing when there is none. Its bytes have the digest that was asked for.
    fn manifest(&self, wanted: &Wanted) -> Result<Option<Raw>, RegistryError>;
    /// A blob: as long as the descriptor says, and with its digest.
    fn blob(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError>;
    /// Descriptors of manifests that say that they are about this one; types are the server's claim.
    fn referrers(&self, subject: &Digest) -> Result<Vec<Descriptor>, RegistryError>;
    /// Every tag, in the place's order.
    fn tags(&self) -> Result<Vec<String>, RegistryError>;
    fn store_blob(&self, bytes: &[u8]) -> Result<(), RegistryError>;
    fn store_manifest(&self, stored: &Stored<'_>) -> Result<Referring, RegistryError>;
}

/// The tag of the list of referrers where a place keeps none.
pub(crate) fn referrers_tag(subject: &Digest) -> String {
    format!("sha256-{}", subject.as_hex())
}
