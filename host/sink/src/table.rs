//! For people at a terminal: findings under the file or subject they are about, then the errors, then
//! one line with the numbers.

use std::io::{self, Write};

use merlon_model::{Disposition, Finding, Outcome, Severity, Subject};

use crate::place;
use crate::report::{Report, ReportError};
use crate::style::{BAD, DIM, Exempted, GOOD, STRONG, Style, look_of_outcome, look_of_severity};
use crate::summary::Summary;
use crate::text::{fold, harmless, padded, shortened, width};

/// Widest word of the first column: `critical`.
const GRADE: usize = 8;
/// Columns that a message needs beside its rule.
const NARROW: usize = 12;
/// Lines of one message.
const MESSAGE_LINES: usize = 4;
/// Fixes shown of one finding.
const FIXES: usize = 3;

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let listed: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| {
            style.exempted == Exempted::Listed || finding.disposition != Disposition::Exempted
        })
        .collect();
    for group in listed.chunk_by(|one, next| is_one_group(one, next)) {
        let Some(first) = group.first() else {
            continue;
        };
        heading(first, out, style)?;
        let layout = Layout::of(group, style);
        for finding in group {
            layout.row(finding, out)?;
        }
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

fn is_one_group(one: &Finding, next: &Finding) -> bool {
    place::group(one) == place::group(next) && place::part(one) == place::part(next)
}

/// The group's name, and for a part of an image which one.
fn heading(finding: &Finding, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let name = shortened(&harmless(&place::group(finding)), style.columns());
    write!(out, "{}", style.paint(STRONG, &name))?;
    let Some(part) = part(finding) else {
        return writeln!(out);
    };
    let beside = width(&name) + 2 + width(&part) <= style.columns();
    let gap = if beside { "  " } else { "\n  " };
    let part = shortened(&part, style.columns().saturating_sub(2));
    writeln!(out, "{gap}{}", style.paint(DIM, part))
}

/// The layers between which a file was there, or the place in an image's configuration.
fn part(finding: &Finding) -> Option<String> {
    let part = harmless(&place::part(finding)?.to_string());
    let gone = match &finding.subject {
        Subject::File(file) => file.deleted_by,
        _ => None,
    };
    let gone = gone.map(|gone| format!(", deleted by layer {}", gone.index));
    Some(part + &gone.unwrap_or_default())
}

/// Column widths of one group.
struct Layout {
    style: Style,
    place: usize,
}

impl Layout {
    fn of(findings: &[&Finding], style: Style) -> Self {
        let widths = findings.iter().map(|finding| width(&position(finding)));
        Self {
            style,
            place: widths.max().unwrap_or(0),
        }
    }

    /// `14:7  high  nsa/host-pid  message`. The message folds under the rule, and so does what belongs
    /// to it.
    fn row(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let style = self.style;
        let mut indent = 2;
        write!(out, "  ")?;
        if self.place > 0 {
            let place = padded(&position(finding), self.place);
            write!(out, "{}  ", style.paint(DIM, place))?;
            indent += self.place + 2;
        }
        let look = look_of_outcome(finding.outcome, finding.severity);
        let grade = padded(grade(finding), GRADE);
        write!(out, "{}  ", style.paint(look, grade))?;
        indent += GRADE + 2;
        let rule = harmless(&finding.rule);
        write!(out, "{}", style.paint(STRONG, &rule))?;

        let room = style.columns().saturating_sub(indent);
        let margin = " ".repeat(indent);
        let rule = width(&rule);
        // An id that fills the line leaves the message to the lines below.
        let text = if rule + 2 + NARROW > room {
            let lines = fold(&message(finding), room, MESSAGE_LINES);
            lines
                .iter()
                .map(|line| format!("\n{margin}{line}"))
                .collect()
        } else {
            // The first line begins with room for the rule that already stands there.
            let blank = "\u{a0}".repeat(rule + 1);
            let lines = fold(
                &format!("{blank} {}", message(finding)),
                room,
                MESSAGE_LINES,
            );
            let text = lines.join(&format!("\n{margin}"));
            format!(" {}", text.trim_start_matches('\u{a0}'))
        };
        writeln!(out, "{text}")?;
        for note in notes(finding) {
            let note = shortened(&note, room);
            writeln!(out, "{margin}{}", style.paint(DIM, note))?;
        }
        Ok(())
    }
}

/// What was seen, and what would make it pass.
fn notes(finding: &Finding) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(snippet) = finding.evidence.get("snippet") {
        notes.push(format!("| {}", harmless(snippet.trim())));
    }
    for fix in finding.fix_paths.iter().take(FIXES) {
        let (path, value) = (harmless(&fix.path), harmless(&fix.value));
        notes.push(format!("fix: {path} = {value}"));
    }
    if let Some(more) = finding.fix_paths.len().checked_sub(FIXES + 1) {
        notes.push(format!("and {} more", more + 1));
    }
    notes
}

fn grade(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Fail => finding.severity.name(),
        Outcome::Pass => "pass",
        Outcome::Skip => "skip",
        Outcome::Error => "error",
    }
}

/// Line and column.
fn position(finding: &Finding) -> String {
    match (place::line(finding), place::column(finding)) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        (Some(line), None) => line.to_string(),
        (None, _) => String::new(),
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
