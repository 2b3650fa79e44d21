//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The one that this tool was built from.
    pub(crate) fn here() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: own.parent().unwrap_or(own).to_path_buf(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What the build of the binary takes in: components and the eBPF object.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.root.join("target/bundle")
    }

    /// Notes of this tool about what it built. Not in the bundle: a new note must not rebuild the binary.
    pub(crate) fn notes(&self) -> PathBuf {
        self.root.join("target/xtask")
    }

    /// Programs that tests talk to.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("target/peers/bin")
    }

    /// Guests have their own directory: two compilers in one would undo each other's work.
    pub(crate) fn guests(&self) -> PathBuf {
        self.root.join("target/guests")
    }

    /// The binary of `cargo build --release --bin merlon`.
    pub(crate) fn merlon(&self) -> PathBuf {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        self.root.join(target).join("release/merlon")
    }

    /// The cargo that runs us, at the root.
    pub(crate) fn cargo(&self) -> Command {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}
