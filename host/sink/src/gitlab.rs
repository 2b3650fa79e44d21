//! GitLab's SAST report, which fills its security dashboard and merge request widget.

use std::collections::HashMap;
use std::io::{self, Write};

use merlon_model::{Disposition, Finding, Outcome, Severity, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::place;
use crate::report::Report;

/// The version of the report format.
const VERSION: &str = "15.2.1";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vulnerabilities<'a>,
}

/// The findings that fail: the format knows no others.
struct Vulnerabilities<'a>(&'a [Finding]);

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let failing = self.0.iter().filter(|finding| {
            finding.outcome == Outcome::Fail && finding.disposition != Disposition::Exempted
        });
        serializer.collect_seq(failing.map(|finding| {
            let count = seen.entry(&finding.fingerprint).or_default();
            *count += 1;
            vulnerability(finding, *count)
        }))
    }
}

pub(crate) fn write(report: &Report<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        scan: scan(report),
        vulnerabilities: Vulnerabilities(report.findings),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)
}

fn scan(report: &Report<'_>) -> Value {
    let started = report.summary.started;
    let nanos = std::time::Duration::try_from_secs_f64(report.summary.wall_seconds)
        .map(|time| u64::try_from(time.as_nanos()).unwrap_or(0))
        .unwrap_or(0);
    let ended = Timestamp::from_nanos(started.nanos().saturating_add(nanos));
    let tool = json!({
        "id": "merlon",
        "name": "Merlon",
        "version": env!("CARGO_PKG_VERSION"),
        "url": env!("CARGO_PKG_REPOSITORY"),
        "vendor": { "name": "Merlon" },
    });
    let messages: Vec<Value> = report
        .errors
        .iter()
        .map(|error| {
            let text = format!("{}: {}", error.what, error.message);
            json!({ "level": "fatal", "value": text })
        })
        .collect();
    json!({
        "analyzer": tool,
        "scanner": tool,
        "type": "sast",
        "start_time": to_the_second(started),
        "end_time": to_the_second(ended),
        "status": if report.errors.is_empty() { "success" } else { "failure" },
        "messages": messages,
    })
}

/// `2026-11-24T18:00:00`, as the format wants it.
fn to_the_second(time: Timestamp) -> String {
    time.to_string().chars().take(19).collect()
}

fn vulnerability(finding: &Finding, count: usize) -> Value {
    let mut identifiers = vec![json!({
        "type": "merlon_rule",
        "name": finding.rule,
        "value": finding.rule,
    })];
    identifiers.extend(
        finding
            .controls
            .iter()
            .chain(&finding.attack)
            .map(|id| json!({ "type": "control", "name": id, "value": id })),
    );
    let links = finding
        .references
        .iter()
        .filter(|url| url.starts_with("https://"));
    let links: Vec<Value> = links.map(|url| json!({ "url": url })).collect();
    let mut location = json!({ "file": place::artifact_path(finding) });
    if let (Some(line), Value::Object(location)) = (place::line(finding), &mut location) {
        location.insert("start_line".to_owned(), json!(line));
    }
    json!({
        "id": id(&finding.fingerprint, count),
        "name": finding.title,
        "description": finding.message,
        "severity": severity(finding.severity),
        "solution": finding.remediation,
        "location": location,
        "identifiers": identifiers,
        "links": links,
    })
}

/// The fingerprint in the shape of a UUID; a repeated one is told apart by its number.
fn id(fingerprint: &str, count: usize) -> String {
    let hex = fingerprint.trim_start_matches("b3:");
    let mut id = String::new();
    for (at, letter) in hex.chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(letter);
    }
    if count > 1 {
        id.push_str(&format!("-{count}"));
    }
    id
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}
