//! Format, lints, every test, conformance; counted.

use crate::command::Extent;
use crate::error::TaskError;
use crate::ledger::Ledger;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{conformance, machine, process, setup};

/// On a machine that allows them, at least this many privileged tests must really run.
const PRIVILEGED_AT_LEAST: usize = 3;

/// Runs every step, even after one failed, and ends with one line of counts.
pub(crate) fn run(workspace: &Workspace, extent: Extent) -> Result<(), TaskError> {
    let scope = match extent {
        Extent::Everything => setup::Scope::Everything,
        Extent::Fast => setup::Scope::Binary,
    };
    setup::run(workspace, scope)?;
    let ledger = Ledger::open(workspace)?;
    let mut failed = Vec::new();
    lints(workspace, &mut failed);
    let mut tally = tests(workspace, &ledger, extent, &mut failed)?;
    if extent == Extent::Everything {
        let suites = conformance::suites(workspace)?;
        if suites.failed > 0 {
            failed.push("conformance".to_owned());
        }
        tally += suites;
    }
    finish(&ledger, extent, tally, failed)
}

fn lints(workspace: &Workspace, failed: &mut Vec<String>) {
    let clippy = [
        "clippy",
        "--release",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ];
    let steps: [(&str, &[&str]); 2] = [
        ("format", &["fmt", "--all", "--check"]),
        ("clippy", &clippy),
    ];
    for (name, arguments) in steps {
        if let Err(error) = process::run(workspace.cargo().args(arguments)) {
            error.print();
            failed.push(name.to_owned());
        }
    }
}

fn tests(
    workspace: &Workspace,
    ledger: &Ledger,
    extent: Extent,
    failed: &mut Vec<String>,
) -> Result<Tally, TaskError> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--workspace", "--no-fail-fast"]);
    ledger.give(&mut cargo);
    if extent == Extent::Fast {
        cargo.env("MERLON_FAST", "1");
    }
    let mut tally = Tally::default();
    let status = process::watch(&mut cargo, |line| tally.read(line))?;
    if !status.success() {
        failed.push("tests".to_owned());
    }
    Ok(tally)
}

fn finish(
    ledger: &Ledger,
    extent: Extent,
    tally: Tally,
    failed: Vec<String>,
) -> Result<(), TaskError> {
    let (skips, privileged) = (ledger.skips()?, ledger.privileged()?);
    let refused = machine::probes_refused();
    println!();
    for skip in &skips {
        println!("SKIPPED: {skip}");
    }
    if let Some(reason) = &refused {
        println!("privileged tests: {reason}");
    }
    if !failed.is_empty() {
        println!("FAILED: {}", failed.join(", "));
    }
    println!(
        "{tally}, {} skipped, {} privileged run",
        skips.len(),
        privileged.len()
    );
    if !failed.is_empty() {
        return Err(TaskError::Steps { steps: failed });
    }
    let expected = extent == Extent::Everything && refused.is_none();
    if expected && privileged.len() < PRIVILEGED_AT_LEAST {
        return Err(TaskError::TooFewPrivileged {
            ran: privileged.len(),
            wanted: PRIVILEGED_AT_LEAST,
        });
    }
    Ok(())
}
