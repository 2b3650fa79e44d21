//! The standard library for WebAssembly, built once per compiler version from Debian's sources.
//!
//! Debian ships rustc and the library's source, but no prebuilt library for this target.

use std::path::{Path, PathBuf};

use crate::{BuildError, TARGET, cargo, debian};

/// Debian's compiler, by its full path: rustup's proxy comes first in PATH.
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
/// Debian's cargo.
pub(crate) const CARGO: &str = "/usr/bin/cargo";

const HOST_LIBRARIES: &str = "/usr/lib/rustlib";

/// The sysroot of the installed compiler, built now if it is not in the cache.
pub(crate) fn ensure(announce: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let version = debian::version("rustc-web")?.ok_or_else(|| BuildError::PackagesMissing {
        missing: vec!["rustc-web".into()],
    })?;
    let cache = cache_dir()?;
    let sysroot = cache.join(format!("wasm-sysroot-{version}"));
    if sysroot.is_dir() {
        return Ok(sysroot);
    }
    announce(&format!(
        "building the Rust standard library for {TARGET} (once, about half a minute)"
    ));
    std::fs::create_dir_all(&cache).map_err(BuildError::file("create", &cache))?;
    let work = tempfile::Builder::new()
        .prefix(".wasm-sysroot-")
        .tempdir_in(&cache)
        .map_err(BuildError::file("create a directory in", &cache))?;
    let built = work.path().join("sysroot");
    build(work.path(), &built)?;
    publish(&built, &sysroot)?;
    Ok(sysroot)
}

/// Where Merlon keeps what it makes once for this user.
pub(crate) fn cache_dir() -> Result<PathBuf, BuildError> {
    let base = match std::env::var_os("XDG_CACHE_HOME") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => std::env::home_dir()
            .ok_or(BuildError::NoCache)?
            .join(".cache"),
    };
    Ok(base.join("merlon"))
}

/// Another process may have built the same; whoever renames first wins, both are right.
fn publish(built: &Path, sysroot: &Path) -> Result<(), BuildError> {
    match std::fs::rename(built, sysroot) {
        Err(_) if sysroot.is_dir() => Ok(()),
        outcome => outcome.map_err(BuildError::file("create", sysroot)),
    }
}

fn build(work: &Path, sysroot: &Path) -> Result<(), BuildError> {
    let empty = work.join("empty");
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    std::fs::create_dir_all(empty.join("src")).map_err(BuildError::file("create", &empty))?;
    std::fs::write(empty.join("Cargo.toml"), manifest)
        .map_err(BuildError::file("write", &empty))?;
    std::fs::write(empty.join("src/lib.rs"), "#![no_std]\n")
        .map_err(BuildError::file("write", &empty))?;
    let target_dir = work.join("target");
    cargo::run(
        cargo::command(CARGO.as_ref())
            .env("RUSTC", RUSTC)
            .env("RUSTC_BOOTSTRAP", "1") // -Zbuild-std on a stable compiler
            .env("RUSTFLAGS", "-Cembed-bitcode=yes") // guests use link-time optimisation
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_TARGET_DIR", &target_dir)
            .arg("build")
            .args([
                "--release",
                "--target",
                TARGET,
                "-Zbuild-std=std,panic_abort",
            ])
            .current_dir(&empty),
    )?;
    let libraries = sysroot.join("lib/rustlib");
    let own = libraries.join(TARGET).join("lib");
    std::fs::create_dir_all(&own).map_err(BuildError::file("create", &own))?;
    copy_libraries(&target_dir.join(TARGET).join("release/deps"), &own)?;
    link_host_libraries(&libraries)
}

fn copy_libraries(from: &Path, to: &Path) -> Result<(), BuildError> {
    for entry in std::fs::read_dir(from).map_err(BuildError::file("read", from))? {
        let entry = entry.map_err(BuildError::file("read", from))?;
        let name = entry.file_name();
        let is_library = name
            .to_str()
            .is_some_and(|name| name.ends_with(".rlib") && !name.starts_with("libempty-"));
        if is_library {
            std::fs::copy(entry.path(), to.join(&name))
                .map_err(BuildError::file("copy", entry.path()))?;
        }
    }
    Ok(())
}

/// Build scripts and procedural macros of a guest run on the host and need the host's library.
fn link_host_libraries(to: &Path) -> Result<(), BuildError> {
    let from = Path::new(HOST_LIBRARIES);
    for entry in std::fs::read_dir(from).map_err(BuildError::file("read", from))? {
        let entry = entry.map_err(BuildError::file("read", from))?;
        if entry.file_name().to_string_lossy().contains("-linux-") {
            let link = to.join(entry.file_name());
            std::os::unix::fs::symlink(entry.path(), &link)
                .map_err(BuildError::file("link", link))?;
        }
    }
    Ok(())
}
