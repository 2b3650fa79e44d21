//! Any bytes as the manifest, or the index, of an artifact in a layout: pulled within its caps, or
//! refused; every file that came out stays below its directory.
//!
//! The first byte says what the rest is: `i` the `index.json`, anything else a manifest.
#![no_main]

#[path = "../support/scratch.rs"]
mod scratch;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_registry::{Access, Demand, Network, Reference, Registry};
use merlon_trust::Digest;
use tempfile::TempDir;

/// What a manifest can name: their digests are in the seeds.
const BLOBS: [&[u8]; 4] = [
    b"{}",
    b"apiVersion: merlon.dev/v1\nkind: Ruleset\nid: a\nversion: 1.0.0\ntitle: A\n",
    b"package a\n",
    b"\0asm\x0d\0\x01\0",
];

static LAYOUT: LazyLock<TempDir> = LazyLock::new(|| {
    let root = scratch::directory();
    std::fs::create_dir_all(root.path().join("blobs/sha256")).unwrap();
    for blob in BLOBS {
        keep(root.path(), blob);
    }
    root
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, bytes)) = data.split_first() else {
        return;
    };
    let root = LAYOUT.path();
    let registry = Registry::open(
        &root.join("cache"),
        Access {
            network: Network::Offline,
            ..Access::default()
        },
    );
    let kept = keep(root, bytes);
    let reference = match kind {
        b'i' => {
            std::fs::write(root.join("index.json"), bytes).unwrap();
            format!("oci:{}", root.display())
        }
        _ => format!("oci:{}@{}", root.display(), Digest::of(bytes)),
    };
    let reference: Reference = reference.parse().unwrap();
    _ = registry.tags(&reference);
    _ = registry.signatures(&reference, &Digest::of(b"{}"));
    if let Ok(pulled) = registry.pull(&reference, &Demand::Anything) {
        for (path, _) in pulled.files.iter() {
            assert!(
                !path.starts_with('/') && !path.split('/').any(|part| part == ".."),
                "{path}"
            );
        }
        assert!(pulled.files.get("ruleset.yaml").is_some());
    }
    if !BLOBS.contains(&bytes) {
        std::fs::remove_file(kept).unwrap();
    }
});

fn keep(root: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = root.join("blobs/sha256").join(Digest::of(bytes).as_hex());
    std::fs::write(&path, bytes).unwrap();
    path
}
