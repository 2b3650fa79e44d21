//! Installs what is missing, builds the plugins and the probes into `target/bundle`.

use std::time::Instant;

use merlon_plugin_build::debian;

use crate::ci_tools;
use crate::error::TaskError;
use crate::guests;
use crate::inputs::{self, Inputs};
use crate::peers;
use crate::workspace::Workspace;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The binary and what it brings along.
    Binary,
    /// That, and what the tests run against.
    Everything,
}

const PROBES: [&str; 3] = ["host-ebpf/probes", "host-ebpf/abi", "host-ebpf/build"];

const PROBE_PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-llvm",
    "libstd-rust-web-dev-bpf",
    "lld-22",
    "llvm-22",
];
const TEST_PACKAGES: [&str; 9] = [
    "runc",
    "umoci",
    "skopeo",
    "busybox-static",
    "docker-registry",
    "apache2-utils",
    "openssl",
    "python3-venv",
    "rsync",
];

/// What could not be set up, with the reason; empty is the normal case.
pub(crate) type Lacking = Vec<String>;

/// Sets up. What only some machines can have (probes, peers of the tests) may be lacking; a plugin
/// that does not build is an error.
pub(crate) fn run(workspace: &Workspace, scope: Scope) -> Result<Lacking, TaskError> {
    let mut lacking = Lacking::new();
    let mut failed = guests::build(workspace, scope)?;
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
        peers::build(workspace, &mut lacking)?;
        ci_tools::build(workspace, &mut lacking)?;
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

pub(crate) fn say(text: &str) {
    println!("setup: {text}");
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
pub(crate) fn packages(
    names: &[&str],
    purpose: &str,
    lacking: &mut Lacking,
) -> Result<bool, TaskError> {
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
