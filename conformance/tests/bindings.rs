//! The Rust bindings that the SDK ships are what the generator makes of `wit/`.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::{Path, PathBuf};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};

/// A project needs it where the language's tool makes bindings or a component of it.
const COPIES: [&str; 3] = [
    "sdk/go/lib/wit/merlon.wit",
    "sdk/python/lib/wit/merlon.wit",
    "sdk/js/lib/wit/merlon.wit",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn generated() -> String {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(root().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let options = wit_bindgen_rust::Opts {
        format: true,
        generate_all: true,
        pub_export_macro: true,
        default_bindings_module: Some("merlon_sdk::bindings".into()),
        runtime_path: Some("wit_bindgen::rt".into()),
        additional_derive_attributes: vec!["PartialEq".into()],
        ..wit_bindgen_rust::Opts::default()
    };
    let mut files = Files::default();
    options
        .build()
        .generate(&mut resolve, world, &mut files)
        .unwrap();
    let (_, text) = files.iter().next().unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

#[test]
fn the_interface_that_an_sdk_carries_along_is_the_one_of_this_repository() {
    let wanted = fs::read_to_string(root().join("wit/merlon.wit")).unwrap();
    for copy in COPIES {
        let found = fs::read_to_string(root().join(copy)).unwrap();
        assert!(
            found == wanted,
            "{copy} differs from wit/merlon.wit: copy it"
        );
    }
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "blessing is asked for through the environment"
)]
fn the_bindings_of_the_rust_sdk_are_what_the_interface_says() {
    let path = root().join("sdk/rust/src/generated.rs");
    let generated = generated();
    if std::env::var_os("MERLON_BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == generated,
        "run `cargo xtask bless`"
    );
}
