//! Every suite as a table: the cases of the rulesets, and the contract against the host.

use std::process::Command;

use crate::error::TaskError;
use crate::transcript::{Tally, Transcript, counts};
use crate::workspace::Workspace;
use crate::{process, setup};

/// Rulesets with cases: bundled ones, those whose cases stay outside of the binary, and one rule of each
/// form that the engine for YARA knows. So many cases each has at least: a ruleset that loses them in
/// silence has failed.
const RULESETS: [(&str, usize); 5] = [
    ("nsa", 200),
    ("secrets", 150),
    ("behaviour", 100),
    ("policies/malware", 550),
    ("plugins/yara/examples/forms", 7),
];

/// Languages with a guest.
const LANGUAGES: [&str; 5] = ["rust", "c", "go", "python", "js"];

/// Set-up, build, suites; the last line is `N passed, N failed`.
pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    setup::run(workspace, setup::Scope::Everything)?;
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--bin", "merlon"]),
    )?;
    let mut table = rulesets(workspace)?;
    table.push(("languages", languages(workspace)?));
    let mut cargo = workspace.cargo();
    cargo.args([
        "test",
        "--release",
        "--package",
        "merlon-conformance",
        "--no-fail-fast",
    ]);
    table.push(("contract", suite(&mut cargo)?));
    if print(&table).failed > 0 {
        return Err(TaskError::Steps {
            steps: vec!["conformance".to_owned()],
        });
    }
    Ok(())
}

/// The part that is not among the workspace's tests; gives its sum. Those tests have built the binary: to
/// build it by itself would compile half the tree again, with the features of fewer crates.
pub(crate) fn cases(workspace: &Workspace) -> Result<Tally, TaskError> {
    Ok(print(&rulesets(workspace)?))
}

fn rulesets(workspace: &Workspace) -> Result<Vec<(&'static str, Tally)>, TaskError> {
    let mut table = Vec::new();
    for (ruleset, least) in RULESETS {
        let mut merlon = Command::new(workspace.merlon());
        merlon
            .current_dir(workspace.root())
            .args(["ruleset", "test", ruleset]);
        let tally = suite(&mut merlon)?;
        table.push((ruleset, at_least(least, tally, ruleset)));
    }
    Ok(table)
}

fn at_least(least: usize, mut tally: Tally, ruleset: &str) -> Tally {
    let ran = tally.passed + tally.failed;
    if ran < least {
        println!("{ruleset} has {ran} cases; there were {least}");
        tally.failed += 1;
    }
    tally
}

/// Every language's guest against every case of the contract.
fn languages(workspace: &Workspace) -> Result<Tally, TaskError> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "merlon-conformance",
        "--bin",
        "suite",
        "--",
    ]);
    for language in LANGUAGES {
        cargo.arg(workspace.bundle().join(format!("guest-{language}.wasm")));
    }
    suite(&mut cargo)
}

fn suite(command: &mut Command) -> Result<Tally, TaskError> {
    let mut transcript = Transcript::default();
    let mut last = String::new();
    let status = process::watch(command, |line| {
        println!("{line}");
        transcript.read(line);
        if line.contains(" passed") {
            line.clone_into(&mut last);
        }
    })?;
    let mut tally = transcript.tally;
    // `merlon ruleset test` ends with its counts.
    if tally == Tally::default() {
        tally = counts(&last);
    }
    // A suite that broke before it could count has failed all the same.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn print(table: &[(&str, Tally)]) -> Tally {
    let mut total = Tally::default();
    println!("\n{:<28} {:>8} {:>8}", "suite", "passed", "failed");
    for (name, tally) in table {
        println!("{name:<28} {:>8} {:>8}", tally.passed, tally.failed);
        total += *tally;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruleset_that_lost_cases_has_failed() {
        let ran = |passed, failed| Tally {
            passed,
            failed,
            ignored: 0,
        };
        assert_eq!(at_least(3, ran(2, 1), "a"), ran(2, 1));
        assert_eq!(at_least(3, ran(2, 0), "a"), ran(2, 1));
    }
}
