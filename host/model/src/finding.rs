//! The durable report of a detection, as contract section 3 writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Confidence, Severity, Subject, Timestamp};

/// What the rule says about the subject.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The rule holds: something is wrong.
    #[default]
    Fail,
    /// The rule applies and nothing is wrong.
    Pass,
    /// The rule does not apply, or its evidence is not here.
    Skip,
    /// The rule could not answer; the message says why.
    Error,
}

/// What was then done about it (OCSF `disposition_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum Disposition {
    #[default]
    Logged,
    Warned,
    Denied,
    Killed,
    Blocked,
    Exempted,
}

/// Which of the four moments the finding belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum Origin {
    #[default]
    Scan,
    Admission,
    Audit,
    Sensor,
    Replay,
}

/// The ruleset a finding comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesetRef {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Digest of its content, `sha256:<hex>`.
    pub digest: String,
}

/// Where in a file the finding is; what is unknown is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Location {
    /// The file as the user named it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Path inside the object: `spec.containers[0].securityContext`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// First byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
}

/// A change that makes the rule pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixPath {
    /// Where.
    pub path: String,
    /// The value to set there.
    pub value: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `<ruleset>/<rule>`.
    pub rule: String,
    /// Where the rule comes from.
    pub ruleset: RulesetRef,
    /// The rule's title.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What the rule says.
    #[serde(rename = "verdict")]
    pub outcome: Outcome,
    /// What was done about it.
    pub disposition: Disposition,
    /// Framework ids.
    pub controls: Vec<String>,
    /// MITRE ATT&CK technique ids.
    pub attack: Vec<String>,
    /// One sentence about this subject.
    pub message: String,
    /// What it is about.
    pub subject: Subject,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Paths in the object that fail.
    #[serde(default)]
    pub failed_paths: Vec<String>,
    /// Changes that would make it pass.
    #[serde(default)]
    pub fix_paths: Vec<FixPath>,
    /// What the rule saw; never a secret.
    #[serde(default)]
    pub evidence: BTreeMap<String, String>,
    /// What to do.
    pub remediation: String,
    /// Where to read more.
    pub references: Vec<String>,
    /// `b3:<hex>`, stable across runs, hosts and moved lines.
    pub fingerprint: String,
    /// When.
    pub time: Timestamp,
    /// At which moment.
    #[serde(rename = "source")]
    pub origin: Origin,
}

impl Finding {
    /// The key of `evidence` under which an exempted finding says why.
    pub const EXEMPTED_BECAUSE: &'static str = "exempted_because";

    /// The finding stays, counts no longer, and says why.
    pub fn exempt(&mut self, reason: &str) {
        self.disposition = Disposition::Exempted;
        if !reason.is_empty() {
            let key = Self::EXEMPTED_BECAUSE.to_owned();
            self.evidence.insert(key, reason.to_owned());
        }
    }
}

/// What a fingerprint is the hash of: rule, subject and what tells two findings of one rule on one
/// subject apart. Lines and times are left out, so that a moved line keeps its fingerprint.
#[must_use]
pub fn fingerprint_input(rule: &str, subject: &Subject, distinct: &str) -> String {
    format!("{rule}\0{}\0{distinct}", subject.stable_name())
}
