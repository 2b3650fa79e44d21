//! What `docker save` writes: `manifest.json` and layers in one tar, in the old and the new shape.

use std::path::Path;

use merlon_model::ImageRef;

use crate::archive::{Archive, Purpose};
use crate::digest::Digest;
use crate::document::{Place, Saved};
use crate::image::{Image, Parts, Stored};
use crate::layout::named;
use crate::manifest::check_platform;
use crate::store::{Store, json, read};
use crate::{Limits, ScanError, Scanner};

/// An image of the archive.
pub(crate) fn open(
    scanner: &Scanner<'_>,
    file: &Path,
    tag: Option<&str>,
) -> Result<Image<'static>, ScanError> {
    let reference = named("docker-archive", file, tag);
    let archive = Archive::open(file, &scanner.limits, Purpose::Read)?;
    let archive = archive.ok_or_else(|| ScanError::Missing {
        what: "manifest",
        which: reference.clone(),
    })?;
    let limit = scanner.limits.document;
    let content = read(&archive, "manifest", "manifest.json", limit)?;
    let images: Vec<Saved> = json("manifest", "manifest.json", &content)?;
    let image = choose(images, tag)?;
    let config = read(&archive, "configuration", &image.config, limit)?;
    check_platform(scanner, &config)?;
    let digest = Digest::of(&config);
    if let Some(named) = digest_in(&image.config) {
        let what = "configuration";
        let checked = named.check(digest);
        checked.map_err(|source| ScanError::Digest { what, source })?;
    }
    let reference = ImageRef {
        reference,
        // The archive has no manifest of its own: Docker's image id is that of the configuration.
        digest: digest.to_string(),
    };
    let layers = image.layers.unwrap_or_default();
    let layers = layers.into_iter().map(|name| Stored {
        digest: name
            .starts_with("blobs/")
            .then(|| digest_in(&name))
            .flatten(),
        size: archive.size(&name),
        place: Place::Here,
        name,
    });
    let layers = layers.collect();
    let parts = Parts {
        store: Box::new(archive),
        reference,
        config,
        layers,
        base: None,
    };
    Image::new(scanner, parts)
}

/// Whether the archive lists images as `docker save` does; other things have a `manifest.json`, too.
pub(crate) fn is_saved(archive: &Archive) -> bool {
    let limit = Limits::default().document;
    let content = read(archive, "manifest", "manifest.json", limit);
    let images: Option<Vec<Saved>> = content
        .ok()
        .and_then(|content| serde_json::from_slice(&content).ok());
    images.is_some_and(|images| !images.is_empty())
}

// `<hex>.json`, `blobs/sha256/<hex>`: what the name says of the content.
fn digest_in(name: &str) -> Option<Digest> {
    let last = name.rsplit('/').next()?;
    Digest::from_hex(last.split('.').next()?)
}

fn choose(images: Vec<Saved>, tag: Option<&str>) -> Result<Saved, ScanError> {
    let tags = |image: &Saved| image.repo_tags.clone().unwrap_or_default();
    let known = images.iter().flat_map(tags).collect::<Vec<_>>().join(", ");
    let Some(tag) = tag else {
        if images.len() > 1 {
            return Err(ScanError::Ambiguous { known });
        }
        return images.into_iter().next().ok_or(ScanError::Missing {
            what: "image",
            which: "manifest.json".to_owned(),
        });
    };
    let is = |name: &String| {
        name == tag
            || name
                .strip_suffix(tag)
                .is_some_and(|rest| rest.ends_with(':'))
    };
    let mut images = images.into_iter();
    images
        .find(|image| tags(image).iter().any(is))
        .ok_or(ScanError::NoTag {
            tag: tag.to_owned(),
            known,
        })
}
