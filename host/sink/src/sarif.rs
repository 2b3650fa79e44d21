//! SARIF 2.1.0, in the shape that code hosts show: one rule list, a place for every result, a
//! fingerprint that survives moved lines.

use std::io::{self, Write};

use indexmap::IndexMap;
use merlon_model::{Confidence, Disposition, Finding, Outcome, Severity, Subject};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::field::is_link;
use crate::place;
use crate::report::{Report, ReportError};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: [Value; 1],
    column_kind: &'static str,
    results: Results<'a>,
    properties: Value,
}

/// Serialised one by one: a million results never exist twice.
struct Results<'a> {
    findings: &'a [Finding],
    rules: &'a IndexMap<&'a str, &'a Finding>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| {
            let rule = self.rules.get_index_of(&*finding.rule);
            result(finding, rule.unwrap_or_default())
        }))
    }
}

pub(crate) fn write(report: &Report<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let mut rules = IndexMap::new();
    for finding in report.findings {
        rules.entry(&*finding.rule).or_insert(finding);
    }
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: tool(&rules),
            invocations: [invocation(report.errors)],
            column_kind: "unicodeCodePoints",
            results: Results {
                findings: report.findings,
                rules: &rules,
            },
            properties: json!({ "summary": report.summary }),
        }],
    };
    serde_json::to_writer_pretty(&mut out, &log)?;
    writeln!(out)
}

fn tool(rules: &IndexMap<&str, &Finding>) -> Value {
    let mut rulesets = IndexMap::new();
    for finding in rules.values() {
        let ruleset = &finding.ruleset;
        rulesets.entry(&*ruleset.id).or_insert_with(|| {
            json!({
                "name": ruleset.id,
                "version": ruleset.version,
                "properties": { "digest": ruleset.digest },
            })
        });
    }
    let rules: Vec<Value> = rules.values().map(|finding| rule(finding)).collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "driver": {
            "name": "Merlon",
            "version": version,
            "semanticVersion": version,
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        },
        "extensions": rulesets.into_values().collect::<Vec<_>>(),
    })
}

fn rule(finding: &Finding) -> Value {
    let mut tags = vec!["security".to_owned()];
    tags.extend(finding.controls.iter().cloned());
    tags.extend(finding.attack.iter().map(|id| format!("attack/{id}")));
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    let mut rule = json!({
        "id": finding.rule,
        "name": finding.rule.rsplit('/').next(),
        "shortDescription": { "text": title(finding) },
        "fullDescription": { "text": title(finding) },
        "help": { "text": help(finding, plain_link), "markdown": help(finding, markdown_link) },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": {
            "tags": tags,
            "precision": precision(finding.confidence),
            "problem.severity": problem_severity(finding.severity),
            "security-severity": score(finding.severity),
        },
    });
    let link = finding.references.iter().find(|link| is_link(link));
    if let (Some(link), Value::Object(rule)) = (link, &mut rule) {
        rule.insert("helpUri".to_owned(), json!(link));
    }
    rule
}

fn title(finding: &Finding) -> &str {
    if finding.title.is_empty() {
        &finding.rule
    } else {
        &finding.title
    }
}

fn help(finding: &Finding, link: fn(&str) -> String) -> String {
    let what = if finding.remediation.is_empty() {
        title(finding)
    } else {
        &finding.remediation
    };
    let links: String = finding.references.iter().map(|url| link(url)).collect();
    if links.is_empty() {
        what.to_owned()
    } else {
        format!("{what}\n\n{links}")
    }
}

fn plain_link(url: &str) -> String {
    format!("{url}\n")
}

fn markdown_link(url: &str) -> String {
    if is_link(url) {
        format!("- <{url}>\n")
    } else {
        format!("- {url}\n")
    }
}

fn result(finding: &Finding, rule: usize) -> Value {
    let failed = finding.outcome == Outcome::Fail;
    let kind = match finding.outcome {
        Outcome::Fail => "fail",
        Outcome::Pass => "pass",
        Outcome::Skip => "notApplicable",
        Outcome::Error => "open",
    };
    let text = if finding.message.is_empty() {
        title(finding)
    } else {
        &finding.message
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": kind,
        "level": if failed { level(finding.severity) } else { "none" },
        "message": { "text": text },
        "locations": [location(finding)],
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{}:1", finding.fingerprint.trim_start_matches("b3:")),
            "merlonFingerprint/v1": finding.fingerprint,
        },
        "properties": properties(finding),
    });
    if let (Disposition::Exempted, Value::Object(result)) = (finding.disposition, &mut result) {
        result.insert("suppressions".to_owned(), json!([suppression(finding)]));
    }
    result
}

fn suppression(finding: &Finding) -> Value {
    let reason = finding.evidence.get(Finding::EXEMPTED_BECAUSE);
    reason.map_or_else(
        || json!({ "kind": "external", "status": "accepted" }),
        |reason| json!({ "kind": "external", "status": "accepted", "justification": reason }),
    )
}

fn properties(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity,
        "disposition": finding.disposition,
        "source": finding.origin,
        "subject": finding.subject,
        "controls": finding.controls,
        "attack": finding.attack,
        "failedPaths": finding.failed_paths,
        "fixPaths": finding.fix_paths,
        "evidence": finding.evidence,
    })
}

fn location(finding: &Finding) -> Value {
    let mut region = Map::new();
    // A result without a line is not shown beside the code.
    region.insert(
        "startLine".to_owned(),
        json!(place::line(finding).unwrap_or(1).max(1)),
    );
    if let Some(column) = place::column(finding) {
        region.insert("startColumn".to_owned(), json!(column.max(1)));
    }
    if let Some(place) = &finding.location
        && let (Some(offset), Some(length)) = (place.offset, place.length)
    {
        region.insert("byteOffset".to_owned(), json!(offset));
        region.insert("byteLength".to_owned(), json!(length));
    }
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place::artifact_path(finding)) },
            "region": region,
        },
        "logicalLocations": [logical(finding)],
    })
}

fn logical(finding: &Finding) -> Value {
    let (name, kind) = match &finding.subject {
        Subject::Object(object) => {
            let mut name = place::object_name(object);
            if let Some(container) = &object.container {
                name = format!("{name}/{container}");
            }
            (name, "object")
        }
        Subject::File(file) => match &file.image {
            Some(image) => (format!("{}:{}", image.reference, file.path), "resource"),
            None => (file.path.clone(), "resource"),
        },
        Subject::Image(image) => (image.reference.clone(), "resource"),
        Subject::Process(process) => (place::process_name(process), "resource"),
    };
    json!({ "fullyQualifiedName": name, "kind": kind })
}

fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn invocation(errors: &[ReportError]) -> Value {
    let notes: Vec<Value> = errors.iter().map(notification).collect();
    json!({
        "executionSuccessful": errors.is_empty(),
        "toolExecutionNotifications": notes,
    })
}

fn notification(error: &ReportError) -> Value {
    let mut note = json!({
        "level": "error",
        "message": { "text": format!("{}: {}", error.what, error.message) },
    });
    let place = error
        .location
        .as_ref()
        .filter(|place| !place.file.is_empty());
    if let (Some(place), Value::Object(note)) = (place, &mut note) {
        let file = uri(place.file.trim_start_matches('/'));
        let line = place.line.unwrap_or(1).max(1);
        let place = json!([{
            "physicalLocation": {
                "artifactLocation": { "uri": file },
                "region": { "startLine": line },
            },
        }]);
        note.insert("locations".to_owned(), place);
    }
    note
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// The middle of the band that code hosts give the same name to.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}
