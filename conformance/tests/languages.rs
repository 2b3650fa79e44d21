//! Five languages, one suite: each conformance guest, built from source, passes every case.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::path::Path;

use merlon_conformance::component;
use merlon_conformance::suite::{Guest, cases};

fn pass(language: &str) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    let guest = Guest::new(component(&format!("guest-{language}")).unwrap(), &cache).unwrap();
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, (case.run)(&guest).err()?)))
        .collect();
    assert!(failed.is_empty(), "{language}:\n{}", failed.join("\n"));
}

#[test]
fn a_guest_in_rust_passes_every_case() {
    pass("rust");
}

#[test]
fn a_guest_in_c_passes_every_case() {
    pass("c");
}

#[test]
fn a_guest_in_go_passes_every_case() {
    pass("go");
}

#[test]
fn a_guest_in_python_passes_every_case() {
    pass("python");
}

#[test]
fn a_guest_in_typescript_passes_every_case() {
    pass("js");
}
