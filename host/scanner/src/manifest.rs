//! From a manifest or an index to one image for one platform.

use merlon_model::ImageRef;
use serde_json::Value;

use crate::digest::Digest;
use crate::document::{Descriptor, Index, Manifest, Platform};
use crate::image::{Image, Parts, Stored};
use crate::store::{Store, blob_name, json, read_blob};
use crate::{ScanError, Scanner, base};

// An index in an index is legal; nobody needs a third.
const NESTED: usize = 4;

/// A manifest or an index, whose digest its content has, and where the rest is.
pub(crate) struct Found<'s> {
    pub(crate) store: Box<dyn Store + 's>,
    /// As the user names it.
    pub(crate) reference: String,
    pub(crate) digest: String,
    pub(crate) content: Vec<u8>,
    /// What the index that names it says it is for.
    pub(crate) platform: Option<Platform>,
}

/// The image that is meant.
pub(crate) fn resolve<'s>(scanner: &Scanner<'_>, found: Found<'s>) -> Result<Image<'s>, ScanError> {
    let Found {
        store,
        reference,
        digest,
        content,
        platform,
    } = found;
    let first = digest.clone();
    let (digest, manifest) = follow(scanner, &*store, (digest, content))?;
    let config = configuration(scanner, &*store, &manifest)?;
    // What an index says was chosen by counts, whatever else the image says of itself.
    if platform.is_none() && digest == first {
        check_platform(scanner, &config)?;
    }
    let layers = manifest.layers.iter().map(stored);
    let layers = layers.collect::<Result<_, _>>()?;
    let parts = Parts {
        base: base::layers(scanner, &*store, (&manifest, &config)),
        reference: ImageRef { reference, digest },
        store,
        config,
        layers,
    };
    Image::new(scanner, parts)
}

/// The manifest of the image for the platform, and its digest.
pub(crate) fn follow(
    scanner: &Scanner<'_>,
    store: &dyn Store,
    (mut digest, mut content): (String, Vec<u8>),
) -> Result<(String, Manifest), ScanError> {
    for _ in 0..NESTED {
        let value: Value = json("manifest", &digest, &content)?;
        if value.get("schemaVersion").and_then(Value::as_u64) == Some(1) {
            return Err(ScanError::Outdated { which: digest });
        }
        if value.get("manifests").is_none() {
            let manifest = json("manifest", &digest, &content)?;
            return Ok((digest, manifest));
        }
        let index: Index = json("index", &digest, &content)?;
        let chosen = for_platform(index.manifests, &scanner.chosen_platform())?;
        let named = parse("manifest", &chosen.digest)?;
        let name = store.manifest_name(named);
        content = read_blob(store, "manifest", (&name, named), scanner.limits.document)?;
        digest = chosen.digest;
    }
    Err(ScanError::Nested { limit: NESTED })
}

/// Refuses an image whose configuration says another platform than the one asked for.
pub(crate) fn check_platform(scanner: &Scanner<'_>, config: &[u8]) -> Result<(), ScanError> {
    // Whether a configuration that says none is valid is seen by who reads the rest of it.
    let own: Option<Platform> = serde_json::from_slice(config).ok();
    match (&scanner.platform, own) {
        (Some(wanted), Some(own)) if !own.may_be(wanted) => Err(ScanError::NoPlatform {
            platform: wanted.clone(),
            known: own.to_string(),
        }),
        _ => Ok(()),
    }
}

/// The configuration that a manifest names.
pub(crate) fn configuration(
    scanner: &Scanner<'_>,
    store: &dyn Store,
    manifest: &Manifest,
) -> Result<Vec<u8>, ScanError> {
    let digest = parse("configuration", &manifest.config.digest)?;
    let part = blob_name(digest);
    let limit = scanner.limits.document;
    read_blob(store, "configuration", (&part, digest), limit)
}

pub(crate) fn parse(what: &'static str, digest: &str) -> Result<Digest, ScanError> {
    Digest::parse(digest).map_err(|source| ScanError::Digest { what, source })
}

fn stored(descriptor: &Descriptor) -> Result<Stored, ScanError> {
    let digest = parse("layer", &descriptor.digest)?;
    Ok(Stored {
        name: blob_name(digest),
        digest: Some(digest),
        size: descriptor.size,
        place: descriptor.place(),
    })
}

pub(crate) fn for_platform(images: Vec<Descriptor>, wanted: &str) -> Result<Descriptor, ScanError> {
    let mut images: Vec<_> = images.into_iter().filter(Descriptor::is_image).collect();
    let is = |image: &Descriptor| image.platform.as_ref().is_some_and(|p| p.is(wanted));
    let exact = images.iter().position(is);
    // Without a platform there is nothing to choose by.
    let only = (images.len() == 1).then_some(0);
    let only = only.filter(|_| images.iter().all(|image| image.platform.is_none()));
    match exact.or(only) {
        Some(place) => Ok(images.swap_remove(place)),
        None => Err(ScanError::NoPlatform {
            platform: wanted.to_owned(),
            known: known(&images),
        }),
    }
}

fn known(images: &[Descriptor]) -> String {
    let platforms = images.iter().filter_map(|image| image.platform.as_ref());
    let known: Vec<_> = platforms.map(ToString::to_string).collect();
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    }
}
