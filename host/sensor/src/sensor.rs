//! The sensor: from the ring to the judge, in order, in batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use merlon_ebpf_abi::{KINDS, kind};
use merlon_model::{Body, Event, Judge, Kind, Loss, Timestamp};

use crate::clock::Clock;
use crate::decode::{Record, claimed_kind, decode};
use crate::process::Host;
use crate::ring::Ring;
use crate::tree::Tree;
use crate::{Config, SensorError, Stats, loader, snapshot};

/// Most events of one call of the judge.
pub(crate) const BATCH: usize = 256;
/// A probe that was running when it was detached is done after this.
const GRACE: Duration = Duration::from_millis(20);
/// Batches between two looks at the drop counters, when the ring never gets empty.
const BATCHES: usize = 64;

/// Probes in the kernel and what is known of its processes.
pub struct Sensor {
    config: Config,
    ring: Ring,
    state: State,
}

/// What turns records into events.
struct State {
    tree: Tree,
    clock: Clock,
    seq: u64,
    stats: Stats,
    undecodable: [u64; KINDS],
}

impl Sensor {
    /// Loads the probes, then reads the processes that already run.
    ///
    /// # Errors
    /// When the kernel refuses the probes, or its types or processes cannot be read.
    pub fn start(object: &[u8], config: Config) -> Result<Self, SensorError> {
        let ring = Ring::new(loader::load(object, &config)?, config.ring_bytes);
        let mut tree = Tree::new(Host::running(), config.processes);
        let running = snapshot::running(tree.host()).map_err(SensorError::Snapshot)?;
        tree.adopt(running);
        Ok(Self {
            config,
            ring,
            state: State {
                tree,
                clock: Clock::default(),
                seq: 0,
                stats: Stats::default(),
                undecodable: [0; KINDS],
            },
        })
    }

    /// Hands events to the judge until `stop` is set. Then the probes leave the kernel, and what they saw
    /// until then is still judged: consumed and lost records add up to the attempted ones.
    ///
    /// # Errors
    /// When the drop counters cannot be read: the sensor could not tell what it did not see.
    pub fn run(&mut self, judge: &dyn Judge, stop: &AtomicBool) -> Result<Stats, SensorError> {
        while !stop.load(Ordering::Relaxed) {
            self.poll(judge)?;
            thread::sleep(self.config.poll);
        }
        self.ring.detach();
        thread::sleep(GRACE);
        while self.poll(judge)? {}
        self.tell_losses(judge)?;
        Ok(self.stats())
    }

    /// What was counted so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            forgotten: self.state.tree.forgotten(),
            ..self.state.stats
        }
    }

    /// Records that the probes wanted to write: consumed + lost, once the ring is empty.
    ///
    /// # Errors
    /// When the counters cannot be read.
    pub fn attempted(&self) -> Result<u64, SensorError> {
        self.ring.attempted()
    }

    /// Empties the ring, then tells what did not fit into it. True when the ring had more than one call
    /// takes.
    fn poll(&mut self, judge: &dyn Judge) -> Result<bool, SensorError> {
        self.state.stats.polls += 1;
        let mut more = false;
        let mut batch = Vec::with_capacity(BATCH);
        for _ in 0..BATCHES {
            while batch.len() < BATCH
                && let Some(record) = self.ring.next()
            {
                batch.extend(self.state.take(&record));
            }
            more = batch.len() == BATCH;
            self.state.judge(judge, &mut batch);
            if !more {
                break;
            }
        }
        if self.ring.may_have_dropped() || self.state.has_undecodable() {
            self.tell_losses(judge)?;
        }
        Ok(more)
    }

    fn tell_losses(&mut self, judge: &dyn Judge) -> Result<(), SensorError> {
        let dropped = self.ring.dropped()?;
        let mut batch = self.state.losses(&dropped);
        self.state.judge(judge, &mut batch);
        Ok(())
    }
}

impl State {
    /// The event of a record; nothing when it cannot be read or was told before.
    fn take(&mut self, bytes: &[u8]) -> Option<Event> {
        self.stats.consumed += 1;
        let (time, body) = match decode(bytes) {
            Ok(Record::Exec(record)) => {
                let time = record.time;
                (time, Body::Exec(Arc::new(self.tree.exec(*record))))
            }
            Ok(Record::Fork(record)) => {
                let time = record.time;
                (time, Body::Fork(Arc::new(self.tree.fork(*record))))
            }
            Ok(Record::Exit(record)) => match self.tree.exit(record) {
                Some(exit) => (record.time, Body::Exit(Arc::new(exit))),
                None => {
                    self.stats.repeated += 1;
                    return None;
                }
            },
            Err(_error) => {
                self.stats.undecodable += 1;
                let claimed = usize::try_from(claimed_kind(bytes)).unwrap_or(0);
                let kind = if claimed < KINDS { claimed } else { 0 };
                if let Some(count) = self.undecodable.get_mut(kind) {
                    *count += 1;
                }
                return None;
            }
        };
        let time = self.clock.at(time);
        Some(self.event(time, body))
    }

    fn event(&mut self, time: Timestamp, body: Body) -> Event {
        let seq = self.seq;
        self.seq += 1;
        Event { time, seq, body }
    }

    /// One event per kind that lost something.
    fn losses(&mut self, dropped: &[u64]) -> Vec<Event> {
        let mut events = Vec::new();
        let unreadable = std::mem::take(&mut self.undecodable);
        let ring = dropped.iter().copied().map(|count| (count, "ring"));
        let decoder = unreadable.into_iter().map(|count| (count, "decoder"));
        let counts = (0u32..).zip(ring).chain((0u32..).zip(decoder));
        for (kind, (count, queue)) in counts.filter(|(_, (count, _))| *count > 0) {
            self.stats.lost += count;
            let loss = Loss {
                kind: name(kind).to_owned(),
                count,
                queue: queue.to_owned(),
            };
            let event = self.event(Timestamp::now(), Body::Loss(Arc::new(loss)));
            events.push(event);
            if kind == kind::EXIT {
                self.tree.sweep();
            }
        }
        events
    }

    fn has_undecodable(&self) -> bool {
        self.undecodable.iter().any(|count| *count > 0)
    }

    fn judge(&mut self, judge: &dyn Judge, batch: &mut Vec<Event>) {
        if !batch.is_empty() {
            let verdicts = judge.judge(batch);
            self.stats.count(batch, &verdicts);
            batch.clear();
        }
    }
}

/// The name of a record's kind.
fn name(record: u32) -> &'static str {
    match record {
        kind::EXEC => Kind::ProcessExec.name(),
        kind::FORK => Kind::ProcessFork.name(),
        kind::EXIT => Kind::ProcessExit.name(),
        _ => "unknown",
    }
}
