//! OCI image layouts: from `index.json` to one image for one platform.

use std::path::Path;

use merlon_model::ImageRef;
use serde_json::Value;

use crate::archive::Archive;
use crate::digest::Digest;
use crate::document::{Descriptor, Index, Manifest};
use crate::image::{Image, Stored};
use crate::store::{Directory, Store, blob_name, json, read, read_blob};
use crate::{ScanError, Scanner};

// An index in an index is legal; nobody needs a third.
const NESTED: usize = 4;

/// An image of a layout in a directory.
pub(crate) fn open_dir(
    scanner: &Scanner<'_>,
    dir: &Path,
    tag: Option<&str>,
) -> Result<Image, ScanError> {
    let store = Directory {
        root: dir.to_owned(),
    };
    let name = named("oci", dir, tag);
    open(scanner, Box::new(store), name, tag)
}

/// An image of a layout in a tar file.
pub(crate) fn open_archive(
    scanner: &Scanner<'_>,
    file: &Path,
    tag: Option<&str>,
) -> Result<Image, ScanError> {
    let archive = Archive::open(file, &scanner.limits, |_| true)?;
    let name = named("oci-archive", file, tag);
    match archive {
        Some(archive) => open(scanner, Box::new(archive), name, tag),
        None => Err(missing(&name)),
    }
}

/// How the user names it.
pub(crate) fn named(transport: &str, path: &Path, tag: Option<&str>) -> String {
    let path = path.display();
    tag.map_or_else(
        || format!("{transport}:{path}"),
        |tag| format!("{transport}:{path}:{tag}"),
    )
}

fn missing(which: &str) -> ScanError {
    ScanError::Missing {
        what: "index",
        which: which.to_owned(),
    }
}

fn open(
    scanner: &Scanner<'_>,
    store: Box<dyn Store>,
    reference: String,
    tag: Option<&str>,
) -> Result<Image, ScanError> {
    let limit = scanner.limits.document;
    let content = read(&*store, "index", "index.json", limit)?;
    let index: Index = json("index", "index.json", &content)?;
    let mut chosen = named_in(index, scanner, tag)?;
    for _ in 0..NESTED {
        let digest = parse("manifest", &chosen.digest)?;
        let content = read_blob(&*store, "manifest", digest, limit)?;
        let value: Value = json("manifest", &chosen.digest, &content)?;
        if value.get("manifests").is_some() {
            let index: Index = json("index", &chosen.digest, &content)?;
            chosen = for_platform(index.manifests, &scanner.platform)?;
            continue;
        }
        let manifest: Manifest = json("manifest", &chosen.digest, &content)?;
        let config = parse("configuration", &manifest.config.digest)?;
        let config = read_blob(&*store, "configuration", config, limit)?;
        let reference = ImageRef {
            reference,
            digest: chosen.digest,
        };
        let stored = manifest
            .layers
            .iter()
            .map(stored)
            .collect::<Result<_, _>>()?;
        return Image::new(scanner, store, reference, &config, stored);
    }
    Err(ScanError::Nested { limit: NESTED })
}

fn parse(what: &'static str, digest: &str) -> Result<Digest, ScanError> {
    Digest::parse(digest).map_err(|source| ScanError::Digest { what, source })
}

fn stored(descriptor: &Descriptor) -> Result<Stored, ScanError> {
    let digest = parse("layer", &descriptor.digest)?;
    Ok(Stored {
        name: blob_name(digest),
        digest: Some(digest),
        size: descriptor.size,
    })
}

fn named_in(
    index: Index,
    scanner: &Scanner<'_>,
    tag: Option<&str>,
) -> Result<Descriptor, ScanError> {
    let images: Vec<_> = index
        .manifests
        .into_iter()
        .filter(Descriptor::is_image)
        .collect();
    let known = images
        .iter()
        .filter_map(Descriptor::tag)
        .collect::<Vec<_>>()
        .join(", ");
    let Some(tag) = tag else {
        let names: std::collections::HashSet<_> = images.iter().map(Descriptor::tag).collect();
        // Images under one name, or none, differ by platform.
        return match names.len() {
            0 => Err(missing("index.json")),
            1 => for_platform(images, &scanner.platform),
            _ => Err(ScanError::Ambiguous { known }),
        };
    };
    let is = |name: &str| {
        name == tag
            || name
                .strip_suffix(tag)
                .is_some_and(|rest| rest.ends_with(':'))
    };
    let same: Vec<_> = images
        .into_iter()
        .filter(|image| image.tag().is_some_and(is))
        .collect();
    if same.is_empty() {
        return Err(ScanError::NoTag {
            tag: tag.to_owned(),
            known,
        });
    }
    for_platform(same, &scanner.platform)
}

fn for_platform(images: Vec<Descriptor>, wanted: &str) -> Result<Descriptor, ScanError> {
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
