//! What is remembered of files, so that the same layer is judged once: findings as JSON, as they were
//! before exemptions. Those are applied when something is recalled, for they change and end.

use merlon_cache::Identity;
use merlon_model::{Event, Finding, Outcome, Subject, Timestamp};

use crate::catalog::Catalog;
use crate::combine;
use crate::enabled::Enabled;
use crate::engine::{Detail, Evaluation};

/// Names all that answers about files depend on, besides the files.
pub(crate) fn identity(catalog: &Catalog, detail: Detail) -> String {
    let mut identity = Identity::new();
    identity.part(format!("{detail:?}"));
    for enabled in catalog.rulesets() {
        let entry = &enabled.entry;
        identity.part(&entry.ruleset.digest);
        identity.part(entry.settings.to_string());
        let circumstances = (
            &entry.trust,
            &entry.grants,
            &entry.limits,
            &enabled.selection,
        );
        identity.part(format!("{circumstances:?}"));
        for engine in enabled.engines() {
            identity.part(engine.as_bytes());
        }
    }
    identity.name().to_string()
}

/// What to remember of each of `events`; nothing of those that some rule could not answer.
pub(crate) fn remember(evaluation: &Evaluation, events: usize) -> Vec<Option<Vec<u8>>> {
    let mut findings: Vec<Option<Vec<&Finding>>> = vec![Some(Vec::new()); events];
    for row in &evaluation.unanswered {
        if let Some(row) = findings.get_mut(*row) {
            *row = None;
        }
    }
    for (row, finding) in &evaluation.findings {
        let Some(slot) = findings.get_mut(*row) else {
            continue;
        };
        match (&mut *slot, finding.outcome) {
            (_, Outcome::Error) => *slot = None,
            (Some(findings), _) => findings.push(finding),
            (None, _) => {}
        }
    }
    let bytes = |findings: Vec<&Finding>| match findings.is_empty() {
        true => Some(Vec::new()),
        false => serde_json::to_vec(&findings).ok(),
    };
    findings
        .into_iter()
        .map(|findings| bytes(findings?))
        .collect()
}

/// The findings that were remembered, about `event` as it is now.
pub(crate) fn recall(catalog: &Catalog, event: &Event, remembered: &[u8]) -> Option<Vec<Finding>> {
    if remembered.is_empty() {
        return Some(Vec::new());
    }
    let mut findings: Vec<Finding> = serde_json::from_slice(remembered).ok()?;
    for finding in &mut findings {
        let ruleset = catalog.ruleset(&finding.ruleset.id)?;
        renew(finding, ruleset, event);
    }
    Some(findings)
}

// The image, the layers above and the time are others than when it was found.
fn renew(finding: &mut Finding, ruleset: &Enabled, event: &Event) {
    if matches!(finding.subject, Subject::File(_)) {
        finding.subject = Subject::of(event);
    }
    finding.time = Timestamp::now();
    finding.disposition = combine::disposition(finding.outcome, ruleset.entry.mode, finding.origin);
    finding.evidence.remove(Finding::EXEMPTED_BECAUSE);
    if finding.outcome != Outcome::Fail {
        return;
    }
    ruleset.count_hit();
    let exemption = ruleset.exemption_of(&finding.rule, &finding.subject, finding.time);
    if let Some(exemption) = exemption {
        finding.exempt(&exemption.reason);
    }
}
