//! What the host says about the ruleset, and the rules in the host's words.

use merlon_model as model;
use merlon_sdk::{Confidence, Outcome, Rule, Severity, json};
use serde::Deserialize;

/// The settings that the host gives to this plugin, whatever ruleset it runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The rules that the ruleset declares.
    #[serde(default)]
    pub(crate) rules: Vec<model::Rule>,
    /// The ruleset's own settings.
    #[serde(default)]
    pub(crate) settings: json::Value,
    /// Those of its files that are policies.
    pub(crate) policies: Vec<String>,
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        json::from_str(text).map_err(|error| format!("the settings of the Rego engine: {error}"))
    }
}

pub(crate) fn described(rule: &model::Rule) -> Rule {
    Rule {
        id: rule.id.to_string(),
        title: rule.title.clone(),
        severity: match rule.severity {
            model::Severity::Info => Severity::Info,
            model::Severity::Low => Severity::Low,
            model::Severity::Medium => Severity::Medium,
            model::Severity::High => Severity::High,
            model::Severity::Critical => Severity::Critical,
        },
        confidence: match rule.confidence {
            model::Confidence::Low => Confidence::Low,
            model::Confidence::Medium => Confidence::Medium,
            model::Confidence::High => Confidence::High,
        },
        attack: rule.attack.clone(),
        controls: rule.controls.clone(),
        remediation: rule.remediation.clone(),
        references: rule.references.clone(),
    }
}

pub(crate) fn outcome(outcome: model::Outcome) -> Outcome {
    match outcome {
        model::Outcome::Skip => Outcome::Skip,
        model::Outcome::Pass => Outcome::Pass,
        // Faults do not come as answers.
        model::Outcome::Fail | model::Outcome::Error => Outcome::Fail,
    }
}
