//! Any bytes as a saved image in one file: recognised, indexed and read within the limits, or refused.
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

fuzz_target!(|data: &[u8]| {
    let file = DIRECTORY.path().join("image.tar");
    std::fs::write(&file, tar::mended(data)).unwrap();
    let scanner = scanner::within(scanner::limits());
    let recognised = Target::recognise(&file).unwrap();
    let tag = None;
    let oci = Target::OciArchive {
        file: file.clone(),
        tag: tag.clone(),
    };
    let docker = Target::DockerArchive { file, tag };
    for target in [recognised, oci, docker] {
        if let Err(error) = scanner.scan(&target) {
            assert!(!error.to_string().is_empty());
        }
    }
});
