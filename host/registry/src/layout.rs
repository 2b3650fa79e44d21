//! A directory that is an OCI image layout, as a place.

use std::path::{Path, PathBuf};

use crate::error::RegistryError;
use crate::manifest::{Descriptor, Document, Index, MANIFEST_CAP, REF_NAME, encode, json};
use crate::place::{Place, Raw, Referring, Stored, Wanted};
use crate::whole_file;
use merlon_trust::Digest;

/// Manifests that are looked at for who refers to one.
const READ_CAP: usize = 1_000;
const LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// A layout.
pub(crate) struct Layout {
    directory: PathBuf,
}

impl Layout {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    /// What a reference without tag and digest means.
    pub(crate) fn only(&self) -> Result<Wanted, RegistryError> {
        let index = self.index()?;
        let tagged = index
            .manifests
            .iter()
            .any(|entry| entry.annotation(REF_NAME) == Some("latest"));
        match index.manifests.as_slice() {
            _ if tagged => Ok(Wanted::Tag(String::from("latest"))),
            [only] => only.digest().map(Wanted::Digest),
            entries => {
                let tags: Vec<&str> = entries
                    .iter()
                    .filter_map(|entry| entry.annotation(REF_NAME))
                    .take(12)
                    .collect();
                Err(self.malformed(format!(
                    "it holds {} artifacts; name one of its tags: {}",
                    entries.len(),
                    tags.join(", ")
                )))
            }
        }
    }

    fn index(&self) -> Result<Index, RegistryError> {
        let path = self.directory.join("index.json");
        let Some(bytes) = whole_file::read(&path, MANIFEST_CAP.bytes())? else {
            return Err(RegistryError::NotFound {
                host: self.directory.display().to_string(),
                what: String::from("index.json: it is no OCI layout"),
            });
        };
        json(&bytes, &path.display().to_string())
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.directory.join("blobs/sha256").join(digest.as_hex())
    }

    fn raw(&self, digest: &Digest) -> Result<Option<Raw>, RegistryError> {
        let path = self.blob_path(digest);
        let Some(bytes) = whole_file::read(&path, MANIFEST_CAP.bytes())? else {
            return Ok(None);
        };
        let actual = Digest::of(&bytes);
        if actual != *digest {
            return Err(RegistryError::Digest {
                what: path.display().to_string(),
                expected: *digest,
                actual,
            });
        }
        Ok(Some(Raw {
            bytes,
            digest: actual,
        }))
    }

    fn malformed(&self, why: String) -> RegistryError {
        RegistryError::Malformed {
            what: format!("the layout {}", self.directory.display()),
            why,
        }
    }
}

impl Place for Layout {
    fn name(&self) -> String {
        self.directory.display().to_string()
    }

    fn manifest(&self, wanted: &Wanted) -> Result<Option<Raw>, RegistryError> {
        let tag = match wanted {
            Wanted::Digest(digest) => return self.raw(digest),
            Wanted::Tag(tag) => tag.as_str(),
        };
        let index = self.index()?;
        let entry = index
            .manifests
            .iter()
            .find(|entry| entry.annotation(REF_NAME) == Some(tag));
        match entry {
            Some(entry) => self.raw(&entry.digest()?),
            None => Ok(None),
        }
    }

    fn blob(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let digest = descriptor.digest()?;
        let path = self.blob_path(&digest);
        let what = path.display().to_string();
        let Some(bytes) = whole_file::read(&path, descriptor.size)? else {
            return Err(RegistryError::NotFound {
                host: self.directory.display().to_string(),
                what: format!("blob {digest}"),
            });
        };
        if bytes.len() as u64 != descriptor.size {
            return Err(RegistryError::Size {
                what,
                expected: descriptor.size,
                actual: bytes.len() as u64,
            });
        }
        let actual = Digest::of(&bytes);
        if actual != digest {
            return Err(RegistryError::Digest {
                what,
                expected: digest,
                actual,
            });
        }
        Ok(bytes)
    }

    fn referrers(&self, subject: &Digest) -> Result<Vec<Descriptor>, RegistryError> {
        let subject = subject.to_string();
        let mut found = Vec::new();
        for entry in self.index()?.manifests.into_iter().take(READ_CAP) {
            // An entry that cannot be read refers to nothing.
            let Ok(Some(raw)) = entry.digest().and_then(|digest| self.raw(&digest)) else {
                continue;
            };
            if let Ok(Document::Manifest(manifest)) = Document::parse(&raw.bytes, "a manifest")
                && manifest
                    .subject
                    .is_some_and(|found| found.digest == subject)
            {
                found.push(entry);
            }
        }
        Ok(found)
    }

    fn tags(&self) -> Result<Vec<String>, RegistryError> {
        let index = self.index()?;
        let tags = index
            .manifests
            .iter()
            .filter_map(|entry| entry.annotation(REF_NAME));
        Ok(tags.map(str::to_owned).collect())
    }

    fn store_blob(&self, bytes: &[u8]) -> Result<(), RegistryError> {
        whole_file::write(&self.blob_path(&Digest::of(bytes)), bytes)
    }

    fn store_manifest(&self, stored: &Stored<'_>) -> Result<Referring, RegistryError> {
        self.store_blob(stored.bytes)?;
        let marker = self.directory.join("oci-layout");
        if !marker.exists() {
            whole_file::write(&marker, LAYOUT)?;
        }
        let path = self.directory.join("index.json");
        let mut index = match path.exists() {
            true => self.index()?,
            false => Index::empty(),
        };
        let mut entry = Descriptor::of(stored.media_type, stored.bytes);
        if let Ok(Document::Manifest(manifest)) = Document::parse(stored.bytes, "a manifest") {
            entry.artifact_type = manifest.artifact_type;
        }
        let is_there = index
            .manifests
            .iter()
            .any(|found| found.digest == entry.digest);
        match stored.tag {
            Some(tag) => {
                index
                    .manifests
                    .retain(|found| found.annotation(REF_NAME) != Some(tag));
                entry
                    .annotations
                    .insert(REF_NAME.to_owned(), tag.to_owned());
                index.manifests.push(entry);
            }
            None if is_there => return Ok(Referring::Listed),
            None => index.manifests.push(entry),
        }
        whole_file::write(&path, &encode(&index, "index.json")?)?;
        Ok(Referring::Listed)
    }
}
