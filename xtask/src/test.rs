//! Format, lints, every test, conformance; counted.

use crate::command::Extent;
use crate::error::TaskError;
use crate::ledger::Ledger;
use crate::transcript::{Line, PRIVILEGED, Transcript};
use crate::workspace::Workspace;
use crate::{conformance, machine, process, setup, targets};

/// On a machine that allows them, at least this many privileged tests must really run.
const PRIVILEGED_AT_LEAST: usize = 8;

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
    let mut tests = tests(workspace, &ledger, extent, &mut failed)?;
    if extent == Extent::Everything {
        let cases = conformance::cases(workspace)?;
        if cases.failed > 0 {
            failed.push("conformance".to_owned());
        }
        tests.tally += cases;
    }
    tests.skips.extend(ledger.skips()?);
    tests.privileged += ledger.privileged()?.len();
    finish(&tests, extent, failed)
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
) -> Result<Transcript, TaskError> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--workspace", "--no-fail-fast"]);
    if extent == Extent::Fast {
        cargo.args(["--lib", "--bins"]);
        for target in targets::of_kind(workspace, "test")? {
            if target.name != PRIVILEGED {
                cargo.args(["--test", &target.name]);
            }
        }
    }
    cargo.args(["--", "--show-output"]);
    ledger.give(&mut cargo);
    let mut transcript = Transcript::default();
    let status = process::watch(&mut cargo, |line| {
        if transcript.read(line) == Line::Shown {
            println!("{line}");
        }
    })?;
    if !status.success() {
        failed.push("tests".to_owned());
    }
    Ok(transcript)
}

fn finish(tests: &Transcript, extent: Extent, failed: Vec<String>) -> Result<(), TaskError> {
    let refused = machine::probes_refused();
    println!();
    for skip in &tests.skips {
        println!("SKIPPED: {skip}");
    }
    if let Some(reason) = &refused {
        println!("privileged tests cannot run: {reason}");
    }
    if !failed.is_empty() {
        println!("FAILED: {}", failed.join(", "));
    }
    println!("{} privileged tests ran", tests.privileged);
    println!("{}, {} skipped", tests.tally, tests.skips.len());
    if !failed.is_empty() {
        return Err(TaskError::Steps { steps: failed });
    }
    let expected = extent == Extent::Everything && refused.is_none();
    if expected && tests.privileged < PRIVILEGED_AT_LEAST {
        return Err(TaskError::TooFewPrivileged {
            ran: tests.privileged,
            wanted: PRIVILEGED_AT_LEAST,
        });
    }
    Ok(())
}
