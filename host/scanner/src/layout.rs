//! OCI image layouts: from `index.json` to one image.

use std::path::Path;

use crate::archive::{Archive, Purpose};
use crate::document::{Descriptor, Index};
use crate::image::Image;
use crate::manifest::{Found, for_platform, parse, resolve};
use crate::store::{Directory, Store, json, read, read_blob};
use crate::{ScanError, Scanner};

/// An image of a layout in a directory.
pub(crate) fn open_dir(
    scanner: &Scanner<'_>,
    dir: &Path,
    tag: Option<&str>,
) -> Result<Image<'static>, ScanError> {
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
) -> Result<Image<'static>, ScanError> {
    let archive = Archive::open(file, &scanner.limits, Purpose::Read)?;
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

fn open<'s>(
    scanner: &Scanner<'_>,
    store: Box<dyn Store + 's>,
    reference: String,
    tag: Option<&str>,
) -> Result<Image<'s>, ScanError> {
    let limit = scanner.limits.document;
    let content = read(&*store, "index", "index.json", limit)?;
    let index: Index = json("index", "index.json", &content)?;
    let chosen = named_in(index, scanner, tag)?;
    let digest = parse("manifest", &chosen.digest)?;
    let name = store.manifest_name(digest);
    let content = read_blob(&*store, "manifest", (&name, digest), limit)?;
    let found = Found {
        store,
        reference,
        digest: chosen.digest,
        content,
        platform: chosen.platform,
    };
    resolve(scanner, found)
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
            1 => for_platform(images, &scanner.chosen_platform()),
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
    for_platform(same, &scanner.chosen_platform())
}
