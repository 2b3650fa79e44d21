//! What a built file was made from, as one digest, so that a second set-up takes seconds.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::TaskError;
use crate::workspace::Workspace;

/// The content of files and directories, and the tools.
#[derive(Default)]
pub(crate) struct Inputs {
    hash: Sha256,
}

impl Inputs {
    /// A tool's name and version, or anything else that is not a file.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.part(text.as_bytes());
        self
    }

    /// A file or a directory below the root; directories of build output are left out.
    pub(crate) fn path(mut self, root: &Path, relative: &str) -> Result<Self, TaskError> {
        let mut files = Vec::new();
        collect(&root.join(relative), &mut files)?;
        files.sort();
        for file in files {
            let bytes = std::fs::read(&file).map_err(TaskError::file("read", &file))?;
            self.part(
                file.strip_prefix(root)
                    .unwrap_or(&file)
                    .as_os_str()
                    .as_encoded_bytes(),
            );
            self.part(&bytes);
        }
        Ok(self)
    }

    pub(crate) fn digest(self) -> String {
        hex(&self.hash.finalize())
    }

    /// With its length, so that two parts never read like two others.
    fn part(&mut self, bytes: &[u8]) {
        self.hash
            .update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.hash.update(bytes);
    }
}

/// Two digits per byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What builds leave beside their sources.
const OUTPUT: [&str; 7] = [
    ".git",
    "__pycache__",
    "build",
    "node_modules",
    "plugin.wasm",
    "target",
    "js-out",
];

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), TaskError> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(TaskError::file("read", path))? {
        let entry = entry.map_err(TaskError::file("read", path))?;
        if !OUTPUT.iter().any(|name| entry.file_name() == *name) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// Whether `out` exists and was made from `digest`.
pub(crate) fn is_current(workspace: &Workspace, out: &Path, digest: &str) -> bool {
    out.is_file()
        && std::fs::read_to_string(note(workspace, out)).is_ok_and(|noted| noted == digest)
}

/// Remembers what `out` was made from.
pub(crate) fn remember(workspace: &Workspace, out: &Path, digest: &str) -> Result<(), TaskError> {
    let note = note(workspace, out);
    let dir = workspace.notes();
    std::fs::create_dir_all(&dir).map_err(TaskError::file("create", &dir))?;
    std::fs::write(&note, digest).map_err(TaskError::file("write", note))
}

fn note(workspace: &Workspace, out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    workspace.notes().join(format!("{name}.inputs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(dir: &Path) -> String {
        Inputs::default().path(dir, "in").unwrap().digest()
    }

    #[test]
    fn a_changed_byte_or_name_changes_the_digest_and_build_output_does_not() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("in/target")).unwrap();
        std::fs::write(dir.path().join("in/a"), "1").unwrap();
        let first = digest(dir.path());
        std::fs::write(dir.path().join("in/target/x"), "built").unwrap();
        assert_eq!(digest(dir.path()), first);
        std::fs::write(dir.path().join("in/a"), "2").unwrap();
        let second = digest(dir.path());
        assert_ne!(second, first);
        std::fs::rename(dir.path().join("in/a"), dir.path().join("in/b")).unwrap();
        assert_ne!(digest(dir.path()), second);
    }
}
