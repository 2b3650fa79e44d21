//! Any bytes as two layers of an image, the lower and the upper half, plain or compressed: read within
//! the limits, and what could not be inspected is said.
#![no_main]

#[path = "../support/judge.rs"]
mod judge;
#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tar.rs"]
mod tar;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_matching::{Budget, CaseRule, Pattern, PatternSet, Source};
use merlon_registry::{Access, Repositories};
use merlon_scanner::{Demand, Limits, Scanner, Silent, Target};
use tempfile::TempDir;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(scratch::directory);
static REGISTRIES: LazyLock<Repositories> = LazyLock::new(|| Repositories::new(Access::default()));
static PATTERNS: LazyLock<PatternSet> = LazyLock::new(|| {
    let pattern = Pattern {
        ruleset: 0,
        id: 1,
        source: Source::Literal(b"key".to_vec()),
        case: CaseRule::Insensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    };
    PatternSet::compile(vec![pattern], &Budget::default()).0
});

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
    let scanner = Scanner {
        patterns: &PATTERNS,
        judge: &judge::Watching,
        limits: Limits {
            retained: 1 << 10,
            unpacked: 8 << 20,
            entries: 2_000,
            paths: 1_000,
            ..Limits::default()
        },
        demand: Demand::All,
        platform: Some("linux/amd64".to_owned()),
        jobs: 1,
        registries: &REGISTRIES,
        memory: None,
        progress: &Silent,
    };
    let stats = scanner
        .scan(&Target::DockerArchive { file, tag: None })
        .unwrap();
    assert_eq!(stats.layers, 2);
    assert!(stats.files <= 4_000);
    assert!(stats.bytes <= 16 << 20, "{} bytes", stats.bytes);
});
