//! Any bytes as a saved image in one file: recognised, indexed and read within the limits, or refused.
#![no_main]

#[path = "../support/judge.rs"]
mod judge;
#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tar.rs"]
mod tar;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_matching::PatternSet;
use merlon_registry::{Access, Repositories};
use merlon_scanner::{Demand, Limits, Scanner, Silent, Target};
use tempfile::TempDir;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(scratch::directory);
static REGISTRIES: LazyLock<Repositories> = LazyLock::new(|| Repositories::new(Access::default()));
static PATTERNS: LazyLock<PatternSet> = LazyLock::new(PatternSet::empty);

fuzz_target!(|data: &[u8]| {
    let file = DIRECTORY.path().join("image.tar");
    std::fs::write(&file, tar::mended(data)).unwrap();
    let scanner = Scanner {
        patterns: &PATTERNS,
        judge: &judge::Watching,
        limits: Limits {
            retained: 1 << 10,
            unpacked: 8 << 20,
            entries: 2_000,
            paths: 1_000,
            document: 64 << 10,
            layers: 16,
            ..Limits::default()
        },
        demand: Demand::All,
        platform: Some("linux/amd64".to_owned()),
        jobs: 1,
        registries: &REGISTRIES,
        memory: None,
        progress: &Silent,
    };
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
