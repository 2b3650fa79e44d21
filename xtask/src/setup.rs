//! Installs what is missing, builds the plugins and the probes into `target/bundle`.

use std::path::Path;
use std::time::Instant;

use merlon_plugin_build::{Guest, Profile, Toolchain, debian, encode};

use crate::error::TaskError;
use crate::inputs::{self, Inputs};
use crate::workspace::Workspace;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The binary and what it brings along.
    Binary,
    /// That, and what the tests run against.
    Everything,
}

/// Plugins: name of the component, directory.
const SHIPPED: [(&str, &str); 3] = [
    ("secrets", "plugins/secrets"),
    ("behaviour", "plugins/behaviour"),
    ("rego", "plugins/rego"),
];
const FOR_TESTS: [(&str, &str); 3] = [
    ("witness", "conformance/plugins/witness"),
    ("plain", "conformance/plugins/plain"),
    ("hostile", "conformance/plugins/hostile"),
];

/// What guests are made from, besides their own directory; the Rego engine is a guest of two host crates.
const SHARED: [&str; 6] = [
    "sdk/rust",
    "wit",
    "host/model",
    "host/rego",
    "Cargo.toml",
    "Cargo.lock",
];
const PROBES: [&str; 3] = ["host-ebpf/probes", "host-ebpf/abi", "host-ebpf/build"];

const PROBE_PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-llvm",
    "libstd-rust-web-dev-bpf",
    "lld-22",
    "llvm-22",
];
const TEST_PACKAGES: [&str; 4] = ["runc", "umoci", "skopeo", "busybox-static"];

/// What could not be set up, with the reason; empty is the normal case.
pub(crate) type Lacking = Vec<String>;

/// Sets up. What only some machines can have (probes, peers of the tests) may be lacking; a plugin
/// that does not build is an error.
pub(crate) fn run(workspace: &Workspace, scope: Scope) -> Result<Lacking, TaskError> {
    let mut lacking = Lacking::new();
    let mut failed = plugins(workspace, scope)?;
    if let Err(error) = probes(workspace, &mut lacking) {
        error.print();
        failed.push("probes".to_owned());
    }
    if scope == Scope::Everything {
        packages(
            &TEST_PACKAGES,
            "the tools that tests compare with",
            &mut lacking,
        )?;
    }
    for reason in &lacking {
        say(&format!("LACKING: {reason}"));
    }
    if !failed.is_empty() {
        return Err(TaskError::Steps { steps: failed });
    }
    say(&format!("done, {} lacking", lacking.len()));
    Ok(lacking)
}

fn say(text: &str) {
    println!("setup: {text}");
}

/// Gives the names of those that do not build; the others are worth having all the same.
fn plugins(workspace: &Workspace, scope: Scope) -> Result<Vec<String>, TaskError> {
    let toolchain = Toolchain::find(&mut |change| say(change))?;
    say(&format!("plugins are built by {}", toolchain.describe()));
    let bundle = workspace.bundle();
    std::fs::create_dir_all(&bundle).map_err(TaskError::file("create", &bundle))?;
    let tests: &[(&str, &str)] = if scope == Scope::Everything {
        &FOR_TESTS
    } else {
        &[]
    };
    let mut failed = Vec::new();
    for (name, dir) in SHIPPED.iter().chain(tests) {
        if let Err(error) = plugin(workspace, &toolchain, name, dir) {
            error.print();
            failed.push(format!("plugin {name}"));
        }
    }
    Ok(failed)
}

fn plugin(
    workspace: &Workspace,
    toolchain: &Toolchain,
    name: &'static str,
    dir: &str,
) -> Result<(), TaskError> {
    let started = Instant::now();
    let out = workspace.bundle().join(format!("{name}.wasm"));
    let mut inputs = Inputs::default()
        .text(&toolchain.describe())
        .path(workspace.root(), dir)?;
    for shared in SHARED {
        inputs = inputs.path(workspace.root(), shared)?;
    }
    let digest = inputs.digest();
    if inputs::is_current(workspace, &out, &digest) {
        say(&format!("plugin {name}: up to date"));
        return Ok(());
    }
    say(&format!("plugin {name}: building"));
    let dir = workspace.root().join(dir);
    let guest = Guest {
        dir: &dir,
        target_dir: Some(&workspace.guests()),
        profile: Profile::Plugin,
    };
    let failed = |source| TaskError::OnePlugin { name, source };
    let core = toolchain.build(&guest).map_err(failed)?;
    let core = std::fs::read(&core).map_err(TaskError::file("read", core))?;
    let component = encode(&core).map_err(failed)?;
    write_changed(&out, &component)?;
    inputs::remember(workspace, &out, &digest)?;
    say(&format!(
        "plugin {name}: {} KiB in {:.1} s",
        component.len() / 1024,
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn probes(workspace: &Workspace, lacking: &mut Lacking) -> Result<(), TaskError> {
    let started = Instant::now();
    if !packages(
        &PROBE_PACKAGES,
        "the eBPF probes, so `merlon run` and `merlon record`",
        lacking,
    )? {
        return Ok(());
    }
    let compiler = debian::version("rustc-web")?.unwrap_or_default();
    let backend = debian::version("llvm-22")?.unwrap_or_default();
    let mut inputs = Inputs::default().text(&compiler).text(&backend);
    for path in PROBES {
        inputs = inputs.path(workspace.root(), path)?;
    }
    let (digest, out) = (inputs.digest(), workspace.bundle().join("probes.o"));
    if inputs::is_current(workspace, &out, &digest) {
        say("probes: up to date");
        return Ok(());
    }
    say("probes: building");
    merlon_ebpf_build::build(workspace.root(), &out).map_err(TaskError::Probes)?;
    inputs::remember(workspace, &out, &digest)?;
    say(&format!(
        "probes: built in {:.1} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Whether the packages are there now. Where they cannot be, that is noted.
fn packages(names: &[&str], purpose: &str, lacking: &mut Lacking) -> Result<bool, TaskError> {
    if !debian::is_debian() {
        lacking.push(format!(
            "{purpose}: needs the packages of Debian ({})",
            names.join(", ")
        ));
        return Ok(false);
    }
    let missing = debian::missing(names)?;
    if !missing.is_empty() && !debian::is_root() {
        lacking.push(format!(
            "{purpose}: run as root: {}",
            debian::install_line(&missing)
        ));
        return Ok(false);
    }
    debian::install(names, &mut |change| say(change))?;
    Ok(true)
}

/// The binary is built again when a file of the bundle is newer: an equal one stays as it is.
fn write_changed(out: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    if std::fs::read(out).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    std::fs::write(out, bytes).map_err(TaskError::file("write", out))
}
