//! For people at a terminal: findings under the file or subject they are about, then the errors, then
//! one line with the numbers.

use std::io::{self, Write};

use merlon_model::{Disposition, Finding, Outcome, Severity, Subject};

use crate::place;
use crate::report::{Report, ReportError};
use crate::style::{BAD, DIM, GOOD, STRONG, Style, look_of_outcome, look_of_severity};
use crate::summary::Summary;
use crate::text::{fold, harmless, padded, shortened, width};

/// Widest word of the first column: `critical`.
const GRADE: usize = 8;
/// A message narrower than this is easier to read on a line of its own.
const NARROW: usize = 28;
/// Lines of one message.
const MESSAGE_LINES: usize = 4;
/// Fixes shown of one finding.
const FIXES: usize = 3;

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let layout = Layout::of(report.findings, style);
    let mut current = None;
    for finding in report.findings {
        let group = place::group(finding);
        if current.as_ref() != Some(&group) {
            if current.is_some() {
                writeln!(out)?;
            }
            let heading = shortened(&harmless(&group), style.columns());
            writeln!(out, "{}", style.paint(STRONG, heading))?;
            current = Some(group);
        }
        layout.row(finding, out)?;
    }
    if current.is_some() {
        writeln!(out)?;
    }
    for error in report.errors {
        writeln!(out, "{} {}", style.paint(BAD, "error:"), error_text(error))?;
    }
    if !report.errors.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", closing(report, style))
}

/// Column widths, the same for every row so that the eye can run down.
struct Layout {
    style: Style,
    place: usize,
    rule: usize,
}

impl Layout {
    fn of(findings: &[Finding], style: Style) -> Self {
        let widest = |text: fn(&Finding) -> String| {
            let widths = findings.iter().map(|finding| width(&text(finding)));
            widths.max().unwrap_or(0)
        };
        Self {
            style,
            place: widest(position).min(style.columns() / 3),
            rule: widest(|finding| harmless(&finding.rule)),
        }
    }

    fn row(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let grade = padded(grade(finding), GRADE);
        let look = look_of_outcome(finding.outcome, finding.severity);
        write!(out, "  {}", style.paint(look, grade))?;
        if self.place > 0 {
            let place = shortened(&position(finding), self.place);
            write!(out, "  {}", style.paint(DIM, padded(&place, self.place)))?;
        }
        let before = 2 + GRADE + if self.place > 0 { 2 + self.place } else { 0 };
        let beside = before + 2 + self.rule + 2;
        let rule = harmless(&finding.rule);
        let indent = if style.columns() >= beside + NARROW {
            write!(out, "  {}", style.paint(STRONG, padded(&rule, self.rule)))?;
            write!(out, "  ")?;
            beside
        } else {
            writeln!(out, "  {}", style.paint(STRONG, rule))?;
            write!(out, "      ")?;
            6
        };
        self.details(finding, indent, out)
    }

    /// The message where the cursor stands, then what belongs to it, below each other.
    fn details(&self, finding: &Finding, indent: usize, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let room = style.columns().saturating_sub(indent);
        let margin = " ".repeat(indent);
        let lines = fold(&message(finding), room, MESSAGE_LINES);
        writeln!(out, "{}", lines.join(&format!("\n{margin}")))?;
        let mut notes = Vec::new();
        if let Some(snippet) = finding.evidence.get("snippet") {
            notes.push(format!("| {}", harmless(snippet.trim())));
        }
        let fixes = finding.fix_paths.iter().take(FIXES);
        notes.extend(
            fixes.map(|fix| format!("fix: {} = {}", harmless(&fix.path), harmless(&fix.value))),
        );
        if let Some(more) = finding.fix_paths.len().checked_sub(FIXES + 1) {
            notes.push(format!("and {} more", more + 1));
        }
        for note in notes {
            let note = shortened(&note, room);
            writeln!(out, "{margin}{}", style.paint(DIM, note))?;
        }
        Ok(())
    }
}

fn grade(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Fail => finding.severity.name(),
        Outcome::Pass => "pass",
        Outcome::Skip => "skip",
        Outcome::Error => "error",
    }
}

