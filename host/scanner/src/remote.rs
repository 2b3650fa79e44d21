//! An image in a registry: its manifests and layers are read as they come, and never kept.

use std::io::{self, Read};

use merlon_registry::{RegistryReference, Repositories, Repository};

use crate::digest::Digest;
use crate::image::Image;
use crate::manifest::{Found, resolve};
use crate::store::Store;
use crate::{ScanError, Scanner};

/// The image that a reference means now.
pub(crate) fn open<'s>(
    scanner: &Scanner<'s>,
    reference: &RegistryReference,
) -> Result<Image<'s>, ScanError> {
    let repository = scanner.registries.open(reference)?;
    let (digest, content) = match &reference.digest {
        Some(digest) => (*digest, repository.manifest(digest)?),
        None => repository.tagged(reference.tag.as_deref().unwrap_or("latest"))?,
    };
    let found = Found {
        store: Box::new(Remote {
            registries: scanner.registries,
            host: reference.host.clone(),
            repository,
        }),
        reference: reference.to_string(),
        digest: digest.to_string(),
        content,
        platform: None,
    };
    resolve(scanner, found)
}

/// A repository as a store: names end in the digest of what they name.
struct Remote<'r> {
    registries: &'r Repositories,
    host: String,
    repository: Repository<'r>,
}

const MANIFESTS: &str = "manifests/";

impl Store for Remote<'_> {
    fn open(&self, name: &str, size: Option<u64>) -> io::Result<Box<dyn Read + Send + '_>> {
        let digest = name.rsplit('/').next().unwrap_or_default();
        let digest = format!("sha256:{digest}").parse();
        let digest = digest.map_err(io::Error::other)?;
        if name.starts_with(MANIFESTS) {
            let content = self.repository.manifest(&digest);
            return Ok(Box::new(io::Cursor::new(
                content.map_err(io::Error::other)?,
            )));
        }
        let blob = self.repository.blob(&digest, size);
        Ok(Box::new(blob.map_err(io::Error::other)?))
    }

    fn size(&self, _: &str) -> Option<u64> {
        None
    }

    // A registry that an image names is not contacted unless the user named it.
    fn sibling(&self, name: &str) -> Option<Box<dyn Store + '_>> {
        let reference = RegistryReference::of_image(name).ok()?;
        if reference.host != self.host {
            return None;
        }
        Some(Box::new(Remote {
            registries: self.registries,
            host: self.host.clone(),
            repository: self.registries.open(&reference).ok()?,
        }))
    }

    fn manifest_name(&self, digest: Digest) -> String {
        format!("{MANIFESTS}{}", digest.hex())
    }
}
