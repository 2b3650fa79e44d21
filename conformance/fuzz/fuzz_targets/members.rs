//! Any bytes as a file that may be an archive, and as a member of one: read within the limits, and its
//! members stay in it.
#![no_main]

#[path = "../support/scanner.rs"]
mod scanner;
#[path = "../support/scratch.rs"]
mod scratch;
#[path = "../support/tar.rs"]
mod tar;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_scanner::{Limits, Stats, Target};
use tempfile::TempDir;

/// Small enough for a fuzzer to reach.
const UNPACKED: u64 = 4 << 20;
const MEMBERS: u64 = 200;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(scratch::directory);

fuzz_target!(|data: &[u8]| {
    let file = tar::mended(data);
    let alone = scan(&file);
    let within = scan(&tar::archive(&[("a", &file), ("b", b"key")]));
    assert!(within.members >= 1 && within.members <= alone.members + 2);
});

fn scan(content: &[u8]) -> Stats {
    let path = DIRECTORY.path().join("file");
    std::fs::write(&path, content).unwrap();
    let scanner = scanner::within(Limits {
        unpacked: UNPACKED,
        members: MEMBERS,
        ..scanner::limits()
    });
    let stats = scanner.scan(&Target::Path(path)).unwrap();
    assert_eq!(stats.files, 1);
    assert!(stats.members <= MEMBERS);
    // What is stored as it is lies in the file itself, three archives deep at most.
    assert!(stats.member_bytes <= UNPACKED + 3 * content.len() as u64 + (256 << 10));
    stats
}
