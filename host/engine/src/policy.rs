//! A ruleset's Rego policies, run natively: only for rulesets that are part of the binary.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use merlon_model::{Outcome, Rule, Subject, Verdict, chain};
use merlon_rego::{Evaluator, Limits, Policies, PolicySource, RegoError, Strength};

use crate::enabled::{Answers, Batch, JudgeFault, RulesetReport};
use crate::engine::Detail;
use crate::finding::Draft;

/// Policies with their counters. They are part of the binary and its tests compile them, so here they are
/// compiled when the first object comes: a scan of files never pays for it.
pub(crate) struct PolicyJudge {
    uncompiled: Uncompiled,
    compiled: OnceLock<Result<Policies, RegoError>>,
    calls: AtomicU64,
    nanos: AtomicU64,
}

/// What policies are compiled from.
pub(crate) struct Uncompiled {
    /// Every rule of the policies.
    pub(crate) rules: Vec<Rule>,
    pub(crate) sources: Vec<PolicySource>,
    pub(crate) settings: serde_json::Value,
    pub(crate) limits: Limits,
}

impl PolicyJudge {
    pub(crate) fn new(uncompiled: Uncompiled) -> Self {
        Self {
            uncompiled,
            compiled: OnceLock::new(),
            calls: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
        }
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.uncompiled.rules
    }

    fn evaluator(&self, inventory: &[Arc<serde_json::Value>]) -> Result<Evaluator, RegoError> {
        let Uncompiled {
            rules,
            sources,
            settings,
            limits,
        } = &self.uncompiled;
        let compiled = self
            .compiled
            .get_or_init(|| Policies::compile(rules, sources, settings, *limits));
        match compiled {
            Ok(policies) => policies.evaluator(inventory),
            Err(error) => Err(error.clone()),
        }
    }

    pub(crate) fn evaluate(&self, batch: &Batch<'_>) -> Answers {
        let mut answers = Answers::default();
        let rows: Vec<usize> = (0..batch.events.len())
            .filter(|row| self.object(batch, *row).is_some())
            .collect();
        if rows.is_empty() {
            return answers;
        }
        let began = Instant::now();
        let inventory: Vec<_> = batch
            .inventory
            .iter()
            .filter_map(|event| event.object())
            .map(|object| object.object.clone())
            .collect();
        match self.evaluator(&inventory) {
            Ok(mut evaluator) => {
                for row in rows {
                    let Some(object) = self.object(batch, row) else {
                        continue;
                    };
                    let evaluation = evaluator.evaluate(&object.object);
                    self.take(row, evaluation, batch.detail, &mut answers);
                }
            }
            Err(error) => {
                answers.faults.push(JudgeFault {
                    rows,
                    name: "policies",
                    message: chain(&error),
                });
            }
        }
        let nanos = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        answers
    }

    fn object<'a>(
        &self,
        batch: &'a Batch<'_>,
        row: usize,
    ) -> Option<&'a merlon_model::ObjectEvent> {
        batch.events.get(row).and_then(|event| event.object())
    }

    fn take(
        &self,
        row: usize,
        evaluation: merlon_rego::Evaluation,
        detail: Detail,
        answers: &mut Answers,
    ) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        for answer in evaluation.answers {
            if answer.outcome != Outcome::Fail && detail == Detail::Failing {
                continue;
            }
            answers.drafts.push((row, answer.into()));
        }
        for fault in evaluation.faults {
            let message = chain(&fault);
            answers.faults.push(JudgeFault {
                rows: vec![row],
                name: "policy",
                message,
            });
        }
        if detail == Detail::All {
            let quiet = |outcome, message: &str| {
                let message = message.to_owned();
                move |rule| Draft {
                    rule,
                    outcome,
                    message: message.clone(),
                    ..Draft::default()
                }
            };
            let passed = evaluation
                .passed
                .into_iter()
                .map(quiet(Outcome::Pass, "nothing is wrong"));
            let skipped = evaluation
                .skipped
                .into_iter()
                .map(quiet(Outcome::Skip, "the rule does not apply to this kind"));
            answers
                .drafts
                .extend(passed.chain(skipped).map(|draft| (row, draft)));
        }
    }

    pub(crate) fn report(&self, report: &mut RulesetReport) {
        let calls = self.calls.load(Ordering::Relaxed);
        report.calls += calls;
        report.rows += calls;
        report.seconds +=
            std::time::Duration::from_nanos(self.nanos.load(Ordering::Relaxed)).as_secs_f64();
    }
}

impl From<merlon_rego::Answer> for Draft {
    fn from(answer: merlon_rego::Answer) -> Self {
        Self {
            rule: answer.rule,
            outcome: answer.outcome,
            message: answer.message,
            container: answer.container,
            subject: answer.object.map(Subject::Object),
            strictest: match answer.advisory {
                Strength::Deny => Verdict::Deny,
                Strength::Advisory => Verdict::Warn,
            },
            location: None,
            failed_paths: answer.failed_paths,
            fix_paths: answer.fix_paths,
            evidence: answer.evidence,
            distinct: None,
        }
    }
}
