//! A shell runs in a container.

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
            Finding::new(row, "shell-in-container", format!("{exe} runs in a container"))
                .evidence("container", container)
        });
        Ok(found.collect())
    }
}

merlon_sdk::plugin!(ShellInContainer);

#[cfg(test)]
mod tests {
    use merlon_sdk::test::{Harness, TestRow};

    use super::*;

    #[test]
    fn bash_in_a_container_is_found() {
        let row = TestRow::new()
            .with("exe", "/bin/bash")
            .with("container.id", "web");
        let answers = Harness::<ShellInContainer>::start("{}")
            .unwrap()
            .judge("process.exec", &[row])
            .unwrap();
        assert_eq!(answers[0].rule, "shell-in-container");
    }
}
