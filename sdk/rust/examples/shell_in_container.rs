//! The detection of the README. In a plugin of its own this file is `src/lib.rs`.

use merlon_sdk::prelude::*;

struct ShellInContainer;

impl Plugin for ShellInContainer {
    fn new(_settings: &str) -> Result<Self, String> {
        Ok(Self)
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rule(
                Rule::new("shell-in-container", "A shell runs in a container")
                    .severity(Severity::High)
                    .attack("T1059.004"),
            )
            .subscribe_where(
                "process.exec",
                &["exe", "container.id"],
                r#"container.id exists and exe.name in ("sh", "bash", "dash", "ash")"#,
            )
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let found = batch.rows().map(|row| {
            let exe = row.text("exe").unwrap_or("a shell");
            let container = row.text("container.id").unwrap_or_default();
            Finding::new(
                row,
                "shell-in-container",
                format!("{exe} runs in a container"),
            )
            .evidence("container", container)
        });
        Ok(found.collect())
    }
}

merlon_sdk::plugin!(ShellInContainer);

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), String> {
    use merlon_sdk::test::{Harness, TestRow};

    let row = TestRow::new()
        .with("exe", "/bin/bash")
        .with("container.id", "web");
    let answers = Harness::<ShellInContainer>::start("{}")?.judge("process.exec", &[row])?;
    assert!(
        answers
            .iter()
            .any(|answer| answer.rule == "shell-in-container")
    );
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
