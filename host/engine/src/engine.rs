//! The engine: one batch in, findings and one verdict per event out.

use std::sync::Arc;

use arc_swap::ArcSwap;
use merlon_matching::PatternSet;
use merlon_model::{Body, Event, Finding, FindingSink, Judge, Kind, Origin, Verdict};

use crate::catalog::Catalog;
use crate::enabled::{Batch, RulesetReport};

/// Which outcomes the user wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Failing rules and faults.
    #[default]
    Failing,
    /// Passing and skipped rules too.
    All,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// One per event.
    pub verdicts: Vec<Verdict>,
    /// Findings with the place of their event in the batch, in order.
    pub findings: Vec<(usize, Finding)>,
}

impl Evaluation {
    pub(crate) fn add(&mut self, row: usize, verdict: Verdict, finding: Finding) {
        self.raise(row, verdict);
        self.findings.push((row, finding));
    }

    /// Strictest wins.
    pub(crate) fn raise(&mut self, row: usize, verdict: Verdict) {
        if let Some(so_far) = self.verdicts.get_mut(row) {
            *so_far = (*so_far).max(verdict);
        }
    }
}

/// The one decision point.
pub struct Engine {
    catalog: ArcSwap<Catalog>,
    sink: Arc<dyn FindingSink>,
    origin: Origin,
    detail: Detail,
}

impl Engine {
    /// An engine that judges with this catalogue and delivers to this sink.
    #[must_use]
    pub fn new(
        catalog: Catalog,
        sink: Arc<dyn FindingSink>,
        origin: Origin,
        detail: Detail,
    ) -> Self {
        Self {
            catalog: ArcSwap::from_pointee(catalog),
            sink,
            origin,
            detail,
        }
    }

    /// Judges one batch without delivering anything.
    #[must_use]
    pub fn evaluate(&self, events: &[Event]) -> Evaluation {
        let catalog = self.catalog.load();
        let mut evaluation = Evaluation {
            verdicts: vec![Verdict::Allow; events.len()],
            findings: Vec::new(),
        };
        let batch = Batch {
            events,
            inventory: inventory(events),
            detail: self.detail,
            origin: self.origin,
        };
        for enabled in catalog.rulesets() {
            enabled.evaluate(&batch, &mut evaluation);
        }
        evaluation.findings.sort_by_key(|(row, _)| *row);
        evaluation
    }

    /// Whether any ruleset wants events of this kind.
    #[must_use]
    pub fn wants(&self, kind: Kind) -> bool {
        self.catalog.load().wants(kind)
    }

    /// Whether any ruleset wants files without hits.
    #[must_use]
    pub fn wants_all_files(&self) -> bool {
        self.catalog.load().wants_all_files()
    }

    /// The patterns of all rulesets.
    #[must_use]
    pub fn patterns(&self) -> Arc<PatternSet> {
        self.catalog.load().patterns()
    }

    /// Whether any ruleset has a rule of that id.
    #[must_use]
    pub fn has_rule(&self, id: &str) -> bool {
        self.catalog.load().rules().any(|(_, rule)| *rule.id == *id)
    }

    /// What each ruleset did so far.
    #[must_use]
    pub fn reports(&self) -> Vec<RulesetReport> {
        self.catalog
            .load()
            .rulesets()
            .iter()
            .map(|enabled| enabled.report())
            .collect()
    }
}

impl Judge for Engine {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        let evaluation = self.evaluate(events);
        for (_, finding) in evaluation.findings {
            self.sink.deliver(finding);
        }
        evaluation.verdicts
    }
}

fn inventory(events: &[Event]) -> Arc<[Event]> {
    let is_object = |event: &&Event| matches!(event.body, Body::Object(_));
    let stands_for_all = |event: &&Event| {
        event
            .object()
            .is_some_and(|o| o.api_version == "merlon.dev/v1" && o.kind == "Inventory")
    };
    events
        .iter()
        .filter(is_object)
        .filter(|event| !stands_for_all(event))
        .cloned()
        .collect()
}
