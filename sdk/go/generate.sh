#!/bin/sh
# Makes lib/internal/bindings and lib/wit from wit/ again: needed when the interface changes, never by the
# author of a plugin. The generator is a library, so this builds a small program around it; gofmt must be in
# PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${CARGO_TARGET_DIR:-$here/../../target}/go-bindings
mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "go-bindings"
version = "0.1.0"
edition = "2024"

[dependencies]
wit-bindgen-go = { version = "=0.63.0", default-features = false }
wit-bindgen-core = "=0.63.0"

[workspace]
TOML
cat >"$work/src/main.rs" <<'RUST'
use std::fs;
use std::path::PathBuf;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

const BINDINGS: &str = "merlon.dev/merlon/internal/bindings";

/// The generator's own support module is fetched from a proxy; the SDK brings what it needs of it, and a
/// pinner that costs a fifth less of a call than Go's.
fn own(text: &str) -> String {
    let runtime = "witRuntime \"merlon.dev/merlon/internal/wit/runtime\"";
    let text = text
        .replace("go.bytecodealliance.org/pkg/wit/", "merlon.dev/merlon/internal/wit/")
        .replace("runtime.Pinner", "witRuntime.Pinner");
    let import = if text.contains(runtime) { "" } else { runtime };
    let mut own = String::new();
    for line in text.lines() {
        own.push_str(if line.trim() == "\"runtime\"" { import } else { line });
        own.push('\n');
    }
    own
}

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (wit, out) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let options = wit_bindgen_go::Opts {
        pkg_name: Some(BINDINGS.to_owned()),
        ..wit_bindgen_go::Opts::default()
    };
    let mut files = Files::default();
    options
        .build()
        .generate(&mut resolve, world, &mut files)
        .unwrap();
    for (name, bytes) in files.iter() {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, own(std::str::from_utf8(bytes).unwrap())).unwrap();
    }
}
RUST
bindings=$here/lib/internal/bindings
rm -rf "$bindings/imports" "$bindings/exports/wit_exports" "$here/lib/wit"
cargo run --quiet --manifest-path "$work/Cargo.toml" --target-dir "$work/target" -- "$here/../../wit" "$bindings"
gofmt -w "$bindings"
mkdir "$here/lib/wit"
cp "$here/../../wit/merlon.wit" "$here/lib/wit/"
