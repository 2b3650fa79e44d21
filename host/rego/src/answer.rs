//! What a policy answers about one object.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use merlon_model::{FixPath, ObjectSubject, Outcome};

/// Whether a failure may deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strength {
    /// From a `deny` or `violation` rule.
    Deny,
    /// From a `warn` rule: it warns at most, whatever the mode.
    Advisory,
}

/// One answer about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Place in [`crate::Policies::rules`].
    pub rule: usize,
    /// `Fail`, or `Skip` from a `skip` rule.
    pub outcome: Outcome,
    /// Whether it may deny.
    pub advisory: Strength,
    /// One sentence about this object.
    pub message: String,
    /// The container it is about.
    pub container: Option<String>,
    /// Paths in the object that fail.
    pub failed_paths: Vec<String>,
    /// Changes that would make it pass.
    pub fix_paths: Vec<FixPath>,
    /// What the policy saw.
    pub evidence: BTreeMap<String, String>,
    /// The object it is about, when that is not the one that was judged.
    pub object: Option<ObjectSubject>,
}

/// Why a rule has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It ran longer than the limit.
    TimedOut(Duration),
    /// It answered more than this often; the first answers are kept.
    TooManyAnswers(usize),
    /// An answer holds more text than this many bytes; the message is kept, cut.
    TooMuchText(usize),
    /// It asked a builtin for more than evaluation may produce; the text says which.
    TooMuchWork(String),
    /// It failed; the text says where and why.
    Failed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(f, "gave no answer within {limit:?}"),
            Self::TooManyAnswers(limit) => write!(f, "gave more than {limit} answers"),
            Self::TooMuchText(limit) => write!(f, "gave an answer of more than {limit} bytes"),
            Self::TooMuchWork(what) => write!(f, "asked for too much: {what}"),
            Self::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

/// A rule that could not answer; the other rules' answers stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{entry} {what}")]
pub struct RegoFault {
    /// Place in [`crate::Policies::rules`].
    pub rule: usize,
    /// The Rego rule that was evaluated: `data.nsa.host_pid.deny`.
    pub entry: String,
    /// What happened.
    pub what: Fault,
}

/// Everything the policies say about one object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// Failures and skips.
    pub answers: Vec<Answer>,
    /// Rules that could not answer.
    pub faults: Vec<RegoFault>,
    /// Rules that applied, could answer and had nothing to say.
    pub passed: Vec<usize>,
    /// Rules that do not judge this kind of object.
    pub skipped: Vec<usize>,
}
