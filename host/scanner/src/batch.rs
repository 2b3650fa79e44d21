//! Events on their way to the judge, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use merlon_model::{Body, Event, FileEvent, Judge, Timestamp};

use crate::memory::Ledger;
use crate::shadow::{Keys, Paths, Shadow};
use crate::turns::{Answer, Listed, Turns, Waiting};

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
    /// What belongs to each event.
    origins: Vec<Origin>,
    bytes: usize,
    judged: u64,
    /// Answers that could not be recalled.
    lost: u64,
    ledger: Option<&'s Ledger<'s>>,
}

/// Where an event comes from.
struct Origin {
    /// The layer's place and the entry's in it.
    place: Option<(u16, u32)>,
    answer: Answer,
}

/// The layer that is read, and what of it waits for its turn.
struct Lane<'s> {
    turns: &'s Turns,
    position: usize,
    index: u16,
    /// The entry that is read, and its place in the listing.
    entry: Keys,
    number: u32,
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
                origins: Vec::with_capacity(EVENTS),
                bytes: 0,
                judged: 0,
                lost: 0,
                ledger: None,
            },
            lane: None,
        }
    }

    /// Takes an event that keeps `bytes` of content in memory.
    pub(crate) fn push(&mut self, body: Body, bytes: usize) {
        match &mut self.lane {
            None => self.queue.push(body, bytes, Origin::unknown()),
            Some(lane) => {
                let event = lane.event(body, bytes, Answer::Asked);
                lane.push(&mut self.queue, event);
            }
        }
    }

    /// Takes an event of the layer that is read, to which the answer is known.
    pub(crate) fn push_known(&mut self, body: Body, answer: String) {
        if let Some(lane) = &mut self.lane {
            let event = lane.event(body, answer.len(), Answer::Remembered(answer));
            lane.push(&mut self.queue, event);
        }
    }

    /// How many answers could not be recalled.
    pub(crate) fn lost(&self) -> u64 {
        self.queue.lost
    }

    /// Hands over what there is, and says how many events were handed over so far.
    pub(crate) fn flush(&mut self) -> u64 {
        self.queue.flush()
    }

    /// What follows is of the layer at this position, counted from the uppermost.
    pub(crate) fn enter(
        &mut self,
        (turns, ledger): (&'s Turns, &'s Ledger<'s>),
        position: usize,
        index: u16,
    ) {
        self.queue.ledger = Some(ledger).filter(|ledger| ledger.is_open());
        self.lane = Some(Lane {
            turns,
            position,
            index,
            entry: Keys::default(),
            number: 0,
            shadow: None,
            waiting: Vec::new(),
        });
    }

    /// What follows is about this entry of the layer.
    pub(crate) fn about(&mut self, entry: &Keys, number: u32) {
        if let Some(lane) = &mut self.lane {
            lane.entry.clone_from(entry);
            lane.number = number;
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

impl Origin {
    fn unknown() -> Self {
        Self {
            place: None,
            answer: Answer::Asked,
        }
    }
}

impl Lane<'_> {
    fn event(&self, body: Body, bytes: usize, answer: Answer) -> Waiting {
        Waiting {
            cost: cost(&body, bytes, &self.entry),
            body,
            bytes,
            keys: self.entry.clone(),
            entry: self.number,
            answer,
        }
    }

    fn push(&mut self, queue: &mut Queue<'_>, event: Waiting) {
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
    fn push(&mut self, body: Body, bytes: usize, origin: Origin) {
        self.origins.push(origin);
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
        let layer = match &body {
            Body::File(file) => file.layer.as_ref(),
            _ => None,
        };
        let index = layer.and_then(|layer| u16::try_from(layer.index).ok());
        let origin = Origin {
            place: index.map(|index| (index, event.entry)),
            answer: event.answer,
        };
        self.push(body, event.bytes, origin);
    }

    fn flush(&mut self) -> u64 {
        if self.events.is_empty() {
            return self.judged;
        }
        self.judged += self.events.len() as u64;
        self.bytes = 0;
        // A file cannot be denied: what was found is in the findings.
        let Some(ledger) = self.ledger else {
            self.judge.judge(&self.events);
            self.events.clear();
            self.origins.clear();
            return self.judged;
        };
        let (mut asked, mut places) = (Vec::new(), Vec::new());
        for (event, origin) in self.events.drain(..).zip(self.origins.drain(..)) {
            match origin.answer {
                Answer::Asked => {
                    asked.push(event);
                    places.push(origin.place);
                }
                Answer::Remembered(answer) => {
                    let known = self.judge.recall(&event, answer.as_bytes());
                    self.lost += u64::from(!known);
                }
            }
        }
        if !asked.is_empty() {
            let answers = self.judge.judge_to_remember(&asked);
            for ((event, place), answer) in asked.iter().zip(places).zip(answers) {
                if let (Some((layer, entry)), Body::File(file)) = (place, &event.body) {
                    ledger.note(layer, entry, file, answer);
                }
            }
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
