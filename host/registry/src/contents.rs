//! From the layers of an artifact to files: what kind it is, what has to be fetched, what comes out.

use std::collections::BTreeMap;

use merlon_artifact::{Files, PLUGIN_CAP, TOTAL_CAP};

use crate::error::RegistryError;
use crate::manifest::{
    CONFTEST_LAYER, Descriptor, Manifest, RULESET, TITLE, UNPACK, WASM, WASM_CONFIG, shortened,
};
use crate::reference::Reference;
use crate::synthesis::{definition_of_plugin, definition_of_policies};
use crate::unpack::{Root, unpack};
use merlon_trust::Digest;

pub(crate) const DEFINITION: &str = "ruleset.yaml";
const PLUGIN: &str = "plugin.wasm";

/// What an artifact was before it became a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A ruleset with its own `ruleset.yaml`.
    Ruleset,
    /// A bare component.
    Wasm,
    /// One layer that is an OPA bundle.
    OpaBundle,
    /// Policies as `conftest push` writes them.
    Conftest,
}

/// What kind an artifact is; its type and the titles of its files decide.
pub(crate) fn kind_of(manifest: &Manifest) -> Result<Kind, RegistryError> {
    let titles = || {
        manifest
            .layers
            .iter()
            .filter_map(|layer| layer.annotation(TITLE))
    };
    let typed = |layer: &Descriptor, media_type| layer.media_type == media_type;
    let artifact_type = manifest.artifact_type.as_deref().unwrap_or_default();
    if manifest.layers.is_empty() {
        return Err(malformed("it has no layers".to_owned()));
    }
    if artifact_type == RULESET || titles().any(|title| title == DEFINITION) {
        return Ok(Kind::Ruleset);
    }
    match manifest.layers.as_slice() {
        [only] if typed(only, WASM) => return Ok(Kind::Wasm),
        _ if manifest.config.media_type == WASM_CONFIG => {
            return Err(malformed(
                "a bare component has one layer of application/wasm".to_owned(),
            ));
        }
        _ => {}
    }
    if manifest
        .layers
        .iter()
        .any(|layer| typed(layer, CONFTEST_LAYER))
        || titles().any(is_policy)
    {
        return Ok(Kind::Conftest);
    }
    match manifest.layers.as_slice() {
        [only] if is_archive(only) => Ok(Kind::OpaBundle),
        _ => Err(malformed(format!(
            "it is no ruleset: its type is `{}`, and it holds neither ruleset.yaml, a component nor policies",
            shortened(artifact_type)
        ))),
    }
}

fn is_policy(title: &str) -> bool {
    title.to_ascii_lowercase().ends_with(".rego")
}

/// Only to tell a bundle from what is none: how the bytes are read, they say themselves.
fn is_archive(layer: &Descriptor) -> bool {
    let title = layer.annotation(TITLE).unwrap_or_default();
    layer.media_type.ends_with("tar+gzip") || title.ends_with(".tar.gz") || title.ends_with(".tgz")
}

/// The blobs to fetch, each once, after their sizes were seen.
pub(crate) fn blobs(manifest: &Manifest) -> Result<Vec<Descriptor>, RegistryError> {
    let mut wanted: BTreeMap<Digest, Descriptor> = BTreeMap::new();
    let mut total = 0_u64;
    for layer in &manifest.layers {
        let name = shortened(layer.annotation(TITLE).unwrap_or(&layer.digest));
        if layer.size > PLUGIN_CAP.bytes() {
            return Err(RegistryError::TooLarge {
                what: name,
                limit: PLUGIN_CAP,
            });
        }
        total = total.saturating_add(layer.size);
        if total > TOTAL_CAP.bytes() {
            return Err(RegistryError::TooLarge {
                what: String::from("everything together"),
                limit: TOTAL_CAP,
            });
        }
        let digest = layer.digest()?;
        if let Some(other) = wanted.get(&digest)
            && other.size != layer.size
        {
            return Err(malformed(format!("`{name}` has two sizes")));
        }
        wanted.insert(digest, layer.clone());
    }
    Ok(wanted.into_values().collect())
}

/// The files of an artifact whose blobs are at hand, as those of a ruleset.
pub(crate) fn files(
    manifest: &Manifest,
    kind: Kind,
    (reference, blobs): (&Reference, &BTreeMap<String, Vec<u8>>),
) -> Result<Files, RegistryError> {
    let mut files = Files::new();
    for layer in &manifest.layers {
        let Some(bytes) = blobs.get(&layer.digest) else {
            return Err(malformed("one of its blobs is missing".to_owned()));
        };
        match kind {
            Kind::Ruleset | Kind::Conftest => add(layer, bytes, &mut files)?,
            Kind::Wasm => files.insert(PLUGIN, bytes.clone())?,
            Kind::OpaBundle => unpack(bytes, Root::Slash, &mut files)?,
        }
    }
    let definition = match kind {
        _ if files.get(DEFINITION).is_some() => return Ok(files),
        Kind::Ruleset => {
            return Err(malformed(
                "there is no ruleset.yaml among its files".to_owned(),
            ));
        }
        Kind::Wasm => definition_of_plugin(reference, PLUGIN),
        Kind::OpaBundle | Kind::Conftest if files.iter().any(|(path, _)| is_policy(path)) => {
            definition_of_policies(reference)
        }
        Kind::OpaBundle | Kind::Conftest => {
            return Err(malformed("there is no .rego file in it".to_owned()));
        }
    };
    files.insert(DEFINITION, definition.into_bytes())?;
    Ok(files)
}

