//! Benches of the workspace: listed, or run one after the other with the machine's facts on top.

use crate::command::Benches;
use crate::error::TaskError;
use crate::setup::Scope;
use crate::targets::Target;
use crate::workspace::Workspace;
use crate::{machine, process, rivals, setup, targets};

pub(crate) fn run(workspace: &Workspace, choice: &Benches) -> Result<(), TaskError> {
    let known = targets::of_kind(workspace, "bench")?;
    match choice {
        Benches::List => {
            for bench in &known {
                println!("{:<24} {}", bench.name, bench.package);
            }
            Ok(())
        }
        Benches::All => {
            facts();
            known
                .iter()
                .try_for_each(|bench| one(workspace, bench, &[]))
        }
        Benches::One { name, arguments } => {
            let Some(bench) = known.iter().find(|bench| bench.name == *name) else {
                return Err(TaskError::Unknown {
                    kind: "bench",
                    name: name.clone(),
                    known: known.into_iter().map(|bench| bench.name).collect(),
                });
            };
            facts();
            one(workspace, bench, arguments)
        }
    }
}

fn facts() {
    for (name, value) in machine::facts() {
        println!("{name:<8} {value}");
    }
}

fn one(workspace: &Workspace, bench: &Target, arguments: &[String]) -> Result<(), TaskError> {
    if bench.name == rivals::BENCH {
        setup::run(workspace, Scope::Binary)?;
        process::run(
            workspace
                .cargo()
                .args(["build", "--release", "--bin", "merlon"]),
        )?;
        rivals::build(workspace)?;
    }
    process::run(
        workspace
            .cargo()
            .args(["bench", "--package", &bench.package])
            .args(["--bench", &bench.name, "--"])
            .args(arguments),
    )
}
