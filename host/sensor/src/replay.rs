//! Brings a recording back: the same events in the same batches, without a kernel.

use std::io::{self, BufRead, Read};

use merlon_model::{Event, Judge};

use crate::Stats;
use crate::recording::{Header, Line, VERSION};
use crate::sensor::BATCH;

/// Longest line that is read; an object of Kubernetes is at most a fifth of it.
const LINE_MAX: u64 = 16 << 20;

/// Why a recording cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Reading failed.
    #[error("line {line} of the recording cannot be read")]
    Read {
        /// From 1.
        line: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The first line is no header.
    #[error("line 1 is not the header of a recording: make one with `merlon record`")]
    Header(#[source] serde_json::Error),
    /// Another version of the format.
    #[error("the recording has version {found}, this program reads {VERSION}")]
    Version {
        /// The version it has.
        found: u32,
    },
    /// A line is no event.
    #[error("line {line} of the recording is not an event")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A line is longer than any event.
    #[error("line {line} of the recording is longer than {LINE_MAX} bytes")]
    Long {
        /// From 1.
        line: u64,
    },
}

/// Judges every event of a recording; events before a bad line are judged.
///
/// # Errors
/// When the recording cannot be read, has another version or a bad line.
pub fn replay(input: impl BufRead, judge: &dyn Judge) -> Result<Stats, ReplayError> {
    let mut lines = Lines {
        input,
        line: 0,
        text: Vec::new(),
    };
    lines.next()?;
    let header: Header = serde_json::from_slice(&lines.text).map_err(ReplayError::Header)?;
    if header.merlon != VERSION {
        return Err(ReplayError::Version {
            found: header.merlon,
        });
    }
    let mut batches = Batches {
        judge,
        number: 0,
        events: Vec::with_capacity(BATCH),
        stats: Stats::default(),
    };
    let result = feed(&mut lines, &mut batches);
    batches.flush();
    result.map(|()| batches.stats)
}

fn feed(lines: &mut Lines<impl BufRead>, batches: &mut Batches<'_>) -> Result<(), ReplayError> {
    while lines.next()? {
        if lines.text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line: Line =
            serde_json::from_slice(&lines.text).map_err(|source| ReplayError::Line {
                line: lines.line,
                source,
            })?;
        batches.take(line);
    }
    Ok(())
}

struct Lines<R> {
    input: R,
    line: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line into `text`; false at the end.
    fn next(&mut self) -> Result<bool, ReplayError> {
        self.line += 1;
        self.text.clear();
        let read = (&mut self.input)
            .take(LINE_MAX)
            .read_until(b'\n', &mut self.text)
            .map_err(|source| ReplayError::Read {
                line: self.line,
                source,
            })?;
        if u64::try_from(read) == Ok(LINE_MAX) && self.text.last() != Some(&b'\n') {
            return Err(ReplayError::Long { line: self.line });
        }
        Ok(read > 0)
    }
}

struct Batches<'a> {
    judge: &'a dyn Judge,
    number: u64,
    events: Vec<Event>,
    stats: Stats,
}

