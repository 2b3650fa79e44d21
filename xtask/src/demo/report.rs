//! What the demo found and what it had to leave out.

use std::path::Path;

use serde_json::Value;

use crate::error::TaskError;

/// Counts per part.
#[derive(Debug, Default)]
pub(crate) struct Report {
    found: Vec<(&'static str, usize)>,
    skipped: Vec<String>,
}

impl Report {
    /// A part is done. Every part has something wrong on purpose, so none is a failure.
    pub(crate) fn found(&mut self, part: &'static str, findings: usize) -> Result<(), TaskError> {
        if findings == 0 {
            return Err(TaskError::NothingFound { part });
        }
        self.found.push((part, findings));
        Ok(())
    }

    pub(crate) fn skip(&mut self, part: &str, reason: &str) {
        println!("SKIPPED: {part}: {reason}");
        self.skipped.push(format!("{part}: {reason}"));
    }

    pub(crate) fn print(&self) {
        println!("\n== Summary");
        for (part, findings) in &self.found {
            println!("{part:<12} {findings:>4} findings");
        }
        for skipped in &self.skipped {
            println!("skipped      {skipped}");
        }
        let findings: usize = self.found.iter().map(|(_, findings)| findings).sum();
        println!(
            "demo: {} parts, {findings} findings, {} skipped",
            self.found.len(),
            self.skipped.len()
        );
    }
}

/// The findings of a `jsonl` file, one line of text each.
pub(crate) fn read(path: &Path) -> Result<Vec<String>, TaskError> {
    let text = std::fs::read_to_string(path).map_err(TaskError::file("read", path))?;
    let mut findings = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let value: Value = serde_json::from_str(line).map_err(|source| TaskError::Json {
            program: "merlon",
            source,
        })?;
        if value.get("rule").is_some() {
            findings.push(line_of(&value));
        }
    }
    Ok(findings)
}

fn line_of(finding: &Value) -> String {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
    let pid = finding
        .pointer("/subject/pid")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    format!(
        "{:<8} {:<32} pid {pid:<7} {}",
        text("severity"),
        text("rule"),
        text("message")
    )
}
