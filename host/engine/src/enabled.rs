//! One enabled ruleset: its rules, its plugin or policies, and what the configuration says about it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use merlon_artifact::{Capability, Ruleset};
use merlon_model::{Event, Mode, OnFault, Origin, Outcome, Rule, RulesetRef, Timestamp, Verdict};

use crate::combine;
use crate::engine::{Detail, Evaluation};
use crate::exemption::Exemption;
use crate::finding::{self, Circumstances, Draft};
use crate::plugin::PluginJudge;
use crate::policy::PolicyJudge;
use crate::selection::Selection;

/// Findings that report the same sort of fault of the same ruleset; the rest is only counted.
const FAULTS_REPORTED: u64 = 5;

/// Where a ruleset comes from, and so how much of the host its Rego may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Part of the binary: its Rego runs natively.
    Bundled,
    /// Anybody's: its Rego runs in the sandbox.
    Foreign,
}

/// One entry of the configuration.
pub struct Entry {
    /// The ruleset.
    pub ruleset: Arc<Ruleset>,
    /// Where it comes from.
    pub trust: Trust,
    /// JSON, not yet checked against the ruleset's schema.
    pub settings: serde_json::Value,
    /// How much of a verdict takes effect.
    pub mode: Mode,
    /// The answer when it cannot answer.
    pub on_fault: OnFault,
    /// Reasons not to apply its rules.
    pub exemptions: Vec<Exemption>,
    /// What its plugin may do.
    pub grants: Vec<Capability>,
    /// What its plugin may use.
    pub limits: merlon_runtime::Limits,
}

/// What one ruleset did, for the summary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesetReport {
    /// Its id.
    pub id: String,
    /// Calls into its plugin or policies.
    pub calls: u64,
    /// Events in them.
    pub rows: u64,
    /// Findings that fail.
    pub hits: u64,
    /// Seconds spent in them.
    pub seconds: f64,
    /// Calls without an answer.
    pub faults: u64,
    /// Log lines over the plugin's limit, withheld.
    pub dropped: u64,
    /// Log lines its plugin wrote.
    pub log: Vec<String>,
}

pub(crate) enum Judge {
    Plugin(Box<PluginJudge>),
    Policy(Box<PolicyJudge>),
}

/// One enabled ruleset.
pub(crate) struct Enabled {
    pub(crate) reference: RulesetRef,
    /// Its place in the catalogue: the reader of its hits.
    pub(crate) place: usize,
    pub(crate) judges: Vec<Judge>,
    pub(crate) mode: Mode,
    pub(crate) on_fault: OnFault,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) selection: Selection,
    pub(crate) hits: AtomicU64,
    pub(crate) faults: Mutex<BTreeMap<&'static str, u64>>,
}

/// What a judge hands back: answers with their rows, and what it could not answer.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) drafts: Vec<(usize, Draft)>,
    pub(crate) faults: Vec<JudgeFault>,
}

/// Rows without an answer.
pub(crate) struct JudgeFault {
    pub(crate) rows: Vec<usize>,
    /// One word, for counting.
    pub(crate) name: &'static str,
    pub(crate) message: String,
}

/// What all rulesets of one evaluation share.
pub(crate) struct Batch<'a> {
    pub(crate) events: &'a [Event],
    pub(crate) inventory: Arc<[Event]>,
    pub(crate) detail: Detail,
    pub(crate) origin: Origin,
}

impl Enabled {
    pub(crate) fn id(&self) -> &str {
        &self.reference.id
    }

    pub(crate) fn evaluate(&self, batch: &Batch<'_>, into: &mut Evaluation) {
        let now = Timestamp::now();
        for judge in &self.judges {
            let (answers, rules) = match judge {
                Judge::Plugin(plugin) => (plugin.evaluate(self.place, batch), plugin.rules()),
                Judge::Policy(policy) => (policy.evaluate(batch), policy.rules()),
            };
            for (row, draft) in answers.drafts {
                self.take(row, draft, rules, batch, into, now);
            }
            for fault in answers.faults {
                self.take_fault(fault, batch, into, now);
            }
        }
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one call site; a struct would only rename the six"
    )]
    fn take(
        &self,
        row: usize,
        draft: Draft,
        rules: &[Rule],
        batch: &Batch<'_>,
        into: &mut Evaluation,
        now: Timestamp,
    ) {
        let (Some(event), Some(rule)) = (batch.events.get(row), rules.get(draft.rule)) else {
            return;
        };
        let quiet = batch.detail == Detail::Failing && draft.outcome != Outcome::Fail;
        if quiet || !self.selection.wants(self.id(), &rule.id) {
            return;
        }
        let circumstances = Circumstances {
            enabled: self,
            event,
            origin: batch.origin,
            now,
        };
        let strictest = draft.strictest;
        let finding = finding::complete(draft, rule, &circumstances);
        if finding.outcome == Outcome::Fail {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        let verdict = if finding.disposition == merlon_model::Disposition::Exempted {
            Verdict::Allow
        } else {
            combine::verdict(finding.outcome, self.mode).min(strictest)
        };
        into.add(row, verdict, finding);
    }

    fn take_fault(
        &self,
        fault: JudgeFault,
        batch: &Batch<'_>,
        into: &mut Evaluation,
        now: Timestamp,
    ) {
        for row in &fault.rows {
            into.raise(*row, combine::fault_verdict(self.on_fault, self.mode));
        }
        let count = {
            let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
            let count = faults.entry(fault.name).or_default();
            *count += 1;
            *count
        };
        let first = fault.rows.first().copied().unwrap_or(0);
        if let Some(event) = batch.events.get(first)
            && count <= FAULTS_REPORTED
        {
            let circumstances = Circumstances {
                enabled: self,
                event,
                origin: batch.origin,
                now,
            };
            let message = format!("ruleset {} {}", self.id(), fault.message);
            into.add(
                first,
                Verdict::Allow,
                finding::fault(message, &circumstances),
            );
        }
    }

    pub(crate) fn report(&self) -> RulesetReport {
        let mut report = RulesetReport {
            id: self.id().to_owned(),
            hits: self.hits.load(Ordering::Relaxed),
            faults: self
                .faults
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .values()
                .sum(),
            ..RulesetReport::default()
        };
        for judge in &self.judges {
            match judge {
                Judge::Plugin(plugin) => plugin.report(&mut report),
                Judge::Policy(policy) => policy.report(&mut report),
            }
        }
        report
    }
}
