//! What a ruleset answers, and how much of the answer takes effect.

use serde::{Deserialize, Serialize};

/// The answer for one event; the order is strictness, so `max` combines.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum Verdict {
    #[default]
    Allow,
    Warn,
    Deny,
}

/// How much of a verdict takes effect (Kubernetes `validationActions`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A failing rule denies.
    Enforce,
    /// A failing rule warns.
    Warn,
    /// A failing rule is only recorded.
    #[default]
    Audit,
}

impl Mode {
    /// The strictest verdict that this mode lets through.
    #[must_use]
    pub fn cap(self) -> Verdict {
        match self {
            Self::Enforce => Verdict::Deny,
            Self::Warn => Verdict::Warn,
            Self::Audit => Verdict::Allow,
        }
    }
}

/// The answer when a rule cannot answer (Kubernetes `failurePolicy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum OnFault {
    Deny,
    #[default]
    Allow,
}
