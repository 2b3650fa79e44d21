//! What a job has to say when it is done.

use merlon_model::{Finding, Location};
use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// Something that could not be done: the job is then done only in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportError {
    /// What failed: a target, a ruleset, a file.
    pub what: String,
    /// Why, and what to do.
    pub message: String,
    /// Where, when it is about a place in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// Findings, numbers and errors of one job.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Report<'a> {
    /// In the order in which they are written.
    pub findings: &'a [Finding],
    /// The numbers.
    pub summary: &'a Summary,
    /// What could not be done.
    pub errors: &'a [ReportError],
}
