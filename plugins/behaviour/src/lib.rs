//! Attacks as processes do them: one rule per technique, judged on `process.exec`.
//!
//! A detector is a rule, the prefilter under which the host must show an event, and a judgement. They
//! stand in one file per ATT&CK tactic and are listed in [`detectors`].

pub mod credentials;
pub mod detector;
pub mod discovery;
pub mod escape;
pub mod evasion;
pub mod exec;
pub mod execution;
pub mod impact;
pub mod persistence;
pub mod shell;

use merlon_sdk::prelude::*;

use detector::Detector;
use exec::{Exec, FIELDS};

/// Every detector.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    let mut all = shell::detectors();
    all.extend(execution::detectors());
    all.extend(persistence::detectors());
    all.extend(evasion::detectors());
    all.extend(credentials::detectors());
    all.extend(discovery::detectors());
    all.extend(escape::detectors());
    all.extend(impact::detectors());
    all
}

/// The plugin.
pub struct Behaviour {
    detectors: Vec<Detector>,
}

impl Plugin for Behaviour {
    fn new(_settings: &str) -> Result<Self, String> {
        let detectors = detectors();
        Ok(Self { detectors })
    }

    fn manifest(&self) -> Manifest {
        let filters: Vec<String> = self
            .detectors
            .iter()
            .map(|detector| format!("({})", detector.prefilter))
            .collect();
        Manifest::new()
            .rules(self.detectors.iter().map(|detector| detector.rule.clone()))
            .subscribe_where("process.exec", FIELDS, &filters.join(" or "))
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        for row in batch.rows() {
            let exec = Exec::of(row);
            for detector in &self.detectors {
                let Some(detection) = (detector.judge)(&exec) else {
                    continue;
                };
                findings.push(exec.finding(&detector.rule.id, detection));
            }
        }
        Ok(findings)
    }
}

merlon_sdk::plugin!(Behaviour);
