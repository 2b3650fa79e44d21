//! Any bytes as two layers of an image, the lower and the upper half, plain or compressed: read within
//! the limits, and what could not be inspected is said.
#![no_main]

#[path = "../support/scanner.rs"]
mod scanner;
#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tar.rs"]
mod tar;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_scanner::Target;
use tempfile::TempDir;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(scratch::directory);

const MANIFEST: &[u8] = br#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["1.tar","2.tar"]}]"#;
const CONFIG: &[u8] = br#"{"rootfs":{"type":"layers","diff_ids":["sha256:0","sha256:1"]},"history":[{"created_by":"a"},{"created_by":"b"}]}"#;

fuzz_target!(|data: &[u8]| {
    let middle = (data.len() / 2).next_multiple_of(512).min(data.len());
    let (lower, upper) = data.split_at(middle);
    let (lower, upper) = (tar::mended(lower), tar::mended(upper));
    let image = tar::archive(&[
        ("manifest.json", MANIFEST),
        ("c.json", CONFIG),
        ("1.tar", &lower),
        ("2.tar", &upper),
    ]);
    let file = DIRECTORY.path().join("image.tar");
    std::fs::write(&file, image).unwrap();
    let stats = scanner::within(scanner::limits())
        .scan(&Target::DockerArchive { file, tag: None })
        .unwrap();
    assert_eq!(stats.layers, 2);
    assert!(stats.files <= 4_000);
    assert!(stats.bytes <= 16 << 20, "{} bytes", stats.bytes);
});
