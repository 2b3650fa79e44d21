//! Artifacts by reference: resolved once, fetched through mirrors and the cache, stored.

use std::path::Path;

use merlon_artifact::Ruleset;

use crate::access::{Access, Network};
use crate::error::RegistryError;
use crate::layout::Layout;
use crate::manifest::{EMPTY_BYTES, MANIFEST};
use crate::package::{Package, PushOptions};
use crate::place::{Place, Raw, Stored, Wanted};
use crate::reference::Reference;
use crate::remote::Remote;
use crate::signature::{self, Signatures};
use crate::store::Store;
use crate::transport::Transport;
use merlon_trust::{Candidate, Digest};

/// Registries and layouts, behind one cache.
pub struct Registry {
    transport: Transport,
    pub(crate) store: Store,
}

impl Registry {
    /// Nothing is contacted and nothing is written yet.
    #[must_use]
    pub fn open(cache: &Path, access: Access) -> Self {
        Self {
            transport: Transport::new(access),
            store: Store::open(cache),
        }
    }

    /// The digest that a reference stands for now; one that it pins is not looked up.
    ///
    /// # Errors
    /// When the registry or the layout cannot be read or has no such artifact, and offline when the
    /// tag was never resolved before.
    pub fn resolve(&self, reference: &Reference) -> Result<Digest, RegistryError> {
        match reference.digest() {
            Some(digest) => Ok(*digest),
            None => self.manifest(reference).map(|raw| raw.digest),
        }
    }

    /// Stores a ruleset under the reference's tag, or under its digest when it has none.
    ///
    /// # Errors
    /// When a file is hidden, the reference pins another digest, or the place refuses.
    pub fn push(
        &self,
        ruleset: &Ruleset,
        reference: &Reference,
        options: &PushOptions,
    ) -> Result<Digest, RegistryError> {
        let package = Package::new(ruleset, options)?;
        let digest = Digest::of(&package.manifest);
        if let Some(pinned) = reference.digest().filter(|pinned| **pinned != digest) {
            return Err(RegistryError::Digest {
                what: format!("what would be pushed to {reference}"),
                expected: *pinned,
                actual: digest,
            });
        }
        let place = self.place(reference)?;
        place.store_blob(EMPTY_BYTES)?;
        for blob in &package.blobs {
            place.store_blob(blob)?;
        }
        // Last: a manifest never names what is not there.
        let tag = match (reference.tag(), reference.digest()) {
            (None, None) => Some("latest"),
            (tag, _) => tag,
        };
        place.store_manifest(&Stored {
            bytes: &package.manifest,
            media_type: MANIFEST,
            tag,
        })?;
        Ok(digest)
    }

    /// What may be signatures of the artifact with that digest, in every form and place.
    ///
    /// # Errors
    /// When the registry does not answer; offline, when they were never looked up before.
    pub fn signatures(
        &self,
        reference: &Reference,
        digest: &Digest,
    ) -> Result<Signatures, RegistryError> {
        if let (Reference::Registry(_), Network::Offline) =
            (reference, self.transport.access().network)
        {
            return self.remembered_signatures(digest);
        }
        match self.found_signatures(reference, digest) {
            // What was seen before is verified again, and what is signed stays signed.
            Err(error @ RegistryError::Connection { .. }) => {
                self.remembered_signatures(digest).or(Err(error))
            }
            found => found,
        }
    }

