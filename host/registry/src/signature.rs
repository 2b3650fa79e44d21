//! Signatures beside an artifact: found wherever tools put them, and put where tools find them.
//!
//! What is found is a claim of the registry. It is read within bounds and judged elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use merlon_artifact::ByteSize;

use crate::error::RegistryError;
use crate::manifest::{
    CREATED, Descriptor, Document, EMPTY_BYTES, INDEX, Index, MANIFEST, Manifest, encode,
};
use crate::place::{Place, Raw, Referring, Stored, Wanted, referrers_tag};
use merlon_trust::{
    BUNDLE_TYPE, Candidate, Digest, PREDICATE_ANNOTATION, SIGN_PREDICATE, SIMPLE_SIGNING_TYPE,
};

/// What is read may be a bundle of another version.
const ANY_BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// Largest signature.
const SIGNATURE_CAP: ByteSize = ByteSize::mebibytes(1);
/// Signatures of each form that are read.
const COUNT_CAP: usize = 64;

/// What was found beside an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Each may be a signature of the artifact.
    pub candidates: Vec<Candidate>,
    /// What stands there and cannot be read, in words.
    pub unreadable: Vec<String>,
}

impl Signatures {
    /// Notes what is broken and goes on; only a registry that does not answer ends the search, because
    /// nobody knows then what is there.
    fn note(&mut self, found: Result<(), RegistryError>) -> Result<(), RegistryError> {
        match found {
            Ok(()) => Ok(()),
            Err(
                error @ (RegistryError::Digest { .. }
                | RegistryError::Size { .. }
                | RegistryError::TooLarge { .. }
                | RegistryError::Json { .. }
                | RegistryError::Malformed { .. }
                | RegistryError::NotFound { .. }),
            ) => {
                if self.unreadable.len() < COUNT_CAP {
                    self.unreadable.push(error.to_string());
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Everything that may be a signature of a manifest: of the referrers API, of the list of referrers
/// under a tag, and under cosign's own tag.
pub(crate) fn find(place: &dyn Place, subject: &Digest) -> Result<Signatures, RegistryError> {
    let mut found = Signatures::default();
    for descriptor in referrers(place, subject, &mut found)? {
        let read = bundles(place, (subject, &descriptor), &mut found.candidates);
        found.note(read)?;
    }
    let read = legacy(place, subject, &mut found.candidates);
    found.note(read)?;
    Ok(found)
}

fn referrers(
    place: &dyn Place,
    subject: &Digest,
    found: &mut Signatures,
) -> Result<Vec<Descriptor>, RegistryError> {
    let mut all = Vec::new();
    let listed = place.referrers(subject).map(|listed| all.extend(listed));
    found.note(listed)?;
    // Registries with the API may hold lists of tools that did not use it: both are read.
    let under_tag = list_under_tag(place, subject).map(|index| all.extend(index.manifests));
    found.note(under_tag)?;
    // The claimed type is no proof of what it is, but good enough for who is read first.
    let claims = |entry: &Descriptor| {
        let artifact_type = entry.artifact_type.as_deref().unwrap_or_default();
        artifact_type.starts_with(ANY_BUNDLE)
    };
    all.sort_by_key(|entry| !claims(entry));
    let mut seen = BTreeSet::new();
    all.retain(|entry| seen.insert(entry.digest.clone()));
    all.truncate(COUNT_CAP);
    Ok(all)
}

fn list_under_tag(place: &dyn Place, subject: &Digest) -> Result<Index, RegistryError> {
    let wanted = Wanted::Tag(referrers_tag(subject));
    let Some(raw) = place.manifest(&wanted)? else {
        return Ok(Index::empty());
    };
    match Document::parse(&raw.bytes, "the list of referrers")? {
        Document::Index(index) => Ok(index),
        Document::Manifest(_) => Ok(Index::empty()),
    }
}

fn bundles(
    place: &dyn Place,
    (subject, descriptor): (&Digest, &Descriptor),
    candidates: &mut Vec<Candidate>,
) -> Result<(), RegistryError> {
    let digest = descriptor.digest()?;
    let Some(raw) = place.manifest(&Wanted::Digest(digest))? else {
        return Err(RegistryError::NotFound {
            host: place.name(),
            what: format!("referrer {digest}"),
        });
    };
    let Document::Manifest(manifest) = Document::parse(&raw.bytes, "a referrer")? else {
        return Ok(());
    };
    let about = manifest.subject.as_ref().map(|about| about.digest.as_str());
    if about != Some(subject.to_string().as_str()) {
        return Err(RegistryError::Malformed {
            what: format!("the referrer {digest}"),
            why: String::from("it is about something else"),
        });
    }
    for layer in manifest.layers.iter().take(COUNT_CAP) {
        if layer.media_type.starts_with(ANY_BUNDLE) && candidates.len() < COUNT_CAP {
            candidates.push(Candidate::Bundle(small_blob(place, layer)?));
        }
    }
    Ok(())
}

fn legacy(
    place: &dyn Place,
    subject: &Digest,
    candidates: &mut Vec<Candidate>,
) -> Result<(), RegistryError> {
    let Some(manifest) = legacy_manifest(place, subject)? else {
        return Ok(());
    };
    let mut result = Ok(());
    for layer in manifest.layers.iter().take(COUNT_CAP) {
        if layer.media_type != SIMPLE_SIGNING_TYPE {
            continue;
        }
        match small_blob(place, layer) {
            Ok(payload) => candidates.push(Candidate::Legacy {
                payload,
                annotations: layer.annotations.clone(),
            }),
            // The others may be good; this one is told about in the end.
            Err(error) => result = Err(error),
        }
    }
    result
}

fn legacy_tag(subject: &Digest) -> String {
    format!("sha256-{}.sig", subject.as_hex())
}

fn legacy_manifest(place: &dyn Place, subject: &Digest) -> Result<Option<Manifest>, RegistryError> {
    let tag = legacy_tag(subject);
    let Some(raw) = place.manifest(&Wanted::Tag(tag.clone()))? else {
        return Ok(None);
    };
    match Document::parse(&raw.bytes, &tag)? {
        Document::Manifest(manifest) => Ok(Some(*manifest)),
        Document::Index(_) => Ok(None),
    }
}

fn small_blob(place: &dyn Place, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
    if descriptor.size > SIGNATURE_CAP.bytes() {
        return Err(RegistryError::TooLarge {
            what: String::from("a signature"),
            limit: SIGNATURE_CAP,
        });
    }
    place.blob(descriptor)
}

/// Puts a signature beside the manifest that it is about.
pub(crate) fn attach(
    place: &dyn Place,
    subject: &Raw,
    (signature, created): (&Candidate, Option<&str>),
) -> Result<(), RegistryError> {
    match signature {
        Candidate::Legacy {
            payload,
            annotations,
        } => attach_legacy(place, &subject.digest, (payload, annotations)),
        Candidate::Bundle(bundle) => attach_bundle(place, subject, (bundle, created)),
    }
}

/// One more layer under cosign's tag.
fn attach_legacy(
    place: &dyn Place,
    subject: &Digest,
    (payload, annotations): (&[u8], &BTreeMap<String, String>),
) -> Result<(), RegistryError> {
    let existing = legacy_manifest(place, subject)?;
    let mut layers = existing.map(|manifest| manifest.layers).unwrap_or_default();
    let mut layer = Descriptor::of(SIMPLE_SIGNING_TYPE, payload);
    layer.annotations = annotations.clone();
    if layers.contains(&layer) {
        return Ok(());
    }
    layers.push(layer);
    let diff_ids: Vec<&str> = layers.iter().map(|layer| layer.digest.as_str()).collect();
    let config = serde_json::json!({
        "architecture": "",
        "created": "0001-01-01T00:00:00Z",
        "history": vec![serde_json::json!({"created": "0001-01-01T00:00:00Z"}); layers.len()],
        "os": "",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "config": {},
    });
    let config = encode(&config, "the config of signatures")?;
    place.store_blob(payload)?;
    place.store_blob(&config)?;
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST.to_owned()),
        artifact_type: None,
        config: Descriptor::of(IMAGE_CONFIG, &config),
        layers,
        subject: None,
        annotations: BTreeMap::new(),
    };
    place.store_manifest(&Stored {
        bytes: &encode(&manifest, "the signatures")?,
        media_type: MANIFEST,
        tag: Some(&legacy_tag(subject)),
    })?;
    Ok(())
}

/// A referrer of its own, also in the list under a tag where the registry keeps none.
fn attach_bundle(
    place: &dyn Place,
    subject: &Raw,
    (bundle, created): (&[u8], Option<&str>),
) -> Result<(), RegistryError> {
    let mut annotations = BTreeMap::from([
        ("dev.sigstore.bundle.content", "dsse-envelope"),
        (PREDICATE_ANNOTATION, SIGN_PREDICATE),
    ]);
    annotations.extend(created.map(|created| (CREATED, created)));
    let owned = annotations
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let media_type = match Document::parse(&subject.bytes, "the artifact")? {
        Document::Manifest(manifest) => manifest.media_type.unwrap_or_else(|| MANIFEST.to_owned()),
        Document::Index(index) => index.media_type.unwrap_or_else(|| INDEX.to_owned()),
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST.to_owned()),
        artifact_type: Some(BUNDLE_TYPE.to_owned()),
        config: Descriptor::empty(),
        layers: vec![Descriptor::of(BUNDLE_TYPE, bundle)],
        subject: Some(Descriptor::of(&media_type, &subject.bytes)),
        annotations: owned.collect(),
    };
    let bytes = encode(&manifest, "the referrer")?;
    place.store_blob(EMPTY_BYTES)?;
    place.store_blob(bundle)?;
    let referring = place.store_manifest(&Stored {
        bytes: &bytes,
        media_type: MANIFEST,
        tag: None,
    })?;
    let digest = Digest::of(&bytes).to_string();
    // Some registries promise a list of referrers and keep none.
    if referring == Referring::Listed
        && let Ok(listed) = place.referrers(&subject.digest)
        && listed.iter().any(|listed| listed.digest == digest)
    {
        return Ok(());
    }
    let mut index = list_under_tag(place, &subject.digest)?;
    let mut entry = Descriptor::of(MANIFEST, &bytes);
    entry.annotations = manifest.annotations;
    entry.artifact_type = manifest.artifact_type;
    if index
        .manifests
        .iter()
        .any(|listed| listed.digest == entry.digest)
    {
        return Ok(());
    }
    index.manifests.push(entry);
    place.store_manifest(&Stored {
        bytes: &encode(&index, "the list of referrers")?,
        media_type: INDEX,
        tag: Some(&referrers_tag(&subject.digest)),
    })?;
    Ok(())
}
