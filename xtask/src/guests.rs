//! The plugins: those that ship, and what the tests run in every language.

use std::path::Path;
use std::time::Instant;

use merlon_plugin_build::{BuildError, Guest, Language, Profile, Toolchain, encode};

use crate::error::TaskError;
use crate::inputs::{self, Inputs};
use crate::setup::{Scope, say};
use crate::workspace::Workspace;

/// One plugin: the name of its component, its directory, and what else its build reads.
struct Source {
    name: &'static str,
    dir: &'static str,
    shared: &'static [&'static str],
}

/// What Rust guests are made from, besides their own directory; the Rego engine is a guest of two host
/// crates, and the rules about secrets are read from YAML when they are built.
const RUST: &[&str] = &[
    "sdk/rust/src",
    "sdk/rust/Cargo.toml",
    "sdk/rarity",
    "wit",
    "host/model",
    "host/rego",
    "host/yaml",
    "Cargo.toml",
    "Cargo.lock",
];
const C: &[&str] = &["sdk/c/lib", "sdk/build/src", "wit"];
const GO: &[&str] = &["sdk/go/lib", "sdk/build/src", "wit"];
const PYTHON: &[&str] = &["sdk/python/lib", "sdk/build/src", "wit"];
const JAVASCRIPT: &[&str] = &["sdk/js/lib", "sdk/build/src", "wit"];

const SHIPPED: [Source; 4] = [
    source("secrets", "plugins/secrets", RUST),
    source("behaviour", "plugins/behaviour", RUST),
    source("rego", "plugins/rego", RUST),
    source("yara", "plugins/yara", RUST),
];
const FOR_TESTS: [Source; 13] = [
    source("witness", "conformance/plugins/witness", RUST),
    source("plain", "conformance/plugins/plain", RUST),
    source("hostile", "conformance/plugins/hostile", RUST),
    source("guest-rust", "conformance/guests/rust", RUST),
    source("guest-c", "conformance/guests/c", C),
    source("guest-go", "conformance/guests/go", GO),
    source("guest-python", "conformance/guests/python", PYTHON),
    source("guest-js", "conformance/guests/js", JAVASCRIPT),
    source("lookout-rust", "sdk/rust/example", RUST),
    source("lookout-c", "sdk/c/example", C),
    source("lookout-go", "sdk/go/example", GO),
    source("lookout-python", "sdk/python/example", PYTHON),
    source("lookout-js", "sdk/js/example", JAVASCRIPT),
];

const fn source(name: &'static str, dir: &'static str, shared: &'static [&'static str]) -> Source {
    Source { name, dir, shared }
}

/// Gives the names of those that do not build; the others are worth having all the same.
pub(crate) fn build(workspace: &Workspace, scope: Scope) -> Result<Vec<String>, TaskError> {
    let toolchain = Toolchain::find(&mut |change| say(change))?;
    say(&format!(
        "plugins in Rust are built by {}",
        toolchain.describe()
    ));
    let bundle = workspace.bundle();
    std::fs::create_dir_all(&bundle).map_err(TaskError::file("create", &bundle))?;
    let tests: &[Source] = match scope {
        Scope::Everything => &FOR_TESTS,
        Scope::Binary => &[],
    };
    let mut failed = Vec::new();
    for source in SHIPPED.iter().chain(tests) {
        if let Err(error) = one(workspace, &toolchain, source) {
            error.print();
            failed.push(format!("plugin {}", source.name));
        }
    }
    Ok(failed)
}

fn one(workspace: &Workspace, toolchain: &Toolchain, source: &Source) -> Result<(), TaskError> {
    let started = Instant::now();
    let name = source.name;
    let out = workspace.bundle().join(format!("{name}.wasm"));
    let mut inputs = Inputs::default()
        .text(&toolchain.describe())
        .path(workspace.root(), source.dir)?;
    for shared in source.shared {
        inputs = inputs.path(workspace.root(), shared)?;
    }
    let digest = inputs.digest();
    if inputs::is_current(workspace, &out, &digest) {
        say(&format!("plugin {name}: up to date"));
        return Ok(());
    }
    say(&format!("plugin {name}: building"));
    let dir = workspace.root().join(source.dir);
    let component = component(workspace, toolchain, &dir)
        .map_err(|source| TaskError::OnePlugin { name, source })?;
    write_changed(&out, &component)?;
    inputs::remember(workspace, &out, &digest)?;
    say(&format!(
        "plugin {name}: {} KiB in {:.1} s",
        component.len() / 1024,
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Rust guests are members of this workspace and share its profile; every other project is built as its
/// author would.
fn component(
    workspace: &Workspace,
    toolchain: &Toolchain,
    dir: &Path,
) -> Result<Vec<u8>, BuildError> {
    match Language::of(dir) {
        Some(Language::Rust) => {
            let core = toolchain.build(&Guest {
                dir,
                target_dir: Some(&workspace.guests()),
                profile: Profile::Plugin,
            })?;
            let core = std::fs::read(&core).map_err(|source| BuildError::File {
                action: "read",
                path: core,
                source,
            })?;
            encode(&core)
        }
        Some(language) => language.build(dir, &mut |change| say(change)),
        None => Err(BuildError::NoProject {
            dir: dir.to_path_buf(),
        }),
    }
}

/// The binary is built again when a file of the bundle is newer: an equal one stays as it is.
fn write_changed(out: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    if std::fs::read(out).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    std::fs::write(out, bytes).map_err(TaskError::file("write", out))
}
