//! From a ruleset to the layers of an artifact: the same bytes that stock tools make of the same files.

use std::collections::BTreeMap;

use merlon_artifact::{ArtifactError, Ruleset, is_hidden};

use crate::contents::DEFINITION;
use crate::error::RegistryError;
use crate::manifest::{
    CREATED, Descriptor, MANIFEST, Manifest, PLAIN_LAYER, RULESET, TITLE, WASM, encode,
};

/// What is written beside the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushOptions {
    /// `org.opencontainers.image.created`; without it the same files always have the same digest.
    pub created: Option<String>,
    /// Further annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
}

/// A ruleset as blobs and a manifest.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) blobs: Vec<Vec<u8>>,
    pub(crate) manifest: Vec<u8>,
}

impl Package {
    /// One layer per file: the definition, the plugin, the others, the cases.
    pub(crate) fn new(ruleset: &Ruleset, options: &PushOptions) -> Result<Self, RegistryError> {
        let plugin = ruleset.definition.plugin.as_deref();
        let mut paths: Vec<&str> = ruleset.paths().collect();
        paths.sort_by_key(|path| match *path {
            DEFINITION => 0,
            path if Some(path) == plugin => 1,
            _ => 2,
        });
        let mut blobs = Vec::with_capacity(paths.len());
        let mut layers = Vec::with_capacity(paths.len());
        for path in paths {
            if is_hidden(path) {
                return Err(RegistryError::Artifact(ArtifactError::Path {
                    path: path.to_owned(),
                    why: "is hidden, and hidden files are not published; rename it",
                }));
            }
            let bytes = ruleset.read(path)?;
            let media_type = if Some(path) == plugin {
                WASM
            } else {
                PLAIN_LAYER
            };
            let mut layer = Descriptor::of(media_type, &bytes);
            layer.annotations.insert(TITLE.to_owned(), path.to_owned());
            layers.push(layer);
            blobs.push(bytes);
        }
        let mut annotations = options.annotations.clone();
        if let Some(created) = &options.created {
            annotations.insert(CREATED.to_owned(), created.clone());
        }
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            artifact_type: Some(RULESET.to_owned()),
            config: Descriptor::empty(),
            layers,
            subject: None,
            annotations,
        };
        Ok(Self {
            blobs,
            manifest: encode(&manifest, "the manifest")?,
        })
    }
}
