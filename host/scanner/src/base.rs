//! Which layers come from the image that this one was built on. Builders note its digest; its layers
//! are known when its manifest is beside the image: in the same layout, or in the same registry.

use std::collections::HashMap;

use crate::digest::Digest;
use crate::document::{Config, Manifest};
use crate::manifest::{configuration, follow};
use crate::store::{Store, json, read_blob};
use crate::{ScanError, Scanner};

const DIGEST: &str = "org.opencontainers.image.base.digest";
const NAME: &str = "org.opencontainers.image.base.name";

/// How many of the lowest layers are the base's. What is not known for sure is not known.
pub(crate) fn layers(
    scanner: &Scanner<'_>,
    store: &dyn Store,
    (manifest, config): (&Manifest, &[u8]),
) -> Option<usize> {
    let own: Config = serde_json::from_slice(config).ok()?;
    let notes = [manifest.annotations.as_ref(), own.labels()];
    let note = |name: &str| find(&notes, name);
    let digest = Digest::parse(note(DIGEST)?).ok()?;
    let elsewhere = note(NAME).and_then(|name| store.sibling(name));
    let store = elsewhere.as_deref().unwrap_or(store);
    let base = read(scanner, store, digest).ok()?;
    let layers = base.diff_ids();
    let is_base = !layers.is_empty() && own.diff_ids().starts_with(layers);
    is_base.then_some(layers.len())
}

fn find<'n>(notes: &[Option<&'n HashMap<String, String>>], name: &str) -> Option<&'n str> {
    let mut found = notes.iter().flatten().filter_map(|notes| notes.get(name));
    found.next().map(String::as_str)
}

fn read(scanner: &Scanner<'_>, store: &dyn Store, digest: Digest) -> Result<Config, ScanError> {
    let (name, limit) = (store.manifest_name(digest), scanner.limits.document);
    let content = read_blob(store, "manifest", (&name, digest), limit)?;
    let (which, manifest) = follow(scanner, store, (digest.to_string(), content))?;
    let config = configuration(scanner, store, &manifest)?;
    json("configuration", &which, &config)
}
