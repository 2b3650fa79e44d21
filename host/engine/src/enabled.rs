//! One enabled ruleset: its rules, its plugin or policies, and what the configuration says about it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use merlon_artifact::{Capability, Ruleset};
use merlon_model::{
    Event, Mode, OnFault, Origin, Outcome, Rule, RulesetRef, Subject, Timestamp, Verdict,
};

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
#[derive(Clone)]
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

impl Entry {
    /// Whether its plugin and policies would be loaded from the same bytes with the same settings, grants
    /// and limits: what the loaded ones hold then belongs to both.
    pub(crate) fn judges_as(&self, other: &Self) -> bool {
        self.ruleset.digest == other.ruleset.digest
            && self.trust == other.trust
            && self.settings == other.settings
            && self.grants == other.grants
            && self.limits == other.limits
    }

    /// Whether it is enabled the same in every way.
    fn decides_as(&self, other: &Self) -> bool {
        self.judges_as(other)
            && self.mode == other.mode
            && self.on_fault == other.on_fault
            && self.exemptions == other.exemptions
    }
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

/// Shared by every catalogue that the ruleset is part of without change, so that instances, state and
/// counters outlive a switch.
#[derive(Clone)]
pub(crate) enum Judge {
    Plugin(Arc<PluginJudge>),
    Policy(Arc<PolicyJudge>),
}

/// What is counted about a ruleset, whichever version of it answers.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) hits: AtomicU64,
    pub(crate) faults: Mutex<BTreeMap<&'static str, u64>>,
}

/// One enabled ruleset.
pub(crate) struct Enabled {
    pub(crate) reference: RulesetRef,
    /// Its place in the catalogue: the reader of its hits.
    pub(crate) place: usize,
    pub(crate) judges: Vec<Judge>,
    /// What it was made from: a rehearsal makes it again.
    pub(crate) entry: Entry,
    pub(crate) selection: Selection,
    pub(crate) counts: Arc<Counts>,
    /// Which of its exemptions took effect, in their order.
    pub(crate) applied: Vec<AtomicBool>,
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
    /// Its author's plugin.
    pub(crate) fn plugin(&self) -> Option<&PluginJudge> {
        self.entry.ruleset.definition.plugin.as_ref()?;
        self.judges.iter().find_map(|judge| match judge {
            Judge::Plugin(plugin) => Some(&**plugin),
            Judge::Policy(_) => None,
        })
    }

    /// The components of engines that judge by its content: its own digest does not cover them.
    pub(crate) fn engines(&self) -> impl Iterator<Item = String> {
        self.judges.iter().filter_map(|judge| match judge {
            Judge::Plugin(plugin) => Some(plugin.plugin().component().to_string()),
            Judge::Policy(_) => None,
        })
    }

    pub(crate) fn count_hit(&self) {
        self.counts.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn id(&self) -> &str {
        &self.reference.id
    }

    /// Whether it answers, and is heard, the same in every way.
    pub(crate) fn decides_as(&self, other: &Self) -> bool {
        self.selection == other.selection && self.entry.decides_as(&other.entry)
    }

    /// The exemption that covers a finding, which then has taken effect.
    pub(crate) fn exemption_of(
        &self,
        rule: &str,
        subject: &Subject,
        now: Timestamp,
    ) -> Option<&Exemption> {
        let mut exemptions = self.entry.exemptions.iter().zip(&self.applied);
        let (exemption, applied) =
            exemptions.find(|(exemption, _)| exemption.covers(rule, subject, now))?;
        applied.store(true, Ordering::Relaxed);
        Some(exemption)
    }

    /// The places of exemptions that took no effect, of those whose rules were asked for.
    pub(crate) fn unused_exemptions(&self) -> impl Iterator<Item = usize> {
        let exemptions = self.entry.exemptions.iter().zip(&self.applied).enumerate();
        exemptions
            .filter(|(_, (exemption, applied))| {
                !applied.load(Ordering::Relaxed)
                    && self.selection.covers(self.id(), exemption.rule.as_deref())
            })
            .map(|(place, _)| place)
    }

    pub(crate) fn evaluate(&self, batch: &Batch<'_>, into: &mut Evaluation) {
        let now = Timestamp::now();
        for judge in &self.judges {
            let answers = match judge {
                Judge::Plugin(plugin) => plugin.evaluate(self.place, batch),
                Judge::Policy(policy) => policy.evaluate(batch),
            };
            for (row, draft) in answers.drafts {
                self.take(row, draft, judge.rules(), batch, into, now);
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
            self.count_hit();
        }
        let verdict = if finding.disposition == merlon_model::Disposition::Exempted {
            Verdict::Allow
        } else {
            combine::verdict(finding.outcome, self.entry.mode).min(strictest)
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
        let verdict = combine::fault_verdict(self.entry.on_fault, self.entry.mode);
        into.unanswered.extend(&fault.rows);
        for row in &fault.rows {
            into.raise(*row, verdict);
            into.blame(*row, verdict, || format!("{}/fault", self.id()));
        }
        let count = {
            let mut faults = self
                .counts
                .faults
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
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
}

impl Counts {
    /// Calls without an answer.
    pub(crate) fn faults(&self) -> u64 {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.values().sum()
    }

    pub(crate) fn report(&self, report: &mut RulesetReport) {
        report.hits += self.hits.load(Ordering::Relaxed);
        report.faults += self.faults();
    }
}

impl Judge {
    pub(crate) fn rules(&self) -> &[Rule] {
        match self {
            Self::Plugin(plugin) => plugin.rules(),
            Self::Policy(policy) => policy.rules(),
        }
    }

    pub(crate) fn report(&self, report: &mut RulesetReport) {
        match self {
            Self::Plugin(plugin) => plugin.report(report),
            Self::Policy(policy) => policy.report(report),
        }
    }
}