    fn found_signatures(
        &self,
        reference: &Reference,
        digest: &Digest,
    ) -> Result<Signatures, RegistryError> {
        let mut found = Signatures::default();
        for place in self.sources(reference)? {
            match signature::find(&*place, digest) {
                Ok(signatures) if signatures.candidates.is_empty() => {
                    found.unreadable.extend(signatures.unreadable);
                }
                Ok(signatures) => {
                    self.remember_signatures(digest, &signatures)?;
                    return Ok(signatures);
                }
                // A mirror that fails is passed over; the origin is the last.
                Err(error) if place.name() == self.place(reference)?.name() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(found)
    }

    /// Puts a signature beside the artifact with that digest: under cosign's tag, or as a referrer.
    ///
    /// # Errors
    /// When the artifact is not there, or the place refuses.
    pub fn attach_signature(
        &self,
        reference: &Reference,
        digest: &Digest,
        signature: &Candidate,
    ) -> Result<(), RegistryError> {
        let place = self.place(reference)?;
        let Some(subject) = place.manifest(&Wanted::Digest(*digest))? else {
            return Err(missing(&*place, reference));
        };
        signature::attach(&*place, &subject, (signature, None))
    }

    /// Every tag of the reference's name.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn tags(&self, reference: &Reference) -> Result<Vec<String>, RegistryError> {
        self.place(reference)?.tags()
    }

    /// The bytes behind a reference, and their digest. A tag is resolved here, one time.
    pub(crate) fn manifest(&self, reference: &Reference) -> Result<Raw, RegistryError> {
        if let Some(digest) = reference.digest() {
            return self.manifest_by_digest(reference, digest);
        }
        match reference {
            Reference::Layout(layout) => {
                let place = Layout::new(&layout.directory);
                let wanted = match &layout.tag {
                    Some(tag) => Wanted::Tag(tag.clone()),
                    None => place.only()?,
                };
                place
                    .manifest(&wanted)?
                    .ok_or_else(|| missing(&place, reference))
            }
            Reference::Registry(_) => self.manifest_by_tag(reference),
        }
    }

    fn manifest_by_digest(
        &self,
        reference: &Reference,
        digest: &Digest,
    ) -> Result<Raw, RegistryError> {
        if let Reference::Registry(_) = reference
            && let Some(bytes) = self
                .store
                .blob(digest, crate::manifest::MANIFEST_CAP.bytes())
        {
            return Ok(Raw {
                bytes,
                digest: *digest,
            });
        }
        let wanted = Wanted::Digest(*digest);
        let raw = self.first(reference, |place| {
            place
                .manifest(&wanted)?
                .ok_or_else(|| missing(place, reference))
        })?;
        self.remember(reference, &raw)?;
        Ok(raw)
    }

    /// The registry itself says what a tag means; a mirror only when the registry cannot be reached.
    fn manifest_by_tag(&self, reference: &Reference) -> Result<Raw, RegistryError> {
        if self.transport.is_offline() {
            let known = self.store.note("tags", &reference.to_string());
            let known = known.and_then(|text| String::from_utf8(text).ok()?.parse().ok());
            return match known {
                Some(digest) => self.manifest_by_digest(reference, &digest),
                None => Err(RegistryError::Offline {
                    what: reference.to_string(),
                }),
            };
        }
        let wanted = Wanted::Tag(reference.tag().unwrap_or("latest").to_owned());
        let mut sources = self.sources(reference)?;
        sources.rotate_right(1);
        let mut failure = None;
        for place in sources {
            match place.manifest(&wanted) {
                Ok(Some(raw)) => {
                    self.remember(reference, &raw)?;
                    let name = reference.to_string();
                    self.store
                        .keep_note("tags", &name, raw.digest.to_string().as_bytes())?;
                    return Ok(raw);
                }
                Ok(None) if failure.is_none() => return Err(missing(&*place, reference)),
                Ok(None) => {}
                Err(error @ RegistryError::Connection { .. }) => {
                    failure.get_or_insert(error);
                }
                Err(error) if failure.is_none() => return Err(error),
                Err(_) => {}
            }
        }
        Err(failure.unwrap_or_else(|| RegistryError::NotFound {
            host: reference.to_string(),
            what: String::from("place"),
        }))
    }

    fn remember(&self, reference: &Reference, raw: &Raw) -> Result<(), RegistryError> {
        match reference {
            Reference::Registry(_) => self.store.keep_blob(&raw.digest, &raw.bytes),
            Reference::Layout(_) => Ok(()),
        }
    }

    /// Tries the mirrors and then the origin, whose failure is the one that is told.
    pub(crate) fn first<T>(
        &self,
        reference: &Reference,
        attempt: impl Fn(&dyn Place) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let mut sources = self.sources(reference)?;
        let origin = sources.pop();
        for mirror in sources {
            if let Ok(found) = attempt(&*mirror) {
                return Ok(found);
            }
        }
        match origin {
            Some(origin) => attempt(&*origin),
            None => attempt(&*self.place(reference)?),
        }
    }

    /// Where the reference itself points.
    pub(crate) fn place(
        &self,
        reference: &Reference,
    ) -> Result<Box<dyn Place + '_>, RegistryError> {
        Ok(match reference {
            Reference::Registry(at) => {
                Box::new(Remote::open(&self.transport, &at.host, &at.repository)?)
            }
            Reference::Layout(at) => Box::new(Layout::new(&at.directory)),
        })
    }

    /// The mirrors, and last the place itself.
    fn sources(&self, reference: &Reference) -> Result<Vec<Box<dyn Place + '_>>, RegistryError> {
        let mut sources: Vec<Box<dyn Place + '_>> = Vec::new();
        if let Reference::Registry(at) = reference {
            let mirrors = Remote::mirrors(&self.transport, at)?;
            sources.extend(mirrors.into_iter().map(boxed));
        }
        sources.push(self.place(reference)?);
        Ok(sources)
    }
}

fn boxed<'t>(remote: Remote<'t>) -> Box<dyn Place + 't> {
    Box::new(remote)
}

pub(crate) fn missing(place: &dyn Place, reference: &Reference) -> RegistryError {
    RegistryError::NotFound {
        host: place.name(),
        what: reference.to_string(),
    }
}
