//! The JSON documents of an image, as far as they are read. Unknown fields belong to others.

use std::collections::HashMap;

use serde::Deserialize;

/// `index.json`, or an index in a blob.
#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    pub(crate) manifests: Vec<Descriptor>,
}

/// Names a blob.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: Option<u64>,
    #[serde(default)]
    pub(crate) platform: Option<Platform>,
    #[serde(default)]
    pub(crate) annotations: Option<HashMap<String, String>>,
}

impl Descriptor {
    /// The name that the image was saved under.
    pub(crate) fn tag(&self) -> Option<&str> {
        let annotations = self.annotations.as_ref()?;
        annotations
            .get("org.opencontainers.image.ref.name")
            .map(String::as_str)
    }

    /// Layers that must not be handed on may be left out of a registry or a saved image.
    pub(crate) fn place(&self) -> Place {
        let kept_out = ["foreign", "nondistributable"];
        match kept_out.iter().any(|word| self.media_type.contains(word)) {
            true => Place::Foreign,
            false => Place::Here,
        }
    }

    /// An attestation is stored beside the images, for a platform that does not exist.
    pub(crate) fn is_image(&self) -> bool {
        self.platform
            .as_ref()
            .is_none_or(|platform| platform.os != "unknown")
    }
}

/// Where a layer can be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// With the rest of the image.
    Here,
    /// Perhaps only where its vendor keeps it; addresses that an image names are never contacted.
    Foreign,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Platform {
    #[serde(default)]
    pub(crate) os: String,
    #[serde(default)]
    pub(crate) architecture: String,
    #[serde(default)]
    pub(crate) variant: Option<String>,
}

impl Platform {
    /// Whether it is the one asked for: `os/arch` or `os/arch/variant`.
    pub(crate) fn is(&self, wanted: &str) -> bool {
        let mut parts = wanted.split('/');
        parts.next() == Some(&self.os)
            && parts.next() == Some(&self.architecture)
            && parts
                .next()
                .is_none_or(|variant| self.variant.as_deref() == Some(variant))
    }

    /// Whether it may be the one asked for: nothing that is said is against it.
    pub(crate) fn may_be(&self, wanted: &str) -> bool {
        let said = [
            Some(&self.os),
            Some(&self.architecture),
            self.variant.as_ref(),
        ];
        let mut both = said.into_iter().zip(wanted.split('/'));
        both.all(|(said, wanted)| said.is_none_or(|said| said.is_empty() || said == wanted))
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant
            .iter()
            .try_for_each(|variant| write!(f, "/{variant}"))
    }
}

/// An image manifest.
#[derive(Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default)]
    pub(crate) annotations: Option<HashMap<String, String>>,
}

/// The configuration of an image.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Config {
    #[serde(default)]
    pub(crate) rootfs: Rootfs,
    #[serde(default)]
    pub(crate) history: Option<Vec<Step>>,
    #[serde(default)]
    config: Option<Settings>,
}

/// What a container is started with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    labels: Option<HashMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Rootfs {
    #[serde(default)]
    pub(crate) diff_ids: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) created_by: Option<String>,
    #[serde(default)]
    pub(crate) empty_layer: bool,
}

impl Config {
    pub(crate) fn diff_ids(&self) -> &[String] {
        self.rootfs.diff_ids.as_deref().unwrap_or_default()
    }

    pub(crate) fn labels(&self) -> Option<&HashMap<String, String>> {
        self.config.as_ref()?.labels.as_ref()
    }

    /// The build steps of `count` layers; none when the history tells of another number.
    pub(crate) fn steps(&self, count: usize) -> Vec<Option<String>> {
        let history = self.history.as_deref().unwrap_or_default();
        let steps = history.iter().filter(|step| !step.empty_layer);
        let steps: Vec<_> = steps.map(|step| step.created_by.clone()).collect();
        if steps.len() == count {
            return steps;
        }
        vec![None; count]
    }
}

/// One image of `manifest.json`, as `docker save` writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Saved {
    pub(crate) config: String,
    #[serde(default)]
    pub(crate) repo_tags: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) layers: Option<Vec<String>>,
}
