//! GitLab's security reports: SAST, and secret detection. GitLab takes a report only where its type is
//! asked for (`artifacts:reports:sast`, `artifacts:reports:secret_detection`), so the format decides the
//! type, never what was found.

use std::collections::HashMap;
use std::io::{self, Write};

use merlon_model::{Disposition, Finding, Outcome, Severity, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::field::{at_most, is_link};
use crate::place;
use crate::report::Report;

/// The version of the report format.
const VERSION: &str = "15.2.1";
/// Letters that the format gives a name, a solution and a description.
const NAME: usize = 255;
const SOLUTION: usize = 7000;
const DESCRIPTION: usize = 1 << 20;
/// The format wants the commit of a secret. Files that are scanned as they lie belong to none.
const NO_COMMIT: &str = "0000000";

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every finding that fails.
    Sast,
    /// Those of them that are secrets.
    SecretDetection,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Sast => "sast",
            Self::SecretDetection => "secret_detection",
        }
    }

    fn lists(self, finding: &Finding) -> bool {
        self == Self::Sast || place::is_secret(finding)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vulnerabilities<'a>,
}

/// The findings that fail: the format knows no others.
struct Vulnerabilities<'a> {
    kind: Kind,
    findings: &'a [Finding],
}

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let listed = failing(self.findings).filter(|finding| self.kind.lists(finding));
        serializer.collect_seq(listed.map(|finding| {
            let count = seen.entry(&finding.fingerprint).or_default();
            *count += 1;
            vulnerability(self.kind, finding, *count)
        }))
    }
}

fn failing(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| {
        finding.outcome == Outcome::Fail && finding.disposition != Disposition::Exempted
    })
}

pub(crate) fn write(kind: Kind, report: &Report<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        scan: scan(kind, report),
        vulnerabilities: Vulnerabilities {
            kind,
            findings: report.findings,
        },
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)
}

fn scan(kind: Kind, report: &Report<'_>) -> Value {
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
    json!({
        "analyzer": tool,
        "scanner": tool,
        "type": kind.name(),
        "start_time": to_the_second(started),
        "end_time": to_the_second(ended),
        "status": if report.errors.is_empty() { "success" } else { "failure" },
        "messages": messages(kind, report),
    })
}

/// What could not be done, and how many findings another report has to tell.
fn messages(kind: Kind, report: &Report<'_>) -> Vec<Value> {
    let errors = report.errors.iter().map(|error| {
        let text = format!("{}: {}", error.what, error.message);
        json!({ "level": "fatal", "value": text })
    });
    let mut messages: Vec<Value> = errors.collect();
    let left_out = failing(report.findings)
        .filter(|finding| !kind.lists(finding))
        .count();
    if left_out > 0 {
        let text = format!("{left_out} findings are no secrets; the format `gitlab` lists them");
        messages.push(json!({ "level": "warn", "value": text }));
    }
    messages
}

/// `2026-11-24T18:00:00`, as the format wants it.
fn to_the_second(time: Timestamp) -> String {
    time.to_string().chars().take(19).collect()
}

fn vulnerability(kind: Kind, finding: &Finding, count: usize) -> Value {
    let mut identifiers = vec![json!({
        "type": "merlon_rule",
        "name": finding.rule,
        "value": finding.rule,
    })];
    let others = finding.controls.iter().chain(&finding.attack);
    identifiers.extend(
        others
            .filter(|id| !id.is_empty())
            .map(|id| json!({ "type": "control", "name": id, "value": id })),
    );
    let links = finding.references.iter().filter(|url| is_link(url));
    let links: Vec<Value> = links.map(|url| json!({ "url": url })).collect();
    json!({
        "id": id(&finding.fingerprint, count),
        "name": at_most(NAME, &finding.title),
        "description": at_most(DESCRIPTION, &finding.message),
        "severity": severity(finding.severity),
        "solution": at_most(SOLUTION, &finding.remediation),
        "location": location(kind, finding),
        "identifiers": identifiers,
        "links": links,
    })
}

fn location(kind: Kind, finding: &Finding) -> Value {
    let mut location = json!({ "file": place::artifact_path(finding) });
    if let Value::Object(location) = &mut location {
        if let Some(line) = place::line(finding) {
            location.insert("start_line".to_owned(), json!(line));
        }
        if kind == Kind::SecretDetection {
            location.insert("commit".to_owned(), json!({ "sha": NO_COMMIT }));
        }
    }
    location
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