fn add(layer: &Descriptor, bytes: &[u8], files: &mut Files) -> Result<(), RegistryError> {
    let Some(title) = layer.annotation(TITLE) else {
        return Err(malformed(format!(
            "the layer {} has no title, and so no path",
            shortened(&layer.digest)
        )));
    };
    if layer.annotation(UNPACK) == Some("true") {
        return unpack(bytes, Root::Below(title.trim_end_matches('/')), files);
    }
    Ok(files.insert(title, bytes.to_vec())?)
}

fn malformed(why: String) -> RegistryError {
    RegistryError::Malformed {
        what: String::from("the artifact"),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::PLAIN_LAYER;

    fn layer(media_type: &str, title: &str, bytes: &[u8]) -> Descriptor {
        let mut layer = Descriptor::of(media_type, bytes);
        if !title.is_empty() {
            layer.annotations.insert(TITLE.to_owned(), title.to_owned());
        }
        layer
    }

    fn manifest(artifact_type: &str, layers: &[Descriptor]) -> Manifest {
        Manifest {
            schema_version: 2,
            media_type: None,
            artifact_type: Some(artifact_type.to_owned()),
            config: Descriptor::empty(),
            layers: layers.to_vec(),
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    fn read(manifest: &Manifest, contents: &[&[u8]]) -> Result<Files, RegistryError> {
        let reference: Reference = "oci://r.example/acme/my_rules:v1.2.0".parse().unwrap();
        let blobs = contents
            .iter()
            .map(|bytes| (Digest::of(bytes).to_string(), bytes.to_vec()));
        files(manifest, kind_of(manifest)?, (&reference, &blobs.collect()))
    }

    fn titled(title: &str) -> Result<Files, RegistryError> {
        let layers = [layer("", DEFINITION, b"a"), layer("", title, b"b")];
        read(&manifest(RULESET, &layers), &[b"a", b"b"])
    }

    #[test]
    fn the_type_of_a_layer_does_not_decide_how_it_is_read() {
        let gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
        let layers = [
            layer(PLAIN_LAYER, DEFINITION, b"a"),
            layer(gzip, "x.rego", b"b"),
        ];
        let files = read(&manifest(RULESET, &layers), &[b"a", b"b"]).unwrap();
        assert_eq!(files.get("x.rego"), Some(&b"b"[..]));
    }

    #[test]
    fn a_title_that_is_no_path_is_refused() {
        for title in [
            "../../x",
            "/x",
            "a\\x",
            "a\0",
            "ruleset.yaml",
            "RULESET.yaml",
            "a/../../x",
            "",
        ] {
            let error = titled(title).unwrap_err().to_string();
            let is_clear = error.contains("file of a ruleset") || error.contains("no title");
            assert!(is_clear, "{title:?}: {error}");
        }
        assert_eq!(titled(".hidden").unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_ruleset_is_refused() {
        let image = manifest(
            "",
            &[layer("application/vnd.oci.image.layer.v1.tar", "", b"a")],
        );
        assert!(
            kind_of(&image)
                .unwrap_err()
                .to_string()
                .contains("no ruleset")
        );
        assert!(kind_of(&manifest(RULESET, &[])).is_err());
        let empty = manifest(RULESET, &[layer("", "x", b"a")]);
        assert!(
            read(&empty, &[b"a"])
                .unwrap_err()
                .to_string()
                .contains("no ruleset.yaml")
        );
    }

    #[test]
    fn sizes_are_seen_before_anything_is_fetched() {
        let mut big = layer("", "big", b"a");
        big.size = (64 << 20) + 1;
        let error = blobs(&manifest(RULESET, &[big.clone()])).unwrap_err();
        assert_eq!(error.to_string(), "big is larger than 64MiB");
        big.size = 64 << 20;
        let many = vec![big.clone(); 5];
        assert!(blobs(&manifest(RULESET, &many)).is_err());
        big.size = u64::MAX;
        assert!(blobs(&manifest(RULESET, &[big])).is_err());
        let twice = [layer("", "a", b"x"), layer("", "b", b"x")];
        assert_eq!(blobs(&manifest(RULESET, &twice)).unwrap().len(), 1);
    }

    #[test]
    fn a_bare_component_becomes_a_ruleset() {
        let bare = manifest("", &[layer(WASM, "", b"\0asm")]);
        let files = read(&bare, &[b"\0asm"]).unwrap();
        let ruleset = merlon_artifact::Ruleset::from_files(files, "here").unwrap();
        assert_eq!(ruleset.definition.id, "my-rules");
        assert_eq!(ruleset.definition.version, "1.2.0");
        assert_eq!(ruleset.plugin(), Some(&b"\0asm"[..]));
    }

    #[test]
    fn policies_become_a_ruleset() {
        let layers = [
            layer(CONFTEST_LAYER, "policy/p.rego", b"package main"),
            layer(CONFTEST_LAYER, "policy/data.yaml", b"a: 1"),
        ];
        let files = read(&manifest("", &layers), &[b"package main", b"a: 1"]).unwrap();
        let ruleset = merlon_artifact::Ruleset::from_files(files, "here").unwrap();
        assert_eq!(ruleset.definition.policies, ["policy/p.rego"]);
    }
}
