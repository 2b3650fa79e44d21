//! Images written by hand: an OCI layout, an archive of it, and both shapes of `docker save`.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::tarball::Tarball;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

pub(crate) fn hex(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn pack(content: &[u8], packing: Packing) -> Vec<u8> {
    match packing {
        Packing::Plain => content.to_vec(),
        Packing::Gzip => {
            let level = flate2::Compression::new(6);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        Packing::Zstd => zstd::encode_all(content, 3).unwrap(),
    }
}

struct Layer {
    stored: Vec<u8>,
    diff_id: String,
}

/// An image under construction; the first layer is the lowest.
#[derive(Default)]
pub(crate) struct ImageBuilder {
    layers: Vec<Layer>,
    history: Vec<Value>,
    /// Where the lowest layer is said to be kept instead.
    elsewhere: Option<String>,
    env: Vec<String>,
    labels: Map<String, Value>,
    annotations: Map<String, Value>,
}

/// A saved blob: its name and content.
pub(crate) type Blob = (String, Vec<u8>);

impl ImageBuilder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn layer(self, tar: Tarball) -> Self {
        self.packed(tar, Packing::Gzip)
    }

    pub(crate) fn packed(self, tar: Tarball, packing: Packing) -> Self {
        let tar = tar.end();
        self.stored(&tar, pack(&tar, packing))
    }

    /// A layer whose stored form is given apart from its tar.
    pub(crate) fn stored(mut self, tar: &[u8], stored: Vec<u8>) -> Self {
        self.history
            .push(json!({"created_by": format!("step {}", self.layers.len())}));
        self.history
            .push(json!({"created_by": "ENV A=b", "empty_layer": true}));
        let diff_id = format!("sha256:{}", hex(tar));
        self.layers.push(Layer { stored, diff_id });
        self
    }

    /// The lowest layer is one that must not be handed on.
    pub(crate) fn foreign(mut self, address: &str) -> Self {
        self.elsewhere = Some(address.to_owned());
        self
    }

    /// A variable of the configuration.
    pub(crate) fn env(mut self, variable: &str) -> Self {
        self.env.push(variable.to_owned());
        self
    }

    pub(crate) fn label(mut self, name: &str, value: &str) -> Self {
        self.labels.insert(name.to_owned(), value.into());
        self
    }

    /// A build step that leaves no layer.
    pub(crate) fn step(mut self, created_by: &str) -> Self {
        let step = json!({"created_by": created_by, "empty_layer": true});
        self.history.push(step);
        self
    }

    /// A note on the manifest.
    pub(crate) fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations.insert(name.to_owned(), value.into());
        self
    }

    fn config(&self, architecture: &str) -> Vec<u8> {
        let diff_ids: Vec<_> = self
            .layers
            .iter()
            .map(|layer| layer.diff_id.as_str())
            .collect();
        let config = json!({
            "architecture": architecture, "os": "linux", "config": {"User": "root", "Env": self.env, "Labels": self.labels},
            "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": self.history,
        });
        config.to_string().into_bytes()
    }

    /// The blobs of one variant, its manifest last.
    fn blobs(&self, architecture: &str) -> Vec<Blob> {
        let descriptor = |media: &str, content: &[u8]| json!({"mediaType": media, "digest": format!("sha256:{}", hex(content)), "size": content.len()});
        let config = self.config(architecture);
        let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
        let mut layers: Vec<_> = self
            .layers
            .iter()
            .map(|l| descriptor(layer, &l.stored))
            .collect();
        if let Some(address) = &self.elsewhere {
            let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
            layers[0]["mediaType"] = foreign.into();
            layers[0]["urls"] = json!([address]);
        }
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": layers, "annotations": self.annotations,
        });
        let mut blobs: Vec<Vec<u8>> = self.layers.iter().map(|l| l.stored.clone()).collect();
        blobs.push(config);
        blobs.push(manifest.to_string().into_bytes());
        blobs
            .into_iter()
            .map(|blob| (format!("blobs/sha256/{}", hex(&blob)), blob))
            .collect()
    }

    /// All parts of a layout with one image under `tag`.
    pub(crate) fn layout(&self, tag: &str) -> Vec<Blob> {
        layout_of(vec![(tag, self.blobs("amd64"))])
    }

    /// A layout in which an index inside the index names one image per architecture.
    pub(crate) fn for_platforms(&self, architectures: &[&str]) -> Vec<Blob> {
        let mut parts = Vec::new();
        let mut manifests = vec![json!({
            "digest": format!("sha256:{}", "0".repeat(64)), "size": 2,
            "platform": {"os": "unknown", "architecture": "unknown"},
        })];
        for architecture in architectures {
            let blobs = self.blobs(architecture);
            let manifest = &blobs.last().unwrap().1;
            manifests.push(json!({
                "digest": format!("sha256:{}", hex(manifest)), "size": manifest.len(),
                "platform": {"os": "linux", "architecture": architecture},
            }));
            parts.extend(blobs);
        }
        let index = json!({"schemaVersion": 2, "manifests": manifests})
            .to_string()
            .into_bytes();
        parts.push((format!("blobs/sha256/{}", hex(&index)), index));
        layout_of(vec![("multi", parts)])
    }

    /// `docker save` of today: a layout with a `manifest.json`.
    pub(crate) fn docker_new(&self, tag: &str) -> Vec<Blob> {
        let mut parts = self.layout(tag);
        let layers = self.layers.iter();
        let layers: Vec<_> = layers
            .map(|layer| format!("blobs/sha256/{}", hex(&layer.stored)))
            .collect();
        let config = format!("blobs/sha256/{}", hex(&self.config("amd64")));
        let saved = json!([{"Config": config, "RepoTags": [tag], "Layers": layers}]);
        parts.push(("manifest.json".to_owned(), saved.to_string().into_bytes()));
        parts
    }

    /// `docker save` before version 25: one directory per layer, nothing compressed.
    pub(crate) fn docker_old(&self, tag: &str) -> Vec<Blob> {
        let config = self.config("amd64");
        let mut parts = Vec::new();
        let mut names = Vec::new();
        for layer in &self.layers {
            let name = format!("{}/layer.tar", hex(layer.diff_id.as_bytes()));
            parts.push((name.clone(), layer.stored.clone()));
            names.push(name);
        }
        let name = format!("{}.json", hex(&config));
        let saved = json!([{"Config": name, "RepoTags": [tag], "Layers": names}]);
        parts.push((name, config));
        parts.push(("manifest.json".to_owned(), saved.to_string().into_bytes()));
        parts
    }
}

/// A layout with several images; the last blob of each is its manifest.
pub(crate) fn layout_of(images: Vec<(&str, Vec<Blob>)>) -> Vec<Blob> {
    let mut parts = vec![(
        "oci-layout".to_owned(),
        br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
    )];
    let mut manifests = Vec::new();
    for (tag, blobs) in images {
        let manifest = &blobs.last().unwrap().1;
        manifests.push(json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": format!("sha256:{}", hex(manifest)), "size": manifest.len(),
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }));
        parts.extend(blobs);
    }
    let index = json!({"schemaVersion": 2, "manifests": manifests});
    parts.push(("index.json".to_owned(), index.to_string().into_bytes()));
    parts
}

pub(crate) fn write_dir(parts: &[Blob], dir: &Path) {
    for (name, content) in parts {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

pub(crate) fn archive(parts: &[Blob]) -> Vec<u8> {
    let tar = parts.iter().fold(Tarball::new(), |tar, (name, content)| {
        tar.file(name, content)
    });
    tar.end()
}
