//! Accepts new golden output: the tests write what they got, the reviewer reads the difference.

use std::process::Command;

use crate::error::TaskError;
use crate::workspace::Workspace;
use crate::{process, setup};

pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    setup::run(workspace, setup::Scope::Everything)?;
    let mut cargo = workspace.cargo();
    cargo.env("MERLON_BLESS", "1").args([
        "test",
        "--release",
        "--workspace",
        "--no-fail-fast",
        "--quiet",
    ]);
    let tests = process::run(&mut cargo);
    println!("\nwhat is different now (review it, then commit):");
    process::run(
        Command::new("git")
            .current_dir(workspace.root())
            .args(["status", "--short"]),
    )?;
    tests
}
