//! What the sensor counted.

use serde::Serialize;

use merlon_model::{Event, Kind, Verdict};

/// What was counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Stats {
    /// Events handed to the judge, losses included.
    pub events: u64,
    /// Programs that were started.
    pub execs: u64,
    /// Processes that were cloned.
    pub forks: u64,
    /// Processes that ended.
    pub exits: u64,
    /// Other kinds: objects of a recording.
    pub others: u64,
    /// Records that found no room in the ring.
    pub lost: u64,
    /// Records that were taken from the ring.
    pub consumed: u64,
    /// Records that could not be understood; they count as lost too.
    pub undecodable: u64,
    /// Second records of one end of a process.
    pub repeated: u64,
    /// Processes that were not remembered for lack of room.
    pub forgotten: u64,
    /// Looks at the ring.
    pub polls: u64,
    /// Calls of the judge.
    pub batches: u64,
    /// Verdicts that warn.
    pub warned: u64,
    /// Verdicts that deny.
    pub denied: u64,
}

impl Stats {
    /// Counts one batch and its answer.
    pub(crate) fn count(&mut self, events: &[Event], verdicts: &[Verdict]) {
        self.batches += 1;
        for event in events {
            self.events += 1;
            match event.kind() {
                Kind::ProcessExec => self.execs += 1,
                Kind::ProcessFork => self.forks += 1,
                Kind::ProcessExit => self.exits += 1,
                Kind::Loss => {}
                _ => self.others += 1,
            }
        }
        for verdict in verdicts {
            match verdict {
                Verdict::Allow => {}
                Verdict::Warn => self.warned += 1,
                Verdict::Deny => self.denied += 1,
            }
        }
    }
}
