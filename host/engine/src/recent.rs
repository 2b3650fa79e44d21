//! The events that were judged last, in the batches they came in: what a new catalogue is rehearsed with.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use merlon_model::{Body, Event, Process};

/// What an event takes besides its texts.
const OVERHEAD: usize = 512;
/// A parsed object takes several times its text.
const OBJECT: usize = 6;

/// How much is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Events.
    pub events: usize,
    /// Bytes, estimated.
    pub bytes: usize,
}

impl Default for Room {
    /// 4096 events: with 32 MiB even processes with a full row of ancestors.
    fn default() -> Self {
        Self {
            events: 4096,
            bytes: 32 << 20,
        }
    }
}

/// Remembers the last events, bounded by their number and their size.
#[derive(Debug, Default)]
pub struct Recent {
    room: Room,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    batches: VecDeque<Remembered>,
    events: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Remembered {
    events: Arc<[Event]>,
    bytes: usize,
}

impl Recent {
    /// Remembers as much as this room holds.
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self {
            room,
            held: Mutex::default(),
        }
    }

    /// Remembers a batch and forgets the oldest ones; of a batch that has no room, its end. Files are not
    /// remembered: their hits belong to the patterns of the catalogue that they were read for.
    pub(crate) fn remember(&self, events: &[Event]) {
        let mut kept = Vec::with_capacity(events.len().min(self.room.events));
        let mut bytes = 0;
        for event in events.iter().rev() {
            if matches!(event.body, Body::File(_)) {
                continue;
            }
            let weight = weight(event);
            if kept.len() >= self.room.events || bytes + weight > self.room.bytes {
                break;
            }
            bytes += weight;
            kept.push(event.clone());
        }
        if kept.is_empty() {
            return;
        }
        kept.reverse();
        let batch = Remembered {
            events: kept.into(),
            bytes,
        };
        // What is forgotten is freed after the lock: the next batch does not wait for it.
        drop(self.replace(batch));
    }

    fn replace(&self, batch: Remembered) -> Vec<Remembered> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.events += batch.events.len();
        held.bytes += batch.bytes;
        held.batches.push_back(batch);
        let mut forgotten = Vec::new();
        while held.events > self.room.events || held.bytes > self.room.bytes {
            let Some(oldest) = held.batches.pop_front() else {
                break;
            };
            held.events = held.events.saturating_sub(oldest.events.len());
            held.bytes = held.bytes.saturating_sub(oldest.bytes);
            forgotten.push(oldest);
        }
        forgotten
    }

    /// What is remembered now, oldest first.
    pub(crate) fn batches(&self) -> Vec<Arc<[Event]>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.batches
            .iter()
            .map(|batch| Arc::clone(&batch.events))
            .collect()
    }
}

/// Bytes that an event keeps alive, roughly.
fn weight(event: &Event) -> usize {
    let more = match &event.body {
        Body::Exec(process) => of_process(process),
        Body::Fork(fork) => of_process(&fork.process),
        Body::Exit(exit) => of_process(&exit.process),
        Body::Object(object) => object.json.len().saturating_mul(OBJECT),
        Body::File(_) | Body::ImageConfig(_) | Body::Loss(_) => 0,
    };
    more.saturating_add(OVERHEAD)
}

fn of_process(process: &Process) -> usize {
    let texts = |argv: &[String]| -> usize { argv.iter().map(|text| text.len() + 24).sum() };
    let own = process.exe.len() + process.cwd.len() + process.cgroup.len() + texts(&process.argv);
    let ancestors = process.ancestors.iter();
    own + ancestors
        .map(|one| one.exe.len() + texts(&one.argv) + OVERHEAD / 4)
        .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use merlon_model::{FileEvent, Timestamp};

    use super::*;

    fn exec(seq: u64, argument: &str) -> Event {
        let process = Process {
            argv: vec![argument.to_owned()],
            ..Process::default()
        };
        Event {
            time: Timestamp::from_nanos(seq),
            seq,
            body: Body::Exec(Arc::new(process)),
        }
    }

    fn batch(range: std::ops::Range<u64>) -> Vec<Event> {
        range.map(|seq| exec(seq, "x")).collect()
    }

    fn seqs(recent: &Recent) -> Vec<Vec<u64>> {
        let batches = recent.batches();
        let of = |batch: &Arc<[Event]>| batch.iter().map(|event| event.seq).collect();
        batches.iter().map(of).collect()
    }

    fn room(events: usize, bytes: usize) -> Recent {
        Recent::new(Room { events, bytes })
    }

    #[test]
    fn the_oldest_batches_are_forgotten_whole() {
        let recent = room(5, 1 << 20);
        for range in [0..2, 2..4, 4..6] {
            recent.remember(&batch(range));
        }
        assert_eq!(seqs(&recent), [[2, 3], [4, 5]]);
    }

    #[test]
    fn of_a_batch_over_the_room_the_end_is_kept() {
        let recent = room(3, 1 << 20);
        recent.remember(&batch(0..10));
        assert_eq!(seqs(&recent), [[7, 8, 9]]);
    }

    #[test]
    fn bytes_bound_what_is_kept_and_one_huge_event_is_not_kept_at_all() {
        let recent = room(1000, 4 * OVERHEAD);
        recent.remember(&batch(0..10));
        assert_eq!(seqs(&recent), [[7, 8, 9]]);
        recent.remember(&[exec(10, &"x".repeat(4 * OVERHEAD))]);
        assert_eq!(seqs(&recent), [[7, 8, 9]]);
    }

    #[test]
    fn files_are_not_remembered() {
        let file = Event {
            body: Body::File(Arc::new(FileEvent::default())),
            ..exec(0, "x")
        };
        let recent = room(10, 1 << 20);
        recent.remember(&[file.clone(), exec(1, "x")]);
        recent.remember(&[file]);
        assert_eq!(seqs(&recent), [[1]]);
    }
}
