//! Keeps events in a file.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use merlon_model::{Event, Judge, Timestamp, Verdict};

use crate::recording::{Header, Line, VERSION};

/// Why a recording is not whole.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// Writing failed; what was written before is a valid recording.
    #[error(
        "the recording cannot be written after {events} events: free some space and record again"
    )]
    Write {
        /// Events that were written.
        events: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What a recorder counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Events in the file.
    pub events: u64,
    /// Events of kinds that a recording cannot hold: files and images.
    pub skipped: u64,
    /// Events after the first failed write.
    pub lost: u64,
}

/// A judge that allows everything and writes it down.
pub struct Recorder<W>(Mutex<State<W>>);

struct State<W> {
    out: W,
    batch: u64,
    counted: Recorded,
    error: Option<io::Error>,
}

impl<W: Write + Send> Recorder<W> {
    /// Begins a recording. Give it a buffered writer.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(mut out: W) -> Result<Self, RecorderError> {
        let header = Header {
            merlon: VERSION,
            started: Timestamp::now(),
        };
        write(&mut out, &header).map_err(|source| RecorderError::Write { events: 0, source })?;
        Ok(Self(Mutex::new(State {
            out,
            batch: 0,
            counted: Recorded::default(),
            error: None,
        })))
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// When any write failed.
    pub fn finish(self) -> Result<Recorded, RecorderError> {
        let mut state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let events = state.counted.events;
        let error = |source| RecorderError::Write { events, source };
        if let Some(source) = state.error {
            return Err(error(source));
        }
        state.out.flush().map_err(error)?;
        Ok(state.counted)
    }
}

impl<W: Write> State<W> {
    fn write(&mut self, event: &Event) {
        if self.error.is_some() {
            self.counted.lost += 1;
            return;
        }
        let Some(line) = Line::of(event, self.batch) else {
            self.counted.skipped += 1;
            return;
        };
        match write(&mut self.out, &line) {
            Ok(()) => self.counted.events += 1,
            Err(error) => {
                self.error = Some(error);
                self.counted.lost += 1;
            }
        }
    }
}

impl<W: Write + Send> Judge for Recorder<W> {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            state.write(event);
        }
        state.batch += 1;
        vec![Verdict::Allow; events.len()]
    }
}

fn write(out: &mut impl Write, line: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
