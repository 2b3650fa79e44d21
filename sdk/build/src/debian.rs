//! Debian packages: what is missing, and its installation as root.

use std::process::Command;

use crate::{BuildError, cargo};

/// What building for WebAssembly needs.
pub const WASM_PACKAGES: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
];

/// Other jobs on the machine use apt too; wait for them this long.
const LOCK_TIMEOUT: &str = "DPkg::Lock::Timeout=900";

/// Whether this is a Debian with apt.
#[must_use]
pub fn is_debian() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=debian") && cargo::is_installed("apt-get")
}

/// Whether packages can be installed by this user.
#[must_use]
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// The packages of `wanted` that are not installed.
///
/// # Errors
/// When `dpkg-query` cannot be started.
pub fn missing<'a>(wanted: &[&'a str]) -> Result<Vec<&'a str>, BuildError> {
    let mut missing = Vec::new();
    for package in wanted {
        if version(package)?.is_none() {
            missing.push(*package);
        }
    }
    Ok(missing)
}

/// The installed version of a package.
///
/// # Errors
/// When `dpkg-query` cannot be started.
pub fn version(package: &str) -> Result<Option<String>, BuildError> {
    let mut query = Command::new("dpkg-query");
    query.args([
        "--show",
        "--showformat=${db:Status-Status} ${Version}",
        package,
    ]);
    let output = query.output().map_err(|source| BuildError::Start {
        program: "dpkg-query".into(),
        source,
    })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.strip_prefix("installed ").map(str::to_owned))
}

/// Installs what is missing of `wanted`; `announce` hears of it first.
///
/// # Errors
/// When something is missing and this user is not root, no apt source offers it, or apt fails.
pub fn install(wanted: &[&str], announce: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() {
        return Err(BuildError::PackagesMissing {
            missing: owned(&missing),
        });
    }
    if !unknown(&missing)?.is_empty() {
        announce("apt-get update");
        cargo::run(apt().arg("update"))?;
        let unknown = unknown(&missing)?;
        if !unknown.is_empty() {
            return Err(BuildError::PackagesUnknown {
                missing: owned(&unknown),
            });
        }
    }
    announce(&install_line(&missing));
    cargo::run(
        apt()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    )?;
    Ok(())
}

/// What a person types to install `packages`.
#[must_use]
pub fn install_line(packages: &[&str]) -> String {
    format!(
        "apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["--quiet", "--option", LOCK_TIMEOUT]);
    apt
}

/// The packages that no configured source offers, as far as the lists on this machine know.
fn unknown<'a>(packages: &[&'a str]) -> Result<Vec<&'a str>, BuildError> {
    let mut unknown = Vec::new();
    for package in packages {
        let output = cargo::run(
            Command::new("apt-cache")
                .env("LC_ALL", "C")
                .args(["policy", package]),
        )?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let offered = text.lines().any(|line| {
            line.trim()
                .strip_prefix("Candidate: ")
                .is_some_and(|candidate| candidate != "(none)")
        });
        if !offered {
            unknown.push(*package);
        }
    }
    Ok(unknown)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_package_has_a_version_and_another_has_none() {
        if !is_debian() {
            return;
        }
        assert!(version("dpkg").unwrap().is_some());
        assert_eq!(version("no-such-package-at-all").unwrap(), None);
        assert_eq!(
            missing(&["dpkg", "no-such-package-at-all"]).unwrap(),
            ["no-such-package-at-all"]
        );
    }
}
