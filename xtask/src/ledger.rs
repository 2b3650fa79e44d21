//! What tests skipped and which privileged ones ran: they append lines to two files, named by
//! `MERLON_SKIP_LOG` and `MERLON_PRIVILEGED_LOG`. A test that skips itself passes, so without a
//! ledger a machine could pass by skipping everything.

use std::path::PathBuf;
use std::process::Command;

use crate::error::TaskError;
use crate::workspace::Workspace;

/// The two files.
#[derive(Debug)]
pub(crate) struct Ledger {
    skips: PathBuf,
    privileged: PathBuf,
}

impl Ledger {
    /// Empty files.
    pub(crate) fn open(workspace: &Workspace) -> Result<Self, TaskError> {
        let dir = workspace.notes();
        std::fs::create_dir_all(&dir).map_err(TaskError::file("create", &dir))?;
        let ledger = Self {
            skips: dir.join("skips"),
            privileged: dir.join("privileged"),
        };
        for path in [&ledger.skips, &ledger.privileged] {
            std::fs::write(path, "").map_err(TaskError::file("write", path))?;
        }
        Ok(ledger)
    }

    /// Tells the tests of this command where to write.
    pub(crate) fn give(&self, command: &mut Command) {
        command
            .env("MERLON_SKIP_LOG", &self.skips)
            .env("MERLON_PRIVILEGED_LOG", &self.privileged);
    }

    /// `test: reason`, each once.
    pub(crate) fn skips(&self) -> Result<Vec<String>, TaskError> {
        lines(&self.skips)
    }

    /// Names of the privileged tests that ran.
    pub(crate) fn privileged(&self) -> Result<Vec<String>, TaskError> {
        lines(&self.privileged)
    }
}

fn lines(path: &PathBuf) -> Result<Vec<String>, TaskError> {
    let text = std::fs::read_to_string(path).map_err(TaskError::file("read", path))?;
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.strip_prefix("SKIPPED: ")
                .unwrap_or(line)
                .trim()
                .to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort();
    lines.dedup();
    Ok(lines)
}
