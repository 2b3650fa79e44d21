//! What a plugin answered, checked: every index in range, every text bounded.

use std::collections::BTreeMap;

use merlon_model::{FixPath, Location, Outcome};

use crate::bindings::exports::merlon::plugin::detector::Finding as Raw;
use crate::bindings::merlon::plugin::types as wit;
use crate::error::Fault;
use crate::limits::Limits;

/// One finding of a plugin, about one row of the batch it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Row of the batch.
    pub row: usize,
    /// Place in the manifest's rules.
    pub rule: usize,
    /// What the rule says.
    pub outcome: Outcome,
    /// About this subject.
    pub message: String,
    /// The container inside an object.
    pub container: Option<String>,
    /// Where in the file.
    pub location: Option<Location>,
    /// Paths inside the object.
    pub failed_paths: Vec<String>,
    /// What would make it pass.
    pub fix_paths: Vec<FixPath>,
    /// What the rule saw.
    pub evidence: BTreeMap<String, String>,
    /// What tells two findings of one rule on one subject apart.
    pub distinct: Option<String>,
}

/// Paths, fixes and evidence entries in one finding.
const LIST: usize = 64;

/// Cuts a text at a character border and replaces control characters, which could draw on a terminal.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    let end = text.floor_char_boundary(limit);
    let kept = text.get(..end).unwrap_or("");
    kept.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Checks an answer.
pub(crate) fn check(
    raw: Vec<Raw>,
    rows: usize,
    rules: usize,
    limits: &Limits,
) -> Result<Vec<Answer>, Fault> {
    if raw.len() > limits.findings {
        return Err(Fault::Malformed(format!(
            "{} findings, at most {} are read",
            raw.len(),
            limits.findings
        )));
    }
    raw.into_iter()
        .map(|finding| check_one(finding, rows, rules, limits))
        .collect()
}

fn check_one(raw: Raw, rows: usize, rules: usize, limits: &Limits) -> Result<Answer, Fault> {
    let row = index(raw.row, rows)
        .ok_or_else(|| Fault::Malformed(format!("row {} of a batch of {rows}", raw.row)))?;
    let rule = index(raw.rule, rules)
        .ok_or_else(|| Fault::Malformed(format!("rule {} of {rules}", raw.rule)))?;
    let text = |text: &str| bounded(text, limits.text);
    Ok(Answer {
        row,
        rule,
        outcome: match raw.outcome {
            wit::Outcome::Fail => Outcome::Fail,
            wit::Outcome::Pass => Outcome::Pass,
            wit::Outcome::Skip => Outcome::Skip,
        },
        message: text(&raw.message),
        container: raw.container.as_deref().map(text),
        location: raw.location.map(|place| Location {
            offset: place.offset,
            length: place.length,
            line: place.line,
            column: place.column,
            ..Location::default()
        }),
        failed_paths: raw
            .failed_paths
            .iter()
            .take(LIST)
            .map(|path| text(path))
            .collect(),
        fix_paths: raw
            .fix_paths
            .iter()
            .take(LIST)
            .map(|fix| FixPath {
                path: text(&fix.path),
                value: text(&fix.value),
            })
            .collect(),
        evidence: raw
            .evidence
            .iter()
            .take(LIST)
            .map(|(k, v)| (text(k), text(v)))
            .collect(),
        distinct: raw.distinct.as_deref().map(text),
    })
}

fn index(value: u32, length: usize) -> Option<usize> {
    usize::try_from(value).ok().filter(|index| *index < length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_a_character_and_cannot_move_the_cursor() {
        assert_eq!(bounded("añb", 2), "a");
        assert_eq!(bounded("a\u{1b}[2J", 100), "a\u{fffd}[2J");
    }
}
