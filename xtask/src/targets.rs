//! The targets of the workspace's packages, as cargo lists them.

use serde_json::Value;

use crate::error::TaskError;
use crate::process;
use crate::workspace::Workspace;

/// A bench or a test program.
pub(crate) struct Target {
    pub(crate) package: String,
    pub(crate) name: String,
}

/// Those of one kind: `bench`, `test`.
pub(crate) fn of_kind(workspace: &Workspace, kind: &str) -> Result<Vec<Target>, TaskError> {
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
            if list(target, "kind").iter().any(|own| own == kind) {
                found.push(Target {
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
