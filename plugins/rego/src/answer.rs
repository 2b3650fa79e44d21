//! From what Rego answers to what a plugin answers.

use merlon_sdk::prelude::*;

/// A rule's metadata, as a plugin describes it.
pub(crate) fn rule(rule: &merlon_model::Rule) -> Rule {
    let severity = match rule.severity {
        merlon_model::Severity::Info => Severity::Info,
        merlon_model::Severity::Low => Severity::Low,
        merlon_model::Severity::Medium => Severity::Medium,
        merlon_model::Severity::High => Severity::High,
        merlon_model::Severity::Critical => Severity::Critical,
    };
    let confidence = match rule.confidence {
        merlon_model::Confidence::Low => Confidence::Low,
        merlon_model::Confidence::Medium => Confidence::Medium,
        merlon_model::Confidence::High => Confidence::High,
    };
    let mut described = Rule::new(&rule.id, &rule.title)
        .severity(severity)
        .confidence(confidence)
        .remediation(&rule.remediation);
    for technique in &rule.attack {
        described = described.attack(technique);
    }
    for control in &rule.controls {
        described = described.control(control);
    }
    for page in &rule.references {
        described = described.reference(page);
    }
    described
}

/// A finding about a row.
pub(crate) fn finding<'a>(row: Row<'a>, rule: &str, answer: merlon_rego::Answer) -> Finding {
    let mut finding = Finding::new(row, rule, answer.message);
    if answer.outcome == merlon_model::Outcome::Skip {
        finding = finding.outcome(Outcome::Skip);
    }
    if let Some(container) = &answer.container {
        finding = finding.container(container);
    }
    for path in answer.failed_paths {
        finding = finding.failed_path(path);
    }
    for fix in answer.fix_paths {
        finding = finding.fix(fix.path, fix.value);
    }
    for (key, value) in answer.evidence {
        finding = finding.evidence(&key, value);
    }
    // The interface has no other subject than the row; the engine takes this entry out again.
    if let Some(object) = &answer.object
        && let Ok(text) = serde_json::to_string(object)
    {
        finding = finding.evidence("object", text);
    }
    finding
}
