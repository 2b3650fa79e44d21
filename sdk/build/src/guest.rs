//! One run of cargo for one plugin crate.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::{BuildError, TARGET, cargo};

/// A plugin crate and how to build it.
#[derive(Debug, Clone)]
pub struct Guest<'a> {
    /// The directory with its Cargo.toml.
    pub dir: &'a Path,
    /// Where cargo works; its own choice when absent.
    pub target_dir: Option<&'a Path>,
    /// The profile of the workspace that the crate belongs to.
    pub profile: Profile,
}

/// Which cargo profile builds a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `plugin`, which Merlon's own workspace defines.
    Plugin,
    /// `release`, which the crates of other authors set up for size.
    Release,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Release => "release",
        }
    }
}

/// The one message of `--message-format=json` that matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

pub(crate) fn build(mut cargo: Command, guest: &Guest<'_>) -> Result<PathBuf, BuildError> {
    let manifest = guest.dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(BuildError::NoCrate {
            dir: guest.dir.to_path_buf(),
        });
    }
    let manifest = manifest
        .canonicalize()
        .map_err(BuildError::file("read", &manifest))?;
    cargo.args([
        "build",
        "--lib",
        "--target",
        TARGET,
        "--message-format=json-render-diagnostics",
    ]);
    cargo
        .args(["--profile", guest.profile.name(), "--manifest-path"])
        .arg(&manifest);
    if let Some(dir) = guest.target_dir {
        cargo.arg("--target-dir").arg(dir);
    }
    let output = cargo::run_shown(&mut cargo)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    module(&text, &manifest)?.ok_or(BuildError::NoModule { manifest })
}

fn module(messages: &str, manifest: &Path) -> Result<Option<PathBuf>, BuildError> {
    let mut found = None;
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message =
            serde_json::from_str(line).map_err(|source| BuildError::Unreadable {
                program: "cargo".into(),
                line: line.to_owned(),
                source,
            })?;
        if message.reason == "compiler-artifact" && message.manifest_path == manifest {
            let wasm = |path: &PathBuf| {
                path.extension()
                    .is_some_and(|extension| extension == "wasm")
            };
            found = message.filenames.into_iter().find(wasm).or(found);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = concat!(
        "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/p/Cargo.toml\",\"filenames\":[\"/t/libp.rlib\",\"/t/p.wasm\"]}\n",
        "{\"reason\":\"compiler-artifact\",\"manifest_path\":\"/q/Cargo.toml\",\"filenames\":[\"/t/q.wasm\"]}\n",
        "{\"reason\":\"build-finished\",\"success\":true}\n",
    );

    #[test]
    fn the_module_is_the_one_of_the_crate_that_was_asked_for() {
        assert_eq!(
            module(LINES, Path::new("/p/Cargo.toml")).unwrap(),
            Some(PathBuf::from("/t/p.wasm"))
        );
        assert_eq!(module(LINES, Path::new("/r/Cargo.toml")).unwrap(), None);
    }

    #[test]
    fn a_directory_without_a_crate_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let guest = Guest {
            dir: dir.path(),
            target_dir: None,
            profile: Profile::Release,
        };
        let error = build(Command::new("false"), &guest)
            .unwrap_err()
            .to_string();
        assert!(error.contains("has no Cargo.toml"), "{error}");
    }
}
