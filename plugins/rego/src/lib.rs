//! Rego in the sandbox: policies of third parties run here, under the memory and time of any plugin.
//!
//! The host passes the ruleset's rules, its settings and the names of its policy files as settings; the
//! texts are read through the capability `ruleset`, the other objects through `kubernetes`.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use merlon_rego::{Limits, Policies, PolicySource};
use merlon_sdk::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// The host's deadline is the real one; inside there is no clock that could tell.
const NO_LIMIT: Duration = Duration::from_secs(3600);
/// Sources of one ruleset.
const SOURCES: usize = 16 << 20;

#[derive(Deserialize)]
struct Given {
    rules: Vec<merlon_model::Rule>,
    settings: Value,
    policies: Vec<String>,
}

struct Rego {
    policies: Policies,
}

impl Plugin for Rego {
    fn new(settings: &str) -> Result<Self, String> {
        let given: Given = serde_json::from_str(settings)
            .map_err(|error| format!("the host passed unreadable settings: {error}"))?;
        let mut sources = Vec::new();
        for path in given.policies {
            let bytes = ruleset::read(&path)?;
            let text = String::from_utf8(bytes).map_err(|_utf8| format!("{path} is not UTF-8"))?;
            sources.push(PolicySource { path, text });
        }
        let limits = Limits {
            time: NO_LIMIT,
            source: SOURCES,
            ..Limits::default()
        };
        let policies = Policies::compile(&given.rules, &sources, &given.settings, limits)
            .map_err(|error| error.to_string())?;
        Ok(Self { policies })
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rules(self.policies.rules().iter().map(answer::rule))
            .subscribe("k8s.object", &["object"])
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let inventory = kubernetes::list("")
            .iter()
            .map(|text| read(text).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let mut evaluator = self
            .policies
            .evaluator(&inventory)
            .map_err(|error| error.to_string())?;
        let mut findings = Vec::new();
        for row in batch.rows() {
            let object = read(row.text("object").unwrap_or("null"))?;
            let evaluation = evaluator.evaluate(&object);
            // An answer is for the whole batch: half of one would look like a clean object.
            if let Some(fault) = evaluation.faults.first() {
                return Err(fault.to_string());
            }
            for found in evaluation.answers {
                if let Some(rule) = self.policies.rules().get(found.rule) {
                    findings.push(answer::finding(row, &rule.id, found));
                }
            }
        }
        Ok(findings)
    }
}

fn read(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("an object is not JSON: {error}"))
}

merlon_sdk::plugin!(Rego);
