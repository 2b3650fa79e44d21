//! Benches of the workspace: listed, or run one after the other with the machine's facts on top.

use serde_json::Value;

use crate::command::Benches;
use crate::error::TaskError;
use crate::workspace::Workspace;
use crate::{machine, process};

struct Bench {
    package: String,
    name: String,
}

pub(crate) fn run(workspace: &Workspace, choice: &Benches) -> Result<(), TaskError> {
    let known = find(workspace)?;
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

fn find(workspace: &Workspace) -> Result<Vec<Bench>, TaskError> {
    let text = process::capture(workspace.cargo().args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|source| TaskError::Json {
        program: "cargo metadata",
        source,
    })?;
    let mut found = Vec::new();
    for package in list(&metadata, "packages") {
        for target in list(package, "targets") {
            if list(target, "kind").iter().any(|kind| kind == "bench") {
                found.push(Bench {
                    package: text_of(package, "name"),
                    name: text_of(target, "name"),
                });
            }
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text_of(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
