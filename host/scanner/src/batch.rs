//! Events on their way to the judge, a few at a time.

use std::sync::atomic::{AtomicU64, Ordering};

use merlon_model::{Body, Event, Judge, Timestamp};

// A call of a plugin costs a fraction of a microsecond, so a few dozen rows pay for it; the bytes keep
// a batch of large files from piling up.
const EVENTS: usize = 64;
const BYTES: usize = 8 << 20;

pub(crate) struct Batch<'s> {
    judge: &'s dyn Judge,
    seq: &'s AtomicU64,
    events: Vec<Event>,
    bytes: usize,
    judged: u64,
}

impl<'s> Batch<'s> {
    pub(crate) fn new(judge: &'s dyn Judge, seq: &'s AtomicU64) -> Self {
        Self {
            judge,
            seq,
            events: Vec::with_capacity(EVENTS),
            bytes: 0,
            judged: 0,
        }
    }

    /// Takes an event that keeps `bytes` of content in memory.
    pub(crate) fn push(&mut self, body: Body, bytes: usize) {
        self.events.push(Event {
            time: Timestamp::now(),
            seq: self.seq.fetch_add(1, Ordering::Relaxed),
            body,
        });
        self.bytes += bytes;
        if self.events.len() >= EVENTS || self.bytes >= BYTES {
            self.flush();
        }
    }

    /// Hands over what there is, and says how many events were handed over so far.
    pub(crate) fn flush(&mut self) -> u64 {
        if !self.events.is_empty() {
            // A file cannot be denied: what was found is in the findings.
            self.judge.judge(&self.events);
            self.judged += self.events.len() as u64;
            self.events.clear();
            self.bytes = 0;
        }
        self.judged
    }
}
