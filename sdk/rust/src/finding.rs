//! Building an answer.

use crate::Row;
use crate::bindings::merlon::plugin::types::{Finding as RawFinding, Fix, Location, Outcome};

/// What a rule says about a row. The rule is named by its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    rule: String,
    raw: RawFinding,
}

impl Finding {
    /// The rule fails on that row.
    #[must_use]
    pub fn new(row: Row<'_>, rule: &str, message: impl Into<String>) -> Self {
        Self {
            rule: rule.to_owned(),
            raw: RawFinding {
                row: row.index(),
                rule: u32::MAX,
                outcome: Outcome::Fail,
                message: message.into(),
                container: None,
                location: None,
                failed_paths: Vec::new(),
                fix_paths: Vec::new(),
                evidence: Vec::new(),
                distinct: None,
            },
        }
    }

    /// Says something else than `fail`.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.raw.outcome = outcome;
        self
    }

    /// Adds what the rule saw. Never a secret.
    #[must_use]
    pub fn evidence(mut self, key: &str, value: impl Into<String>) -> Self {
        self.raw.evidence.push((key.to_owned(), value.into()));
        self
    }

    /// Where in the file.
    #[must_use]
    pub fn location(mut self, location: Location) -> Self {
        self.raw.location = Some(location);
        self
    }

    /// The container inside the object.
    #[must_use]
    pub fn container(mut self, name: &str) -> Self {
        self.raw.container = Some(name.to_owned());
        self
    }

    /// Adds a path inside the object: `spec.containers[0].image`.
    #[must_use]
    pub fn failed_path(mut self, path: impl Into<String>) -> Self {
        self.raw.failed_paths.push(path.into());
        self
    }

    /// Adds a change that would make the rule pass.
    #[must_use]
    pub fn fix(mut self, path: impl Into<String>, value: impl Into<String>) -> Self {
        self.raw.fix_paths.push(Fix {
            path: path.into(),
            value: value.into(),
        });
        self
    }

    /// What tells it from another finding of the same rule on the same subject. With `=` in front it
    /// is the whole identity, and the subject's path does not count.
    #[must_use]
    pub fn distinct(mut self, identity: impl Into<String>) -> Self {
        self.raw.distinct = Some(identity.into());
        self
    }

    /// The rule's id.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// As the host wants it, once the rule's place is known.
    pub(crate) fn into_raw(self, rule: u32) -> RawFinding {
        RawFinding { rule, ..self.raw }
    }
}

impl Location {
    /// Where a hit is.
    #[must_use]
    pub fn of(hit: &crate::Hit<'_>) -> Self {
        Self {
            offset: Some(hit.offset),
            length: Some(hit.length),
            line: Some(hit.line).filter(|&line| line > 0),
            column: Some(hit.column).filter(|&column| column > 0),
        }
    }
}
