//! What a rule says about itself, once; findings only name it.

use serde::{Deserialize, Serialize};

use crate::{Confidence, Severity};

/// The id of a ruleset: `nsa`, `secrets`.
pub type RulesetId = std::sync::Arc<str>;
/// The id of a rule inside its ruleset: `host-pid`. Findings write `<ruleset>/<rule>`.
pub type RuleId = std::sync::Arc<str>;

/// The metadata of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Lower-case words joined by `-`, unique inside the ruleset.
    pub id: RuleId,
    /// One sentence: what is wrong when it fails.
    pub title: String,
    /// How much a failure matters.
    pub severity: Severity,
    /// How sure the rule is.
    #[serde(default)]
    pub confidence: Confidence,
    /// MITRE ATT&CK technique ids: `T1611`.
    #[serde(default)]
    pub attack: Vec<String>,
    /// Framework ids: `C-0038`, `NSA:pod-security`, `PSS:baseline:hostNamespaces`.
    #[serde(default)]
    pub controls: Vec<String>,
    /// What to do about it.
    #[serde(default)]
    pub remediation: String,
    /// Where to read more.
    #[serde(default)]
    pub references: Vec<String>,
    /// The object kinds the rule judges; empty means every kind.
    #[serde(default)]
    pub kinds: Vec<String>,
}
