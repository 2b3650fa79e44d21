//! Which compiler builds guests.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, Guest, TARGET, cargo, debian, guest, sysroot};

/// A compiler that can build for `wasm32-unknown-unknown`.
#[derive(Debug, Clone)]
pub struct Toolchain {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// The toolchain in PATH has the target.
    Active,
    /// Debian's rustc with the library in this sysroot.
    Debian { sysroot: PathBuf },
}

impl Toolchain {
    /// The active toolchain if it has the target; else Debian's packages, installed when this is root
    /// on Debian; else the target is added by rustup. `announce` hears of every change to the machine
    /// before it is made.
    ///
    /// # Errors
    /// When there is no such compiler and none could be installed; the text says what to install.
    pub fn find(announce: &mut dyn FnMut(&str)) -> Result<Self, BuildError> {
        if active_has_target() {
            return Ok(Self { kind: Kind::Active });
        }
        if debian::is_debian()
            && (debian::is_root() || debian::missing(debian::WASM_PACKAGES)?.is_empty())
        {
            debian::install(debian::WASM_PACKAGES, announce)?;
            return Ok(Self {
                kind: Kind::Debian {
                    sysroot: sysroot::ensure(announce)?,
                },
            });
        }
        if !cargo::is_installed("rustup") {
            return Err(BuildError::NoToolchain);
        }
        announce(&format!(
            "rustup target add {TARGET} (downloads it from static.rust-lang.org)"
        ));
        cargo::run(Command::new("rustup").args(["target", "add", TARGET]))?;
        Ok(Self { kind: Kind::Active })
    }

    /// What is used, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Active => format!("the active Rust toolchain, which has {TARGET}"),
            Kind::Debian { sysroot } => {
                format!(
                    "Debian's {} with the library in {}",
                    sysroot::RUSTC,
                    sysroot.display()
                )
            }
        }
    }

    /// Builds a guest and returns the path of its core module. The compiler's messages go to stderr.
    ///
    /// # Errors
    /// When the directory holds no plugin crate or cargo fails.
    pub fn build(&self, guest: &Guest<'_>) -> Result<PathBuf, BuildError> {
        guest::build(self.cargo(), guest)
    }

    fn cargo(&self) -> Command {
        match &self.kind {
            Kind::Active => cargo::command("cargo".as_ref()),
            Kind::Debian { sysroot } => {
                let mut command = cargo::command(sysroot::CARGO.as_ref());
                command.env("RUSTC", sysroot::RUSTC).env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                    flag(sysroot),
                );
                command
            }
        }
    }
}

fn flag(sysroot: &Path) -> String {
    format!("--sysroot={}", sysroot.display())
}

fn active_has_target() -> bool {
    let Ok(output) =
        cargo::run(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
    else {
        return false;
    };
    let Ok(text) = String::from_utf8(output.stdout) else {
        return false;
    };
    let Ok(entries) = std::fs::read_dir(text.trim()) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}
