//! What the host knows during one call: the store's data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use merlon_artifact::Ruleset;
use merlon_model::Event;

use crate::capability::log::LogLine;
use crate::capability::state::StateStore;
use crate::instance::Logged;
use crate::limits::{Limits, MemoryLimiter};
use crate::wasi::World;

/// The store's data. Capabilities read it; a new call replaces rows and deadline.
pub(crate) struct Call {
    pub(crate) limits: Limits,
    pub(crate) memory: MemoryLimiter,
    pub(crate) ruleset: Arc<Ruleset>,
    pub(crate) state: Arc<StateStore>,
    /// The events behind the rows of the batch.
    pub(crate) rows: Vec<Event>,
    /// Every object of the inventory that the batch belongs to.
    pub(crate) inventory: Arc<[Event]>,
    pub(crate) log: Vec<LogLine>,
    pub(crate) log_suppressed: u64,
    /// Rows of which bytes were asked for that nobody kept, and how many of the first ones were kept.
    pub(crate) not_kept: BTreeMap<u32, u64>,
    pub(crate) wasi: World,
    deadline: Instant,
}

/// A host call that began after the deadline: traps, so that a guest cannot live in host calls.
#[derive(Debug, thiserror::Error)]
#[error("deadline passed in a host call")]
pub(crate) struct DeadlinePassed;

impl Call {
    pub(crate) fn new(limits: Limits, ruleset: Arc<Ruleset>, state: Arc<StateStore>) -> Self {
        Self {
            limits,
            memory: MemoryLimiter::new(limits.memory),
            ruleset,
            state,
            rows: Vec::new(),
            inventory: Arc::new([]),
            log: Vec::new(),
            log_suppressed: 0,
            not_kept: BTreeMap::new(),
            wasi: World::default(),
            deadline: Instant::now(),
        }
    }

    /// Starts the clock.
    pub(crate) fn begin(&mut self, rows: Vec<Event>, inventory: Arc<[Event]>, time: Duration) {
        self.rows = rows;
        self.inventory = inventory;
        self.deadline = Instant::now() + time;
    }

    /// Lets go of the events, so that nothing of one call is seen by the next.
    pub(crate) fn end(&mut self) -> Logged {
        self.end_lines();
        self.rows.clear();
        self.inventory = Arc::new([]);
        Logged {
            lines: std::mem::take(&mut self.log),
            suppressed: std::mem::take(&mut self.log_suppressed),
            not_kept: std::mem::take(&mut self.not_kept),
        }
    }

    /// Every host call begins here.
    pub(crate) fn check_deadline(&self) -> wasmtime::Result<()> {
        if Instant::now() >= self.deadline {
            return Err(wasmtime::Error::new(DeadlinePassed));
        }
        Ok(())
    }

    /// The event behind a row.
    pub(crate) fn row(&self, row: u32) -> Option<&Event> {
        self.rows.get(usize::try_from(row).ok()?)
    }
}
