//! Any bytes as the one layer of an artifact that is an archive: unpacked within its caps into files
//! that stay below their directory, or refused.
//!
//! The first byte says how the layer is described: `b` as an OPA bundle, anything else as a directory
//! that `oras push` packed.
#![no_main]

#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tar.rs"]
mod tar;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_registry::{Access, Demand, Network, Reference, Registry};
use merlon_trust::Digest;
use serde_json::json;
use tempfile::TempDir;

static LAYOUT: LazyLock<TempDir> = LazyLock::new(|| {
    let root = scratch::directory();
    std::fs::create_dir_all(root.path().join("blobs/sha256")).unwrap();
    root
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    let layer = tar::mended(bytes);
    let root = LAYOUT.path();
    let blobs = root.join("blobs/sha256");
    let (media_type, annotations) = match kind {
        b'b' => ("application/vnd.oci.image.layer.v1.tar+gzip", json!({})),
        _ => (
            "application/vnd.oci.image.layer.v1.tar",
            json!({ "io.deis.oras.content.unpack": "true", "org.opencontainers.image.title": "." }),
        ),
    };
    let artifact_type = match kind {
        b'b' => "application/vnd.opa.bundle",
        _ => "application/vnd.merlon.ruleset.v1",
    };
    let manifest = json!({
        "schemaVersion": 2,
        "artifactType": artifact_type,
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}").to_string(), "size": 2 },
        "layers": [{
            "mediaType": media_type,
            "digest": Digest::of(&layer).to_string(),
            "size": layer.len(),
            "annotations": annotations,
        }],
    })
    .to_string();
    let paths = [layer.as_slice(), manifest.as_bytes()].map(|bytes| {
        let path = blobs.join(Digest::of(bytes).as_hex());
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let reference = format!("oci:{}@{}", root.display(), Digest::of(manifest.as_bytes()));
    let reference: Reference = reference.parse().unwrap();
    let access = Access {
        network: Network::Offline,
        ..Access::default()
    };
    let pulled = Registry::open(&root.join("cache"), access).pull(&reference, &Demand::Anything);
    if let Ok(pulled) = pulled {
        for (path, _) in pulled.files.iter() {
            assert!(
                !path.starts_with('/') && !path.split('/').any(|part| part == ".."),
                "{path}"
            );
        }
    }
    for path in paths {
        std::fs::remove_file(path).unwrap();
    }
});
