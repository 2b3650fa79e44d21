//! From a reference to files: resolved once, checked, and only then fetched.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use merlon_artifact::Files;

use crate::contents::{self, Kind};
use crate::error::RegistryError;
use crate::manifest::{Descriptor, Document, Manifest, RULESET};
use crate::reference::Reference;
use crate::registry::Registry;
use merlon_trust::{Digest, Policy, Signer};

/// Blobs that are fetched at the same time.
const AT_ONCE: usize = 4;

/// An artifact at hand.
#[derive(Debug)]
pub struct Pulled {
    /// What the reference stood for.
    pub digest: Digest,
    /// Its files, `ruleset.yaml` among them.
    pub files: Files,
    /// What it was before it became a ruleset.
    pub kind: Kind,
    /// Whose signature was verified, when one was demanded.
    pub signer: Option<Signer>,
}

/// What has to be so before anything of an artifact is read.
#[derive(Debug)]
pub enum Demand {
    /// Nothing.
    Anything,
    /// A signature.
    Signed {
        /// By whom.
        policy: Policy,
        /// What the signature has to say beside.
        annotations: BTreeMap<String, String>,
    },
}

impl Registry {
    /// Fetches an artifact: the reference is resolved one time, what is demanded of that digest is
    /// verified, and then the content of that digest is fetched and read.
    ///
    /// # Errors
    /// When it is not there or not to be reached, not signed as demanded, altered on its way, or no
    /// ruleset; offline, when it is not in the cache.
    pub fn pull(&self, reference: &Reference, demand: &Demand) -> Result<Pulled, RegistryError> {
        let raw = self.manifest(reference)?;
        let Demand::Signed {
            policy,
            annotations,
        } = demand
        else {
            return self.fetch(reference, (raw.digest, &raw.bytes));
        };
        let found = self.signatures(reference, &raw.digest)?;
        let verified = policy.verify(raw.digest, &found.candidates, annotations);
        let verified = verified.map_err(|source| RegistryError::Untrusted {
            reference: reference.to_string(),
            unreadable: found.unreadable,
            source,
        })?;
        let carried = verified.carry(|digest| self.fetch(reference, (digest, &raw.bytes)))?;
        let signer = carried.signer().clone();
        Ok(Pulled {
            signer: Some(signer),
            ..carried.into_inner()
        })
    }

    fn fetch(
        &self,
        reference: &Reference,
        (digest, bytes): (Digest, &[u8]),
    ) -> Result<Pulled, RegistryError> {
        let what = format!("the manifest of {reference}");
        let manifest = match Document::parse(bytes, &what)? {
            Document::Manifest(manifest) => *manifest,
            Document::Index(index) => self.only(reference, &index.manifests)?,
        };
        let kind = contents::kind_of(&manifest)?;
        let blobs = self.blobs(reference, &contents::blobs(&manifest)?)?;
        let files = contents::files(&manifest, kind, (reference, &blobs))?;
        self.store.trim()?;
        Ok(Pulled {
            digest,
            files,
            kind,
            signer: None,
        })
    }

    /// The one artifact of an index: a ruleset is the same on every platform.
    fn only(
        &self,
        reference: &Reference,
        entries: &[Descriptor],
    ) -> Result<Manifest, RegistryError> {
        let malformed = |why: &str| RegistryError::Malformed {
            what: format!("the index {reference}"),
            why: why.to_owned(),
        };
        let is_ruleset = |entry: &&Descriptor| entry.artifact_type.as_deref() == Some(RULESET);
        let rulesets: Vec<&Descriptor> = entries.iter().filter(is_ruleset).collect();
        let only = match (rulesets.as_slice(), entries) {
            ([only], _) => only,
            ([], [only]) => only,
            _ => {
                return Err(malformed(
                    "it lists several artifacts; name one by its digest",
                ));
            }
        };
        let raw = self.manifest(&reference.pinned(&only.digest()?))?;
        match Document::parse(&raw.bytes, "a manifest of an index")? {
            Document::Manifest(manifest) => Ok(*manifest),
            Document::Index(_) => Err(malformed(
                "it lists an index in turn, which is not followed",
            )),
        }
    }

    fn blobs(
        &self,
        reference: &Reference,
        wanted: &[Descriptor],
    ) -> Result<BTreeMap<String, Vec<u8>>, RegistryError> {
        let queue = Mutex::new(wanted.iter());
        let found = Mutex::new(Ok(BTreeMap::new()));
        let work = || {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(descriptor) = next else {
                    return;
                };
                let blob = self.blob(reference, descriptor);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                match (found.as_mut(), blob) {
                    (Ok(blobs), Ok(bytes)) => {
                        blobs.insert(descriptor.digest.clone(), bytes);
                    }
                    (Ok(_), Err(error)) => *found = Err(error),
                    // The first failure is enough, and nobody needs the rest.
                    (Err(_), _) => return,
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..AT_ONCE.min(wanted.len()) {
                scope.spawn(work);
            }
            work();
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn blob(
        &self,
        reference: &Reference,
        descriptor: &Descriptor,
    ) -> Result<Vec<u8>, RegistryError> {
        let digest = descriptor.digest()?;
        if let Reference::Layout(_) = reference {
            return self.place(reference)?.blob(descriptor);
        }
        if let Some(bytes) = self.store.blob(&digest, descriptor.size)
            && bytes.len() as u64 == descriptor.size
        {
            return Ok(bytes);
        }
        let bytes = self.first(reference, |place| place.blob(descriptor))?;
        self.store.keep_blob(&digest, &bytes)?;
        Ok(bytes)
    }
}
