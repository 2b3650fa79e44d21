//! The engine: one batch in, findings and one verdict per event out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use merlon_matching::PatternSet;
use merlon_model::{
    Body, Event, FileEvent, Finding, FindingSink, Judge, Kind, Origin, Timestamp, Verdict,
};

use crate::catalog::Catalog;
use crate::enabled::{Batch, Enabled, RulesetReport};
use crate::memory;
use crate::recent::Recent;
use crate::retired::Retired;

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
    /// Who asked for a denial: `<ruleset>/<rule>`, with the place of the event.
    pub denials: Vec<(usize, String)>,
    /// Events that some ruleset could not answer.
    pub unanswered: Vec<usize>,
}

impl Evaluation {
    /// What these rulesets say about a batch, strictest verdict first.
    pub(crate) fn of(rulesets: &[Enabled], batch: &Batch<'_>) -> Self {
        let mut evaluation = Self {
            verdicts: vec![Verdict::Allow; batch.events.len()],
            ..Self::default()
        };
        for enabled in rulesets {
            enabled.evaluate(batch, &mut evaluation);
        }
        evaluation.findings.sort_by_key(|(row, _)| *row);
        evaluation
    }

    pub(crate) fn add(&mut self, row: usize, verdict: Verdict, finding: Finding) {
        self.raise(row, verdict);
        self.blame(row, verdict, || finding.rule.clone());
        self.findings.push((row, finding));
    }

    /// Strictest wins.
    pub(crate) fn raise(&mut self, row: usize, verdict: Verdict) {
        if let Some(so_far) = self.verdicts.get_mut(row) {
            *so_far = (*so_far).max(verdict);
        }
    }

    /// Remembers who asked for a denial.
    pub(crate) fn blame(&mut self, row: usize, verdict: Verdict, who: impl FnOnce() -> String) {
        if verdict == Verdict::Deny {
            self.denials.push((row, who()));
        }
    }
}

/// The one decision point.
pub struct Engine {
    catalog: ArcSwap<Catalog>,
    retired: Mutex<Retired>,
    recent: Option<Recent>,
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
            retired: Mutex::default(),
            recent: None,
            sink,
            origin,
            detail,
        }
    }

    /// The same engine, remembering what it judged last, so that a new catalogue can be rehearsed.
    #[must_use]
    pub fn remembering(mut self, recent: Recent) -> Self {
        self.recent = Some(recent);
        self
    }

    /// Judges one batch without delivering anything. The whole batch is judged by the catalogue that it
    /// began with.
    #[must_use]
    pub fn evaluate(&self, events: &[Event]) -> Evaluation {
        let catalog = self.catalog.load();
        let batch = Batch {
            events,
            inventory: inventory(events),
            detail: self.detail,
            origin: self.origin,
        };
        let evaluation = Evaluation::of(catalog.rulesets(), &batch);
        if let Some(recent) = &self.recent {
            recent.remember(events);
        }
        evaluation
    }

    /// The catalogue that judges now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// Judges every later batch with this catalogue; one that is being judged ends with the old one.
    pub fn switch(&self, next: Catalog) {
        let old = self.catalog.swap(Arc::new(next));
        self.retired().add(old);
    }

    /// The batches that were judged last, oldest first; nothing when the engine does not remember.
    #[must_use]
    pub fn recent(&self) -> Vec<Arc<[Event]>> {
        self.recent.as_ref().map_or_else(Vec::new, Recent::batches)
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

    /// Whether any ruleset can ask for the bytes of a file.
    #[must_use]
    pub fn reads_content(&self) -> bool {
        self.catalog.load().reads_content()
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

    /// Whether an enabled ruleset was asked for the findings of `<ruleset>/<rule>`.
    #[must_use]
    pub fn judges(&self, rule: &str) -> bool {
        let (ruleset, rule) = rule.split_once('/').unwrap_or(("", rule));
        let catalog = self.catalog.load();
        let enabled = catalog.ruleset(ruleset);
        enabled.is_some_and(|enabled| enabled.selection.wants(ruleset, rule))
    }

    /// Exemptions that took no effect so far: the place of the ruleset, then that of the exemption, in the
    /// order in which they were given.
    #[must_use]
    pub fn unused_exemptions(&self) -> Vec<(usize, usize)> {
        let catalog = self.catalog.load();
        let unused = catalog.rulesets().iter().flat_map(|enabled| {
            let unused = enabled.unused_exemptions();
            unused.map(|exemption| (enabled.place, exemption))
        });
        unused.collect()
    }

    /// What each ruleset did so far, under this catalogue and those before it.
    #[must_use]
    pub fn reports(&self) -> Vec<RulesetReport> {
        self.retired().reports(&self.catalog.load())
    }

    fn retired(&self) -> MutexGuard<'_, Retired> {
        self.retired.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn wants_file(&self, file: &Arc<FileEvent>) -> bool {
        let event = Event {
            time: Timestamp::default(),
            seq: 0,
            body: Body::File(Arc::clone(file)),
        };
        self.catalog.load().wants_event(&event)
    }

    fn identity(&self) -> Option<String> {
        Some(memory::identity(&self.catalog.load(), self.detail))
    }

    fn judge_to_remember(&self, events: &[Event]) -> Vec<Option<Vec<u8>>> {
        let evaluation = self.evaluate(events);
        let remembered = memory::remember(&evaluation, events.len());
        for (_, finding) in evaluation.findings {
            self.sink.deliver(finding);
        }
        remembered
    }

    fn recall(&self, event: &Event, remembered: &[u8]) -> bool {
        let findings = memory::recall(&self.catalog.load(), event, remembered);
        let known = findings.is_some();
        for finding in findings.into_iter().flatten() {
            self.sink.deliver(finding);
        }
        known
    }
}

/// The objects of a batch: its own inventory.
pub(crate) fn inventory(events: &[Event]) -> Arc<[Event]> {
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
