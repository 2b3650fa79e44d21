//! One artifact that judges all three sources: a finding per row, saying what the row held.

use merlon_sdk::prelude::*;

/// The id of the one pattern.
const MARK: u32 = 1;

struct Witness;

impl Plugin for Witness {
    fn new(_settings: &str) -> Result<Self, String> {
        Ok(Self)
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rule(
                Rule::new("seen", "The witness saw an event")
                    .severity(Severity::Info)
                    .remediation("Nothing: this rule proves that one plugin judges every source."),
            )
            .pattern(Pattern::regex(MARK, "merlon-witness-([a-z0-9]{1,32})"))
            .subscribe(
                "process.exec",
                &["exe", "argv", "pid", "argv_truncated", "container.id"],
            )
            .subscribe_where(
                "file.content",
                &[
                    "path",
                    "size",
                    "hits",
                    "hits.pattern",
                    "hits.offset",
                    "hits.length",
                    "hits.line",
                    "hits.column",
                    "hits.text",
                    "hits.context",
                ],
                "hits > 0",
            )
            .subscribe(
                "k8s.object",
                &["api_version", "kind", "namespace", "name", "object"],
            )
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let saw = match batch.kind() {
            "process.exec" => exec,
            "file.content" => file,
            "k8s.object" => object,
            other => return Err(format!("nobody asked for {other}")),
        };
        Ok(batch.rows().map(saw).collect())
    }
}

fn exec(row: Row<'_>) -> Finding {
    let exe = row.text("exe").unwrap_or_default();
    let argv: Vec<&str> = row.texts("argv").collect();
    let finding = Finding::new(row, "seen", format!("{exe} was started"))
        .evidence("kind", row.batch().kind())
        .evidence("argv", argv.join(" "))
        .evidence("pid", row.number("pid").unwrap_or_default().to_string());
    match row.text("container.id") {
        Some(id) => finding.evidence("container", id),
        None => finding,
    }
}

fn file(row: Row<'_>) -> Finding {
    let path = row.text("path").unwrap_or_default();
    let finding = Finding::new(row, "seen", format!("{path} was read"))
        .evidence("kind", row.batch().kind())
        .evidence("size", row.number("size").unwrap_or_default().to_string())
        .evidence("hits", row.number("hits").unwrap_or_default().to_string());
    let Some(hit) = row.hits().find(|hit| hit.pattern == MARK) else {
        return finding;
    };
    finding
        .evidence("text", hit.text)
        .evidence("context", hit.context)
        .location(merlon_sdk::bindings::merlon::plugin::types::Location::of(
            &hit,
        ))
}

fn object(row: Row<'_>) -> Finding {
    let kind = row.text("kind").unwrap_or_default();
    let name = row.text("name").unwrap_or_default();
    let bytes = row.text("object").unwrap_or_default().len();
    Finding::new(row, "seen", format!("{kind} {name} was seen"))
        .evidence("kind", row.batch().kind())
        .evidence("api_version", row.text("api_version").unwrap_or_default())
        .evidence("namespace", row.text("namespace").unwrap_or_default())
        .evidence("json_bytes", bytes.to_string())
}

merlon_sdk::plugin!(Witness);

#[cfg(test)]
mod tests {
    use merlon_sdk::test::{Harness, TestRow};

    use super::*;

    #[test]
    fn one_plugin_sees_processes_files_and_objects() {
        let mut harness = Harness::<Witness>::start("{}").unwrap();
        let exec = TestRow::new().with("exe", "/bin/ls").with("argv", ["ls"]);
        let file = TestRow::new()
            .with("path", "/etc/x")
            .with("hits", 1)
            .with("hits.pattern", vec![1])
            .with("hits.text", ["one"]);
        let object = TestRow::new().with("kind", "Pod").with("name", "web");
        for (kind, row, message) in [
            ("process.exec", exec, "/bin/ls was started"),
            ("file.content", file, "/etc/x was read"),
            ("k8s.object", object, "Pod web was seen"),
        ] {
            let answers = harness.judge(kind, &[row]).unwrap();
            assert_eq!(answers.len(), 1);
            assert_eq!(answers[0].rule, "seen");
            assert_eq!(answers[0].message, message);
            assert_eq!(answers[0].evidence("kind"), Some(kind));
        }
    }
}
