//! Images in registries, read and never kept: manifests whole, blobs as they come.

use crate::access::Access;
use crate::blob::Blob;
use crate::error::RegistryError;
use crate::place::{Place as _, Raw, Wanted};
use crate::reference::RegistryReference;
use crate::remote::Remote;
use crate::transport::Transport;
use merlon_trust::Digest;

/// The way to repositories; nothing is contacted before one is read.
pub struct Repositories {
    transport: Transport,
}

impl Repositories {
    /// Reached in this way.
    #[must_use]
    pub fn new(access: Access) -> Self {
        Self {
            transport: Transport::new(access),
        }
    }

    /// The repository of a reference.
    ///
    /// # Errors
    /// When the network is off, or what is configured for the host cannot be used.
    pub fn open(&self, reference: &RegistryReference) -> Result<Repository<'_>, RegistryError> {
        if self.transport.is_offline() {
            return Err(RegistryError::NoNetwork {
                what: reference.to_string(),
            });
        }
        let remote = Remote::open(&self.transport, &reference.host, &reference.repository)?;
        Ok(Repository {
            mirrors: Remote::mirrors(&self.transport, reference)?,
            origin: remote,
        })
    }
}

/// One repository, behind its mirrors.
pub struct Repository<'t> {
    mirrors: Vec<Remote<'t>>,
    origin: Remote<'t>,
}

impl<'t> Repository<'t> {
    /// The manifest that a tag means now, and its digest.
    ///
    /// # Errors
    /// When there is none, or it cannot be had.
    pub fn tagged(&self, tag: &str) -> Result<(Digest, Vec<u8>), RegistryError> {
        let wanted = Wanted::Tag(tag.to_owned());
        let raw = match manifest(&self.origin, &wanted) {
            // A mirror may be behind: it is asked only when the registry itself cannot be reached.
            Err(error @ RegistryError::Connection { .. }) => {
                let mut mirrors = self.mirrors.iter();
                mirrors
                    .find_map(|mirror| manifest(mirror, &wanted).ok())
                    .ok_or(error)?
            }
            found => found?,
        };
        Ok((raw.digest, raw.bytes))
    }

    /// The manifest with this digest, which its bytes have.
    ///
    /// # Errors
    /// When there is none, or it cannot be had.
    pub fn manifest(&self, digest: &Digest) -> Result<Vec<u8>, RegistryError> {
        let wanted = Wanted::Digest(*digest);
        self.first(|remote| manifest(remote, &wanted))
            .map(|raw| raw.bytes)
    }

    /// The blob with this digest, as long as announced; whether its bytes have the digest is for the
    /// reader to see.
    ///
    /// # Errors
    /// When there is none, or it cannot be had.
    pub fn blob(&self, digest: &Digest, size: Option<u64>) -> Result<Blob<'t>, RegistryError> {
        self.first(|remote| Blob::open(remote, digest, size))
    }

    /// The mirrors and then the registry itself, whose failure is the one that is told.
    fn first<T>(
        &self,
        attempt: impl Fn(&Remote<'t>) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let mut mirrors = self.mirrors.iter();
        match mirrors.find_map(|mirror| attempt(mirror).ok()) {
            Some(found) => Ok(found),
            None => attempt(&self.origin),
        }
    }
}

fn manifest(remote: &Remote<'_>, wanted: &Wanted) -> Result<Raw, RegistryError> {
    remote
        .manifest(wanted)?
        .ok_or_else(|| RegistryError::NotFound {
            host: remote.host.name.clone(),
            what: format!("{}:{}", remote.repository, wanted.text()),
        })
}
