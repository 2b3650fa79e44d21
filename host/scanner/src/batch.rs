//! Events on their way to the judge, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use merlon_model::{Body, Event, FileEvent, Judge, Timestamp};

use crate::shadow::{Keys, Paths, Shadow};
use crate::turns::{Listed, Turns, Waiting};

// A call of a plugin costs a fraction of a microsecond, so a few dozen rows pay for it; the bytes keep
// a batch of large files from piling up.
const EVENTS: usize = 64;
const BYTES: usize = 8 << 20;

/// The events of one reader.
pub(crate) struct Batch<'s> {
    queue: Queue<'s>,
    lane: Option<Lane<'s>>,
}

struct Queue<'s> {
    judge: &'s dyn Judge,
    seq: &'s AtomicU64,
    events: Vec<Event>,
    bytes: usize,
    judged: u64,
}

/// The layer that is read, and what of it waits for its turn.
struct Lane<'s> {
    turns: &'s Turns,
    position: usize,
    index: u16,
    /// The entry that is read.
    entry: Keys,
    /// Present when it is the layer's turn.
    shadow: Option<Shadow>,
    waiting: Vec<Waiting>,
}

impl<'s> Batch<'s> {
    pub(crate) fn new(judge: &'s dyn Judge, seq: &'s AtomicU64) -> Self {
        Self {
            queue: Queue {
                judge,
                seq,
                events: Vec::with_capacity(EVENTS),
                bytes: 0,
                judged: 0,
            },
            lane: None,
        }
    }

    /// Takes an event that keeps `bytes` of content in memory.
    pub(crate) fn push(&mut self, body: Body, bytes: usize) {
        match &mut self.lane {
            None => self.queue.push(body, bytes),
            Some(lane) => lane.push(&mut self.queue, body, bytes),
        }
    }

    /// Hands over what there is, and says how many events were handed over so far.
    pub(crate) fn flush(&mut self) -> u64 {
        self.queue.flush()
    }

    /// What follows is of the layer at this position, counted from the uppermost.
    pub(crate) fn enter(&mut self, turns: &'s Turns, position: usize, index: u16) {
        self.lane = Some(Lane {
            turns,
            position,
            index,
            entry: Keys::default(),
            shadow: None,
            waiting: Vec::new(),
        });
    }

    /// What follows is about this entry of the layer.
    pub(crate) fn about(&mut self, entry: &Keys) {
        if let Some(lane) = &mut self.lane {
            lane.entry.clone_from(entry);
        }
    }

    /// The layer is listed. Its events are judged when it is its turn, and those of the layers below
    /// that are listed already.
    pub(crate) fn leave(&mut self, paths: Paths) {
        let Some(mut lane) = self.lane.take() else {
            return;
        };
        let turns = lane.turns;
        let mut next = lane.end(paths);
        // The lane stays until all is judged: see its `drop`.
        while let Some((mut shadow, listed)) = next {
            for event in listed.events {
                turns.release(event.cost);
                self.queue.resolved(&shadow, event);
            }
            // Events stay in the order of the layers, whoever reads them.
            self.queue.flush();
            shadow.add(&turns.names, listed.index, listed.paths);
            next = turns.pass(shadow);
        }
    }

    /// Judges what is left behind when a thread failed; nothing is known of what hides it.
    pub(crate) fn salvage(&mut self, turns: &Turns) {
        let events = turns.rest().into_iter().flat_map(|listed| listed.events);
        for event in events {
            self.queue.resolved(&Shadow::default(), event);
        }
    }
}

impl Lane<'_> {
    fn push(&mut self, queue: &mut Queue<'_>, body: Body, bytes: usize) {
        let event = Waiting {
            cost: cost(&body, bytes, &self.entry),
            body,
            bytes,
            keys: self.entry.clone(),
        };
        if self.shadow.is_none() {
            self.shadow = self.turns.claim(self.position);
        }
        if self.shadow.is_none() {
            self.shadow = self.turns.hold(self.position, event.cost);
            if self.shadow.is_none() {
                self.waiting.push(event);
                return;
            }
            self.turns.release(event.cost);
        }
        let Some(shadow) = &self.shadow else {
            return;
        };
        for earlier in self.waiting.drain(..) {
            self.turns.release(earlier.cost);
            queue.resolved(shadow, earlier);
        }
        queue.resolved(shadow, event);
    }

    fn end(&mut self, paths: Paths) -> Option<(Shadow, Listed)> {
        let listed = Listed {
            index: self.index,
            paths,
            events: std::mem::take(&mut self.waiting),
        };
        match self.shadow.take() {
            Some(shadow) => Some((shadow, listed)),
            None => self.turns.park(self.position, listed),
        }
    }
}

impl Drop for Lane<'_> {
    // Those who wait for the turn of a thread that fails would wait for ever.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.turns.abandon();
        }
    }
}

impl Queue<'_> {
    fn push(&mut self, body: Body, bytes: usize) {
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

    /// Takes an event of which is known now what the layers above do to it.
    fn resolved(&mut self, shadow: &Shadow, event: Waiting) {
        let mut body = event.body;
        if let (Body::File(file), Some(layer)) = (&mut body, shadow.hidden_by(&event.keys)) {
            let file: &mut FileEvent = Arc::make_mut(file);
            file.deleted_by = Some(layer);
            file.visible = false;
        }
        self.push(body, event.bytes);
    }

    fn flush(&mut self) -> u64 {
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

/// About how much memory an event takes.
fn cost(body: &Body, bytes: usize, keys: &Keys) -> u64 {
    let mut cost = size_of::<Waiting>() + size_of::<FileEvent>() + bytes + keys.size();
    if let Body::File(file) = body {
        let hits = file.hits.iter().flat_map(|hits| &hits.hits);
        let texts = hits.map(|hit| size_of_val(hit) + hit.text.len() + hit.context.len());
        cost += file.path.len() + texts.sum::<usize>();
    }
    cost as u64
}
