//! Five languages, one suite: each conformance guest, built from source, passes every case.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::path::Path;

use merlon_conformance::component;
use merlon_conformance::suite::{Guest, cases};

fn pass(language: &str) {
    put_to_the_suite(language, component(&format!("guest-{language}")).unwrap());
}

fn put_to_the_suite(name: &str, component: Vec<u8>) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    let guest = Guest::new(component, &cache).unwrap();
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|case| Some(format!("{}: {}", case.name, (case.run)(&guest).err()?)))
        .collect();
    assert!(failed.is_empty(), "{name}:\n{}", failed.join("\n"));
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

#[test]
fn a_guest_that_was_built_against_the_first_interface_passes_every_case() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("compat/guest-0.1.0.wasm");
    put_to_the_suite("guest-0.1.0", std::fs::read(kept).unwrap());
}
