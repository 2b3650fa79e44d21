//! From an answer to the finding that everybody reads.

use std::collections::BTreeMap;

use merlon_model::{
    Confidence, Event, Finding, FixPath, Location, Origin, Outcome, Rule, Severity, Subject,
    Timestamp, Verdict, fingerprint_input,
};

use crate::combine;
use crate::enabled::Enabled;

/// An answer of a plugin or a policy, in one shape.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) rule: usize,
    pub(crate) outcome: Outcome,
    /// What it may ask for at most, whatever the mode.
    pub(crate) strictest: Verdict,
    pub(crate) message: String,
    pub(crate) container: Option<String>,
    pub(crate) subject: Option<Subject>,
    pub(crate) location: Option<Location>,
    pub(crate) failed_paths: Vec<String>,
    pub(crate) fix_paths: Vec<FixPath>,
    pub(crate) evidence: BTreeMap<String, String>,
    pub(crate) distinct: Option<String>,
}

/// What an answer is about and when.
pub(crate) struct Circumstances<'a> {
    pub(crate) enabled: &'a Enabled,
    pub(crate) event: &'a Event,
    pub(crate) origin: Origin,
    pub(crate) now: Timestamp,
}

/// Findings about what happened carry the time it happened; the others the time they were judged.
fn time(circumstances: &Circumstances<'_>) -> Timestamp {
    match circumstances.event.process() {
        Some(_) => circumstances.event.time,
        None => circumstances.now,
    }
}

/// Completes an answer with what its rule said once.
pub(crate) fn complete(draft: Draft, rule: &Rule, circumstances: &Circumstances<'_>) -> Finding {
    let Circumstances {
        enabled,
        event,
        origin,
        now,
    } = circumstances;
    let mut subject = draft.subject.unwrap_or_else(|| Subject::of(event));
    match &mut subject {
        Subject::Object(object) => object.container = draft.container,
        Subject::Image(image) if image.config_path.is_empty() => {
            image.config_path = draft.failed_paths.first().cloned().unwrap_or_default();
        }
        _ => {}
    }
    let name = format!("{}/{}", enabled.id(), rule.id);
    let exemption = match draft.outcome {
        Outcome::Fail => enabled.exemption_of(&name, &subject, *now),
        _ => None,
    };
    let distinct = draft
        .distinct
        .unwrap_or_else(|| without_indexes(&draft.failed_paths));
    let mut finding = Finding {
        fingerprint: fingerprint(&name, &subject, &distinct),
        rule: name,
        ruleset: enabled.reference.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        confidence: rule.confidence,
        outcome: draft.outcome,
        disposition: combine::disposition(draft.outcome, enabled.entry.mode, *origin),
        controls: rule.controls.clone(),
        attack: rule.attack.clone(),
        message: draft.message,
        location: locate(draft.location, &draft.failed_paths, event),
        subject,
        failed_paths: draft.failed_paths,
        fix_paths: draft.fix_paths,
        evidence: draft.evidence,
        remediation: rule.remediation.clone(),
        references: rule.references.clone(),
        time: time(circumstances),
        origin: *origin,
    };
    if let Some(exemption) = exemption {
        finding.exempt(&exemption.reason);
    }
    finding
}

/// The finding that says a ruleset could not answer.
pub(crate) fn fault(message: String, circumstances: &Circumstances<'_>) -> Finding {
    let rule = Rule {
        id: "fault".into(),
        title: "A ruleset could not answer".to_owned(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        attack: Vec::new(),
        controls: Vec::new(),
        remediation: "See the message; the other rulesets are not affected.".to_owned(),
        references: Vec::new(),
        kinds: Vec::new(),
    };
    let draft = Draft {
        outcome: Outcome::Error,
        message,
        ..Draft::default()
    };
    complete(draft, &rule, circumstances)
}

fn locate(given: Option<Location>, failed: &[String], event: &Event) -> Option<Location> {
    if let Some(object) = event.object() {
        let file = object.file.as_deref()?.to_owned();
        return Some(Location {
            file,
            path: failed.first().cloned(),
            ..Location::default()
        });
    }
    // A text of an image's configuration is in no file.
    let file = event.file().filter(|file| file.config_path.is_none())?;
    Some(Location {
        file: file.name(),
        ..given.unwrap_or_default()
    })
}

/// Places in lists move when somebody inserts an item; the fingerprint must not.
fn without_indexes(paths: &[String]) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in paths.iter().flat_map(|path| path.chars().chain(['\0'])) {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if inside && c.is_ascii_digit() => {}
            c => text.push(c),
        }
    }
    text
}

fn fingerprint(rule: &str, subject: &Subject, distinct: &str) -> String {
    let input = match distinct.strip_prefix('=') {
        Some(identity) => format!("{rule}\0{identity}"),
        None => fingerprint_input(rule, subject, distinct),
    };
    let hash = blake3::hash(input.as_bytes()).to_hex();
    format!("b3:{}", hash.as_str().get(..32).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use merlon_model::{FileSubject, ObjectSubject};

    use super::*;

    #[test]
    fn a_fingerprint_does_not_change_when_a_container_moves() {
        let paths = |n: u32| vec![format!("spec.containers[{n}].image")];
        assert_eq!(without_indexes(&paths(0)), without_indexes(&paths(1)));
        let subject = Subject::Object(ObjectSubject::default());
        assert!(fingerprint("r", &subject, "x").starts_with("b3:"));
    }

    #[test]
    fn the_fingerprint_of_a_secret_does_not_depend_on_its_path() {
        let at = |path: &str| {
            Subject::File(FileSubject {
                path: path.to_owned(),
                ..FileSubject::default()
            })
        };
        assert_eq!(
            fingerprint("r", &at("a"), "=k"),
            fingerprint("r", &at("b"), "=k")
        );
        assert_ne!(
            fingerprint("r", &at("a"), "k"),
            fingerprint("r", &at("b"), "k")
        );
    }
}
