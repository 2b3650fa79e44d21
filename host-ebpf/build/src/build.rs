//! The steps from the sources to the object.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, btf};

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const LLC: &str = "llc-22";
const STRIP: &str = "llvm-strip-22";
const TARGET: &str = "bpfel-unknown-none";

/// Builds the probes of the repository at `root` and writes the object to `out`.
///
/// # Errors
/// When a tool is missing or fails, or a file cannot be read or written.
pub fn build(root: &Path, out: &Path) -> Result<(), BuildError> {
    let target = root.join("target").join("ebpf");
    let bitcode = compile(root, &target)?;
    let object = target.join("probes.o");
    run(
        LLC,
        Command::new(LLC)
            .args(["-march=bpfel", "-mcpu=v3", "-O2", "-filetype=obj", "-o"])
            .arg(&object)
            .arg(&bitcode),
    )?;
    run(STRIP, Command::new(STRIP).arg("-g").arg(&object))?;
    let mut bytes = fs::read(&object).map_err(|source| BuildError::File {
        what: "read",
        path: object.clone(),
        source,
    })?;
    btf::rename(&mut bytes)?;
    write(out, &bytes)
}

/// Compiles to bitcode; the linker of the target does nothing, `llc` does its work.
fn compile(root: &Path, target: &Path) -> Result<PathBuf, BuildError> {
    let flags = rustflags(root);
    run(
        CARGO,
        Command::new(CARGO)
            .arg("--config")
            .arg(format!("target.{TARGET}.linker=\"/bin/true\""))
            .arg("--config")
            .arg(format!("target.{TARGET}.rustflags={flags:?}"))
            .args(["rustc", "--release", "--locked", "--quiet"])
            .args(["--target", TARGET])
            .args(["--", "--emit=llvm-bc"])
            .current_dir(root.join("host-ebpf").join("probes"))
            .env("RUSTC", RUSTC)
            // aya-ebpf names unstable features; the packaged compiler allows them only so.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", target)
            // Set, even empty, it would replace the flags above.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            // Under cargo or rustup these name the other toolchain.
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("CARGO"),
    )?;
    newest(&target.join(TARGET).join("release").join("deps"))
}

/// The paths of this machine would be in the object's line information.
fn rustflags(root: &Path) -> Vec<String> {
    let mut flags: Vec<String> = ["-C", "debuginfo=2", "--cfg", "bpf_target_arch=\"x86_64\""]
        .map(String::from)
        .to_vec();
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(home) = home {
        flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
    }
    flags.push(format!("--remap-path-prefix={}=/merlon", root.display()));
    flags
}

fn newest(folder: &Path) -> Result<PathBuf, BuildError> {
    let missing = || BuildError::NoBitcode {
        folder: folder.to_owned(),
    };
    let entries = fs::read_dir(folder).map_err(|source| BuildError::File {
        what: "read",
        path: folder.to_owned(),
        source,
    })?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("merlon_probes-") && name.ends_with(".bc"))
        })
        .max_by_key(|path| fs::metadata(path).and_then(|facts| facts.modified()).ok())
        .ok_or_else(missing)
}

fn write(out: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let error = |source| BuildError::File {
        what: "written",
        path: out.to_owned(),
        source,
    };
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).map_err(error)?;
    }
    fs::write(out, bytes).map_err(error)
}

fn run(tool: &'static str, command: &mut Command) -> Result<(), BuildError> {
    let status = command
        .status()
        .map_err(|source| BuildError::Tool { tool, source })?;
    if status.success() {
        Ok(())
    } else {
        Err(BuildError::Failed { tool, status })
    }
}