/// Below the heading: line and column, and for a file of an image its path.
fn position(finding: &Finding) -> String {
    let at = match (place::line(finding), place::column(finding)) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        (Some(line), None) => line.to_string(),
        (None, _) => String::new(),
    };
    match &finding.subject {
        Subject::File(file) if file.image.is_some() => {
            let path = harmless(&file.path);
            if at.is_empty() {
                path
            } else {
                format!("{path}:{at}")
            }
        }
        _ => at,
    }
}

/// The message, preceded by the subject when it does not name it, followed by what was done.
fn message(finding: &Finding) -> String {
    let mut text = harmless(&finding.message);
    if text.is_empty() {
        text = harmless(&finding.title);
    }
    if let Subject::Object(object) = &finding.subject
        && !object.name.is_empty()
        && !text.contains(&object.name)
        && place::group(finding) != place::object_name(object)
    {
        text = format!("{}: {text}", harmless(&place::object_name(object)));
    }
    if let Subject::File(file) = &finding.subject {
        let layer = file.layer.as_ref().map(|layer| layer.index);
        match (layer, &file.deleted_by) {
            (Some(layer), Some(gone)) => {
                text.push_str(&format!(
                    " (layer {layer}, deleted by layer {})",
                    gone.index
                ));
            }
            (Some(layer), None) => text.push_str(&format!(" (layer {layer})")),
            (None, _) => {}
        }
    }
    let done = match finding.disposition {
        Disposition::Logged => return text,
        Disposition::Warned => "warned",
        Disposition::Denied => "denied",
        Disposition::Killed => "killed",
        Disposition::Blocked => "blocked",
        Disposition::Exempted => "exempted",
    };
    format!("{text} [{done}]")
}

fn error_text(error: &ReportError) -> String {
    let place = error.location.as_ref().map(|location| {
        let line = location.line.map(|line| format!(":{line}"));
        let column = location.column.map(|column| format!(":{column}"));
        let file = harmless(&location.file);
        format!(
            " ({file}{}{})",
            line.unwrap_or_default(),
            column.unwrap_or_default()
        )
    });
    // A message that points at a line has lines of its own; each is made harmless by itself.
    let message: Vec<String> = error.message.lines().map(harmless).collect();
    let what = harmless(&error.what);
    format!(
        "{what}: {}{}",
        message.join("\n"),
        place.unwrap_or_default()
    )
}

fn closing(report: &Report<'_>, style: Style) -> String {
    let summary = report.summary;
    let failing = summary.verdicts.fail;
    let mut text = if failing == 0 {
        let look = if report.errors.is_empty() {
            GOOD
        } else {
            STRONG
        };
        style.paint(look, "No findings")
    } else {
        style.paint(STRONG, counted(failing, "finding"))
    };
    let grades: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter(|severity| summary.severities.of(*severity) > 0)
        .map(|severity| {
            let count = format!("{} {severity}", summary.severities.of(severity));
            style.paint(look_of_severity(severity), count)
        })
        .collect();
    if !grades.is_empty() {
        text = format!("{text}: {}", grades.join(", "));
    }
    text.push_str(&judged(summary));
    let verdicts = summary.verdicts;
    let notes = [
        (verdicts.exempted, format!("{} exempted", verdicts.exempted)),
        (
            verdicts.error,
            format!("{} without an answer", verdicts.error),
        ),
        (summary.dropped, format!("{} not kept", summary.dropped)),
    ];
    for (_, note) in notes.into_iter().filter(|(count, _)| *count > 0) {
        text = format!("{text}; {note}");
    }
    if !report.errors.is_empty() {
        let errors = counted(report.errors.len() as u64, "error");
        text = format!("{text}; {}", style.paint(BAD, errors));
    }
    text
}

/// ` in 57 objects and 12 files, 0.4 s`.
fn judged(summary: &Summary) -> String {
    let seen: Vec<String> = [(summary.objects, "object"), (summary.files, "file")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let seen = if seen.is_empty() {
        counted(summary.events, "event")
    } else {
        seen.join(" and ")
    };
    format!(" in {seen}, {:.1} s", summary.wall_seconds)
}

fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
