//! An OCI image of three layers: a base, an application that leaks keys, and a clean-up that only
//! hides them.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::secret::Letters;
use super::tar::Tar;
use super::write;
use crate::error::TaskError;
use crate::inputs::hex;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// An OCI layout directory.
pub(crate) fn write_into(dir: &Path) -> Result<(), TaskError> {
    let mut descriptors = Vec::new();
    let mut diff_ids = Vec::new();
    let mut history = Vec::new();
    for (command, layer) in layers() {
        let descriptor = blob(dir, LAYER, &layer)?;
        diff_ids.push(descriptor.get("digest").cloned().unwrap_or_default());
        descriptors.push(descriptor);
        history.push(json!({ "created": "2026-01-01T00:00:00Z", "created_by": command }));
    }
    let architecture = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    let config = json!({
        "architecture": architecture, "os": "linux", "config": { "User": "0", "Cmd": ["/app/serve"] },
        "rootfs": { "type": "layers", "diff_ids": diff_ids }, "history": history,
    });
    let config = blob(dir, CONFIG, config.to_string().as_bytes())?;
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": descriptors });
    let mut manifest = blob(dir, MANIFEST, manifest.to_string().as_bytes())?;
    if let Some(fields) = manifest.as_object_mut() {
        fields.insert(
            "annotations".into(),
            json!({ "org.opencontainers.image.ref.name": "latest" }),
        );
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest] });
    write(&dir.join("index.json"), index.to_string())?;
    write(&dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)
}

fn layers() -> [(&'static str, Vec<u8>); 3] {
    let mut letters = Letters::new();
    let settings = format!("PORT=8080\nGITHUB_TOKEN={}\n", letters.code_token());
    [
        (
            "/bin/sh -c #(nop) ADD file:base in /",
            Tar::default()
                .file("etc/os-release", 0o644, "ID=demo\nPRETTY_NAME=\"Demo\"\n")
                .finish(),
        ),
        (
            "COPY . /app # buildkit",
            Tar::default()
                .file("app/serve", 0o755, "#!/bin/sh\nexec sleep infinity\n")
                .file("app/.env", 0o644, &settings)
                .file("root/.aws/credentials", 0o600, &letters.cloud_credentials())
                .file("root/.ssh/id_ed25519", 0o600, &letters.private_key())
                .finish(),
        ),
        (
            "RUN /bin/sh -c rm /root/.ssh/id_ed25519 /root/.aws/credentials # buildkit",
            Tar::default()
                .file("root/.ssh/.wh.id_ed25519", 0o600, "")
                .file("root/.aws/.wh.credentials", 0o600, "")
                .finish(),
        ),
    ]
}

/// Stores the bytes under their digest, gives the descriptor.
fn blob(dir: &Path, media_type: &str, bytes: &[u8]) -> Result<Value, TaskError> {
    let hex = hex(&Sha256::digest(bytes));
    write(&dir.join("blobs/sha256").join(&hex), bytes)?;
    Ok(json!({ "mediaType": media_type, "digest": format!("sha256:{hex}"), "size": bytes.len() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_descriptor_leads_to_a_blob_of_its_size() {
        let dir = tempfile::tempdir().unwrap();
        write_into(dir.path()).unwrap();
        let read = |path: &str| -> Value {
            serde_json::from_slice(&std::fs::read(dir.path().join(path)).unwrap()).unwrap()
        };
        let index = read("index.json");
        let digest = index["manifests"][0]["digest"]
            .as_str()
            .unwrap()
            .replace(':', "/");
        let manifest = read(&format!("blobs/{digest}"));
        assert_eq!(manifest["layers"].as_array().unwrap().len(), 3);
        for layer in manifest["layers"].as_array().unwrap() {
            let path = dir
                .path()
                .join("blobs")
                .join(layer["digest"].as_str().unwrap().replace(':', "/"));
            assert_eq!(
                path.metadata().unwrap().len(),
                layer["size"].as_u64().unwrap()
            );
        }
    }
}
