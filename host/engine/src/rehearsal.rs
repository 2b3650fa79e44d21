//! A new catalogue is tried before it counts: recent events go through the old rulesets and the new ones,
//! with instances and state of their own. Nothing is delivered, and what judges live is not touched.

use std::sync::Arc;

use merlon_model::{Event, Origin};
use merlon_runtime::Runtime;

use crate::catalog::{Catalog, Origins};
use crate::difference::{Difference, Views};
use crate::enabled::{Batch, Enabled};
use crate::engine::{Detail, Evaluation, inventory};
use crate::error::EngineError;

/// Two catalogues, loaded once more.
pub struct Rehearsal {
    /// What decides the same in both: judged once.
    common: Vec<Enabled>,
    before: Vec<Enabled>,
    after: Vec<Enabled>,
}

impl Rehearsal {
    /// Loads both catalogues apart from the ones that live.
    ///
    /// # Errors
    /// When a ruleset that was loaded before cannot be loaded again.
    pub fn new(
        runtime: &Runtime,
        origins: Origins<'_>,
        before: &Catalog,
        after: &Catalog,
    ) -> Result<Self, EngineError> {
        let same = |one: &Enabled, other: &Catalog| {
            let other = other.ruleset(one.id());
            other.is_some_and(|other| one.decides_as(other))
        };
        let load = |from: &Catalog, wanted: &dyn Fn(&Enabled) -> bool| {
            let mut loaded = Vec::new();
            for enabled in from.rulesets().iter().filter(|one| wanted(one)) {
                let selection = enabled.selection.clone();
                let mut builder = Catalog::builder(runtime, origins, selection);
                builder.add(enabled.entry.clone())?;
                loaded.extend(builder.into_rulesets());
            }
            Ok(loaded)
        };
        Ok(Self {
            common: load(after, &|one| same(one, before))?,
            before: load(before, &|one| !same(one, after))?,
            after: load(after, &|one| !same(one, before))?,
        })
    }

    /// Judges the batches, oldest first, while `go_on` says so; between two batches it is asked.
    #[must_use]
    pub fn compare(&self, batches: &[Arc<[Event]>], go_on: &dyn Fn() -> bool) -> Difference {
        let mut difference = Difference {
            events: batches.iter().map(|batch| batch.len()).sum(),
            ..Difference::default()
        };
        for events in batches {
            if !go_on() {
                break;
            }
            let batch = Batch {
                events,
                inventory: inventory(events),
                detail: Detail::Failing,
                origin: Origin::Replay,
            };
            let views = Views {
                common: Evaluation::of(&self.common, &batch),
                before: Evaluation::of(&self.before, &batch),
                after: Evaluation::of(&self.after, &batch),
            };
            difference.take(&views);
            difference.compared += events.len();
        }
        for after in &self.after {
            let before = self.before.iter().find(|before| before.id() == after.id());
            let before = before.map_or(0, |before| before.counts.faults());
            difference.take_faults(after.id(), before, after.counts.faults());
        }
        difference
    }
}
