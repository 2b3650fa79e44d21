//! Catalogues that were replaced: what they counted stays in the summary, and they are let go of when
//! their last batch is judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::enabled::{Counts, Enabled, Judge, RulesetReport};

/// Log lines of replaced rulesets that are kept; the rest is counted.
const LOG: usize = 1000;

/// What replaced catalogues leave behind.
#[derive(Default)]
pub(crate) struct Retired {
    /// Somebody still judges with these.
    waiting: Vec<Arc<Catalog>>,
    past: BTreeMap<String, RulesetReport>,
}

impl Retired {
    pub(crate) fn add(&mut self, catalog: Arc<Catalog>) {
        self.waiting.push(catalog);
        self.settle();
    }

    /// What each ruleset did: the present ones in their order, then those that are gone.
    pub(crate) fn reports(&mut self, present: &Catalog) -> Vec<RulesetReport> {
        self.settle();
        let mut sums: BTreeMap<String, RulesetReport> = BTreeMap::new();
        let mut seen = Seen::default();
        let waiting = self.waiting.iter().flat_map(|catalog| catalog.rulesets());
        for enabled in present.rulesets().iter().chain(waiting) {
            let sum = sums.entry(enabled.id().to_owned()).or_default();
            seen.take(enabled, sum);
        }
        for (id, past) in &mut self.past {
            let sum = sums.entry(id.clone()).or_default();
            sum.add(past);
            sum.log.append(&mut past.log);
        }
        let in_order = present.rulesets().iter();
        let mut reports: Vec<RulesetReport> = in_order
            .filter_map(|enabled| sums.remove_entry(enabled.id()))
            .map(|(id, sum)| RulesetReport { id, ..sum })
            .collect();
        let gone = sums.into_iter();
        reports.extend(gone.map(|(id, sum)| RulesetReport { id, ..sum }));
        reports
    }

    /// Of a catalogue that nobody judges with any more, adds up what no other one shares.
    fn settle(&mut self) {
        for catalog in std::mem::take(&mut self.waiting) {
            let rulesets = match Arc::try_unwrap(catalog) {
                Ok(catalog) => catalog.into_rulesets(),
                Err(busy) => {
                    self.waiting.push(busy);
                    continue;
                }
            };
            for enabled in rulesets {
                let mut report = RulesetReport::default();
                for judge in enabled.judges {
                    judge.settle(&mut report);
                }
                if let Some(counts) = Arc::into_inner(enabled.counts) {
                    counts.report(&mut report);
                }
                let past = self.past.entry(enabled.reference.id).or_default();
                past.add(&report);
                let room = LOG.saturating_sub(past.log.len());
                past.dropped += report.log.len().saturating_sub(room) as u64;
                past.log.extend(report.log.into_iter().take(room));
            }
        }
    }
}

impl Judge {
    /// Reports the judge when this was its last owner.
    fn settle(self, report: &mut RulesetReport) {
        match self {
            Self::Plugin(plugin) => {
                if let Some(plugin) = Arc::into_inner(plugin) {
                    plugin.report(report);
                }
            }
            Self::Policy(policy) => {
                if let Some(policy) = Arc::into_inner(policy) {
                    policy.report(report);
                }
            }
        }
    }
}

impl RulesetReport {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.rows += other.rows;
        self.hits += other.hits;
        self.seconds += other.seconds;
        self.faults += other.faults;
        self.dropped += other.dropped;
    }
}

/// What was reported already: catalogues share what did not change between them.
#[derive(Default)]
struct Seen {
    judges: Vec<*const ()>,
    counts: Vec<*const Counts>,
}

impl Seen {
    fn take(&mut self, enabled: &Enabled, report: &mut RulesetReport) {
        for judge in &enabled.judges {
            let place = match judge {
                Judge::Plugin(plugin) => Arc::as_ptr(plugin).cast(),
                Judge::Policy(policy) => Arc::as_ptr(policy).cast(),
            };
            if !self.judges.contains(&place) {
                self.judges.push(place);
                judge.report(report);
            }
        }
        let counts = Arc::as_ptr(&enabled.counts);
        if !self.counts.contains(&counts) {
            self.counts.push(counts);
            enabled.counts.report(report);
        }
    }
}
