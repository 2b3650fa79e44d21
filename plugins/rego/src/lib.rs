//! Rego in the sandbox: runs the policies of rulesets that are not part of the binary.
//!
//! The host's settings carry what `ruleset.yaml` declares and which of the ruleset's files are policies.
//! Here nothing the policies do can reach further than the component: memory and time are the host's
//! limits on it, and both end it whatever a policy does.

mod inventory;
mod settings;

use merlon_rego::{Answer, Evaluation, Evaluator, Limits, Policies, PolicySource, Strength};
use merlon_sdk::json;
use merlon_sdk::prelude::*;

use inventory::Inventory;
use settings::Settings;

/// Evidence that is meant for the engine: the rule warns at most.
const ADVISORY: &str = "merlon:advisory";
/// Evidence that is meant for the engine: the object it is about, as JSON.
const OBJECT: &str = "merlon:object";

/// The policies of one ruleset.
#[derive(Debug)]
pub struct Rego {
    policies: Policies,
    inventory: Inventory,
}

impl Plugin for Rego {
    fn new(settings: &str) -> Result<Self, String> {
        let settings = Settings::parse(settings)?;
        let policies = Policies::compile(
            &settings.rules,
            &sources(&settings.policies)?,
            &settings.settings,
            Limits::default(),
        );
        Ok(Self {
            policies: policies.map_err(|error| error.to_string())?,
            inventory: Inventory::default(),
        })
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rules(self.policies.rules().iter().map(settings::described))
            .subscribe("k8s.object", &["object"])
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let objects = match self.policies.needs_inventory() {
            true => self.inventory.refresh(kubernetes::list(""))?,
            false => &[],
        };
        let mut evaluator = self
            .policies
            .evaluator(objects)
            .map_err(|error| error.to_string())?;
        let mut findings = Vec::new();
        for row in batch.rows() {
            let evaluation = judge(&mut evaluator, row)?;
            // A finding cannot say that a rule has no answer, and a missing one would say that it passed.
            if let Some(fault) = evaluation.faults.first() {
                return Err(fault.to_string());
            }
            let answers = evaluation.answers.into_iter();
            findings.extend(answers.filter_map(|answer| self.finding(row, answer)));
        }
        Ok(findings)
    }
}

merlon_sdk::plugin!(Rego);

fn sources(paths: &[String]) -> Result<Vec<PolicySource>, String> {
    let read = |path: &String| {
        let bytes = ruleset::read(path)?;
        let text = String::from_utf8(bytes).map_err(|error| format!("{path}: {error}"))?;
        Ok(PolicySource {
            path: path.clone(),
            text,
        })
    };
    paths.iter().map(read).collect()
}

fn judge(evaluator: &mut Evaluator, row: Row<'_>) -> Result<Evaluation, String> {
    let text = row.text("object").unwrap_or("null");
    let object = json::from_str(text).map_err(|error| format!("an object is no JSON: {error}"))?;
    Ok(evaluator.evaluate(&object))
}

impl Rego {
    fn finding(&self, row: Row<'_>, answer: Answer) -> Option<Finding> {
        let rule = self.policies.rules().get(answer.rule)?;
        let mut finding =
            Finding::new(row, &rule.id, answer.message).outcome(settings::outcome(answer.outcome));
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
        // The interface has no words for these two; the engine takes the entries out again.
        if answer.advisory == Strength::Advisory {
            finding = finding.evidence(ADVISORY, "true");
        }
        if let Some(object) = &answer.object
            && let Ok(text) = json::to_string(object)
        {
            finding = finding.evidence(OBJECT, text);
        }
        Some(finding)
    }
}
