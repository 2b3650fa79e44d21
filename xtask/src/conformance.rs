//! Every suite as a table: the cases of the rulesets, and the contract against the host.

use std::process::Command;

use crate::error::TaskError;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{process, setup};

/// Bundled rulesets, each with its cases.
const RULESETS: [&str; 3] = ["nsa", "secrets", "behaviour"];

/// Set-up, build, suites; the last line is `N passed, N failed`.
pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    setup::run(workspace, setup::Scope::Everything)?;
    let total = suites(workspace)?;
    if total.failed > 0 {
        return Err(TaskError::Steps {
            steps: vec!["conformance".to_owned()],
        });
    }
    Ok(())
}

/// Runs the suites and prints the table.
pub(crate) fn suites(workspace: &Workspace) -> Result<Tally, TaskError> {
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--bin", "merlon"]),
    )?;
    let mut table = Vec::new();
    for ruleset in RULESETS {
        let mut merlon = Command::new(workspace.merlon());
        merlon
            .current_dir(workspace.root())
            .args(["ruleset", "test", ruleset]);
        table.push((ruleset, suite(&mut merlon)?));
    }
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--release",
        "--package",
        "merlon-conformance",
        "--no-fail-fast",
    ]);
    table.push(("contract", suite(&mut cargo)?));
    Ok(print(&table))
}

fn suite(command: &mut Command) -> Result<Tally, TaskError> {
    let mut tally = Tally::default();
    let mut last = String::new();
    let status = process::watch(command, |line| {
        tally.read(line);
        if !line.trim().is_empty() {
            line.clone_into(&mut last);
        }
    })?;
    if tally.is_empty() {
        tally.read_summary(&last);
    }
    // A suite that broke before it could count has failed all the same.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn print(table: &[(&str, Tally)]) -> Tally {
    let mut total = Tally::default();
    println!("\n{:<24} {:>8} {:>8}", "suite", "passed", "failed");
    for (name, tally) in table {
        println!("{name:<24} {:>8} {:>8}", tally.passed, tally.failed);
        total += *tally;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total
}
