//! A rule with its judgement.

use merlon_sdk::{Confidence, Rule, Severity};

use crate::exec::Exec;

/// What a detector says: a sentence, and what tells two findings on one process apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// One sentence.
    pub message: String,
    /// More than every finding of this plugin carries.
    pub evidence: Vec<(&'static str, String)>,
}

impl Detection {
    /// A sentence alone.
    pub fn new(message: impl Into<String>) -> Option<Self> {
        Some(Self {
            message: message.into(),
            evidence: Vec::new(),
        })
    }

    /// A sentence and what it rests on.
    pub fn with(
        message: impl Into<String>,
        key: &'static str,
        value: impl Into<String>,
    ) -> Option<Self> {
        Some(Self {
            message: message.into(),
            evidence: vec![(key, value.into())],
        })
    }
}

/// The judgement of a detector.
pub type Judge = fn(&Exec<'_>) -> Option<Detection>;

/// One rule.
#[derive(Debug, Clone)]
pub struct Detector {
    /// Its metadata.
    pub rule: Rule,
    /// True for every event that `judge` could hold for.
    pub prefilter: &'static str,
    /// Whether it holds, and why.
    pub judge: Judge,
}

impl Detector {
    /// A detector of medium severity.
    #[must_use]
    pub fn new(id: &str, title: &str, prefilter: &'static str, judge: Judge) -> Self {
        Self {
            rule: Rule::new(id, title),
            prefilter,
            judge,
        }
    }

    /// ATT&CK techniques.
    #[must_use]
    pub fn attack(mut self, techniques: &[&str]) -> Self {
        for technique in techniques {
            let page = technique.replace('.', "/");
            self.rule = self
                .rule
                .attack(technique)
                .reference(&format!("https://attack.mitre.org/techniques/{page}/"));
        }
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.rule = self.rule.severity(severity);
        self
    }

    /// Ordinary work looks like this too.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.rule = self.rule.confidence(confidence);
        self
    }

    /// What to do.
    #[must_use]
    pub fn remedy(mut self, text: &str) -> Self {
        self.rule = self.rule.remediation(text);
        self
    }
}
