//! Benches of the workspace: listed, or run one after the other with the machine's facts on top.

use crate::command::Benches;
use crate::error::TaskError;
use crate::workspace::Workspace;
use crate::{machine, process, targets};

pub(crate) fn run(workspace: &Workspace, choice: &Benches) -> Result<(), TaskError> {
    let known = targets::of_kind(workspace, "bench")?;
    match choice {
        Benches::List => {
            for bench in &known {
                println!("{:<24} {}", bench.name, bench.package);
            }
            return Ok(());
        }
        Benches::One(name) if !known.iter().any(|bench| bench.name == *name) => {
            let known = known.into_iter().map(|bench| bench.name).collect();
            return Err(TaskError::Unknown {
                kind: "bench",
                name: name.clone(),
                known,
            });
        }
        Benches::One(_) | Benches::All => {}
    }
    for (name, value) in machine::facts() {
        println!("{name:<8} {value}");
    }
    for bench in known {
        if matches!(choice, Benches::One(name) if *name != bench.name) {
            continue;
        }
        process::run(workspace.cargo().args([
            "bench",
            "--package",
            &bench.package,
            "--bench",
            &bench.name,
        ]))?;
    }
    Ok(())
}
