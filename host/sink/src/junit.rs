//! JUnit XML: a suite per ruleset, a case per finding. Passed rules are cases too when they were asked
//! for with `--verdicts all`.
//!
//! Only elements and attributes that the schema of Jenkins' xUnit plugin knows (`junit-10.xsd`): it refuses
//! a file with any other.

use std::io::{self, Write};

use indexmap::IndexMap;
use merlon_model::{Disposition, Finding, Outcome};

use crate::place;
use crate::report::{Report, ReportError};

#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Tally {
    fn of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut tally = Self::default();
        for finding in findings {
            tally.tests += 1;
            match state(finding) {
                State::Passed => {}
                State::Failed => tally.failures += 1,
                State::Skipped => tally.skipped += 1,
                State::Broken => tally.errors += 1,
            }
        }
        tally
    }

    fn attributes(&self) -> String {
        format!(
            r#"tests="{}" failures="{}" errors="{}""#,
            self.tests, self.failures, self.errors
        )
    }
}

enum State {
    Passed,
    Failed,
    Skipped,
    Broken,
}

fn state(finding: &Finding) -> State {
    match (finding.disposition, finding.outcome) {
        (Disposition::Exempted, _) | (_, Outcome::Skip) => State::Skipped,
        (_, Outcome::Fail) => State::Failed,
        (_, Outcome::Pass) => State::Passed,
        (_, Outcome::Error) => State::Broken,
    }
}

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
    for finding in report.findings {
        suites
            .entry(&*finding.ruleset.id)
            .or_default()
            .push(finding);
    }
    let mut total = Tally::of(report.findings.iter());
    total.tests += report.errors.len();
    total.errors += report.errors.len();
    let seconds = report.summary.wall_seconds;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let attributes = total.attributes();
    writeln!(
        out,
        r#"<testsuites name="merlon" {attributes} time="{seconds:.3}">"#
    )?;
    for (id, findings) in &suites {
        let tally = Tally::of(findings.iter().copied());
        let (attributes, skipped) = (tally.attributes(), tally.skipped);
        writeln!(
            out,
            r#"  <testsuite name="{}" {attributes} skipped="{skipped}">"#,
            escaped(id)
        )?;
        for finding in findings {
            case(finding, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if !report.errors.is_empty() {
        errors(report.errors, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn case(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let group = place::group(finding);
    let path = place::artifact_path(finding);
    let line = place::line(finding);
    let at = line.map(|line| format!(":{line}")).unwrap_or_default();
    // Servers tell cases apart by their names, and one path can be in several layers.
    let part = place::part(finding).map(|part| format!(" ({part})"));
    write!(
        out,
        r#"    <testcase classname="{}" name="{} {}{at}{}""#,
        escaped(&group),
        escaped(&finding.rule),
        escaped(&path),
        escaped(&part.unwrap_or_default()),
    )?;
    let message = finding
        .evidence
        .get(Finding::EXEMPTED_BECAUSE)
        .unwrap_or(&finding.message);
    let message = escaped(message);
    let tag = match state(finding) {
        State::Passed => return writeln!(out, "/>"),
        State::Skipped => {
            writeln!(out, ">")?;
            writeln!(out, r#"      <skipped message="{message}"/>"#)?;
            return writeln!(out, "    </testcase>");
        }
        State::Failed => "failure",
        State::Broken => "error",
    };
    writeln!(out, ">")?;
    let severity = finding.severity;
    let text = escaped(&body(finding));
    writeln!(
        out,
        r#"      <{tag} type="{severity}" message="{message}">{text}</{tag}>"#
    )?;
    writeln!(out, "    </testcase>")
}

fn body(finding: &Finding) -> String {
    let mut lines = vec![finding.title.clone()];
    let fixes = finding.fix_paths.iter();
    lines.extend(fixes.map(|fix| format!("fix: {} = {}", fix.path, fix.value)));
    if !finding.remediation.is_empty() {
        lines.push(finding.remediation.clone());
    }
    lines.extend(finding.references.iter().cloned());
    lines.join("\n")
}

fn errors(errors: &[ReportError], out: &mut dyn Write) -> io::Result<()> {
    let count = errors.len();
    writeln!(
        out,
        r#"  <testsuite name="merlon" tests="{count}" failures="0" errors="{count}" skipped="0">"#
    )?;
    for error in errors {
        let what = escaped(&error.what);
        let message = escaped(&error.message);
        writeln!(out, r#"    <testcase classname="merlon" name="{what}">"#)?;
        writeln!(
            out,
            r#"      <error type="incomplete" message="{message}"/>"#
        )?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

/// Text for attributes and elements; what XML 1.0 cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                safe.push('\u{fffd}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}
