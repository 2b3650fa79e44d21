//! The numbers of a job, as contract section 8 writes them.

use std::collections::BTreeMap;

use merlon_model::{Disposition, Finding, Outcome, Severity, Timestamp};
use serde::{Deserialize, Serialize};

use crate::suppression::UnusedSuppression;

/// Findings by verdict; those of an exempted subject are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of `Outcome` and `Disposition`")]
pub struct Counts {
    pub fail: u64,
    pub pass: u64,
    pub skip: u64,
    pub error: u64,
    pub exempted: u64,
}

/// Failing findings by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of `Severity`")]
pub struct Severities {
    pub critical: u64,
    pub high: u64,
    pub medium: u64,
    pub low: u64,
    pub info: u64,
}

impl Severities {
    /// The count of one severity.
    #[must_use]
    pub fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    fn slot(&mut self, severity: Severity) -> &mut u64 {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }
}

/// What one ruleset and its plugin did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct RulesetUse {
    /// Batches it judged.
    pub calls: u64,
    /// Events in them.
    pub rows: u64,
    /// Places where its patterns hold.
    pub hits: u64,
    /// CPU time of its calls.
    pub cpu_seconds: f64,
    /// Calls that trapped or exceeded a limit.
    pub faults: u64,
    /// Findings and lines of log over its caps.
    pub dropped: u64,
}

/// What was met and not searched, or not told one by one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Hits of patterns over the cap of one file.
    pub hits: u64,
    /// Bytes of encoded text over the budget of one file; its plain bytes were searched.
    pub encoded_bytes: u64,
    /// Members of archives that only a password opens.
    pub encrypted_members: u64,
    /// Files that begin like an archive and are none; their plain bytes were searched.
    pub broken_archives: u64,
    /// Archives that cannot be opened, by kind (`bzip2`, `7z`, `rar` ...); their plain bytes were searched.
    #[serde(default)]
    pub unopened_archives: BTreeMap<String, u64>,
    /// Hard links to a file of a lower layer, where its content is judged.
    pub links: u64,
}

/// The numbers of a job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Findings by verdict.
    pub verdicts: Counts,
    /// Failing findings by severity.
    pub severities: Severities,
    /// Findings that were counted but not kept.
    pub dropped: u64,
    /// Files seen.
    pub files: u64,
    /// Bytes read of them.
    pub bytes: u64,
    /// Files in archives, and in archives in these.
    #[serde(default)]
    pub members: u64,
    /// Bytes read of those.
    #[serde(default)]
    pub member_bytes: u64,
    /// What was met and not searched, or not told one by one.
    #[serde(default)]
    pub left_out: LeftOut,
    /// Layers of images seen.
    #[serde(default)]
    pub layers: u64,
    /// Those of which was remembered what is in them: they were not read again.
    #[serde(default)]
    pub layers_recalled: u64,
    /// Kubernetes objects seen.
    pub objects: u64,
    /// Events judged, of every kind.
    pub events: u64,
    /// When the job began.
    pub started: Timestamp,
    /// Time it took.
    pub wall_seconds: f64,
    /// CPU time it took, in all threads.
    pub cpu_seconds: f64,
    /// By ruleset id.
    pub rulesets: BTreeMap<String, RulesetUse>,
    /// Exemptions and baseline entries that nothing came of, in the order in which they are written.
    #[serde(default)]
    pub unused_suppressions: Vec<UnusedSuppression>,
}

impl Summary {
    /// Counts one finding by verdict and severity.
    pub fn count(&mut self, finding: &Finding) {
        let verdicts = &mut self.verdicts;
        if finding.disposition == Disposition::Exempted {
            verdicts.exempted += 1;
            return;
        }
        match finding.outcome {
            Outcome::Fail => {
                verdicts.fail += 1;
                *self.severities.slot(finding.severity) += 1;
            }
            Outcome::Pass => verdicts.pass += 1,
            Outcome::Skip => verdicts.skip += 1,
            Outcome::Error => verdicts.error += 1,
        }
    }
}
