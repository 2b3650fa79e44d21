//! Needs the packages that build the probes; says so and counts when they are absent.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by a panic and says why it is skipped"
)]

use std::path::{Path, PathBuf};

use merlon_ebpf_build::{BuildError, build};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

#[test]
fn the_same_sources_give_the_same_object() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a/probes.o"), folder.path().join("b.o"));
    match build(&root(), &first) {
        Err(BuildError::Tool { tool, .. }) => {
            println!("skipped: 1 test, {tool} is not installed");
            return;
        }
        other => other.unwrap(),
    }
    build(&root(), &second).unwrap();
    let object = std::fs::read(first).unwrap();
    assert_eq!(object, std::fs::read(second).unwrap());
    let machine = root().display().to_string();
    let text = String::from_utf8_lossy(&object);
    assert!(
        !text.contains(&machine),
        "the object names a path of this machine"
    );
}