impl Batches<'_> {
    fn take(&mut self, line: Line) {
        if line.batch != self.number || self.events.len() >= BATCH {
            self.flush();
        }
        self.number = line.batch;
        self.events.push(line.event());
    }

    fn flush(&mut self) {
        if !self.events.is_empty() {
            let verdicts = self.judge.judge(&self.events);
            self.stats.count(&self.events, &verdicts);
            self.events.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use merlon_model::{Body, Exit, Fork, Loss, ObjectEvent, Process, Timestamp, Verdict};

    use super::*;
    use crate::Recorder;

    #[derive(Default)]
    struct Seen(Mutex<Vec<Vec<String>>>);

    impl Judge for Seen {
        fn judge(&self, events: &[Event]) -> Vec<Verdict> {
            let texts = events.iter().map(|event| format!("{event:?}")).collect();
            self.0.lock().unwrap().push(texts);
            vec![Verdict::Warn; events.len()]
        }
    }

    fn batches() -> Vec<Vec<Event>> {
        let process = Process {
            argv: vec!["sh".to_owned(), "a\n\u{1}\u{fffd}".to_owned()],
            ancestors: vec![Process::default().summary()],
            capabilities: u64::MAX,
            ..Process::default()
        };
        let object = serde_json::json!({"kind": "Pod", "apiVersion": "v1"});
        let bodies = [
            Body::Exec(Arc::new(process.clone())),
            Body::Fork(Arc::new(Fork {
                process: process.clone(),
            })),
            Body::Exit(Arc::new(Exit {
                process,
                code: 3,
                signal: 0,
            })),
            Body::Loss(Arc::new(Loss {
                kind: "process.exec".to_owned(),
                count: 3,
                queue: "ring".to_owned(),
            })),
            Body::Object(Arc::new(ObjectEvent {
                json: object.to_string().into(),
                object: Arc::new(object),
                ..ObjectEvent::default()
            })),
        ];
        let events = (0u64..).zip(bodies).map(|(seq, body)| Event {
            time: Timestamp::from_nanos(1_795_543_200_123_456_789 + seq),
            seq,
            body,
        });
        let events: Vec<Event> = events.collect();
        vec![events[..2].to_vec(), events[2..].to_vec()]
    }

    fn record() -> Vec<u8> {
        let mut file = Vec::new();
        let recorder = Recorder::new(&mut file).unwrap();
        for batch in batches() {
            recorder.judge(&batch);
        }
        assert_eq!(recorder.finish().unwrap().events, 5);
        file
    }

    #[test]
    fn a_replay_gives_the_recorded_events_in_the_recorded_batches() {
        let (before, after) = (Seen::default(), Seen::default());
        for batch in batches() {
            before.judge(&batch);
        }
        let stats = replay(&record()[..], &after).unwrap();
        assert_eq!((stats.events, stats.batches, stats.warned), (5, 2, 5));
        assert_eq!(*before.0.lock().unwrap(), *after.0.lock().unwrap());
    }

    #[test]
    fn a_bad_line_is_named_and_what_stood_before_it_is_judged() {
        let mut file = record();
        file.extend_from_slice(b"{\"batch\":2}\n");
        let seen = Seen::default();
        let error = replay(&file[..], &seen).unwrap_err();
        assert_eq!(error.to_string(), "line 7 of the recording is not an event");
        assert_eq!(seen.0.lock().unwrap().concat().len(), 5);
    }

    #[test]
    fn another_version_or_no_header_is_refused() {
        let seen = Seen::default();
        let newer = b"{\"merlon\":2,\"started\":\"2026-11-24T18:00:00Z\"}\n";
        let error = replay(&newer[..], &seen).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the recording has version 2, this program reads 1"
        );
        for text in ["", "\n", "[]\n", "{}\n"] {
            let error = replay(text.as_bytes(), &seen).unwrap_err();
            assert!(matches!(error, ReplayError::Header(_)), "{text}");
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let header = b"{\"merlon\":1,\"started\":\"2026-11-24T18:00:00Z\"}\n";
        let endless = header.chain(io::repeat(b' '));
        let error = replay(io::BufReader::new(endless), &Seen::default()).unwrap_err();
        assert!(matches!(error, ReplayError::Long { line: 2 }));
    }

    #[test]
    fn a_full_disk_is_told_at_the_end() {
        struct Full(usize);
        impl io::Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self
                    .0
                    .checked_sub(bytes.len())
                    .ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let recorder = Recorder::new(Full(200)).unwrap();
        for batch in batches() {
            recorder.judge(&batch);
        }
        let error = recorder.finish().unwrap_err();
        assert!(error.to_string().contains("after 0 events"), "{error}");
    }
}
