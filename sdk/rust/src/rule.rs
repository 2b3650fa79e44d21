//! Building the metadata of a rule.

use crate::bindings::merlon::plugin::types::{Confidence, Rule, Severity};

impl Rule {
    /// A rule of medium severity and high confidence. `id` is lower-case words joined by `-`.
    #[must_use]
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            severity: Severity::Medium,
            confidence: Confidence::High,
            attack: Vec::new(),
            controls: Vec::new(),
            remediation: String::new(),
            references: Vec::new(),
        }
    }

    /// How much it matters if it is true.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// How sure the rule is.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds a MITRE ATT&CK technique id.
    #[must_use]
    pub fn attack(mut self, technique: &str) -> Self {
        self.attack.push(technique.to_owned());
        self
    }

    /// Adds a framework id.
    #[must_use]
    pub fn control(mut self, id: &str) -> Self {
        self.controls.push(id.to_owned());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn remediation(mut self, text: &str) -> Self {
        text.clone_into(&mut self.remediation);
        self
    }

    /// Adds a page to read.
    #[must_use]
    pub fn reference(mut self, url: &str) -> Self {
        self.references.push(url.to_owned());
        self
    }
}
