//! One finding per line, written when it is found.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use merlon_model::{Finding, FindingSink};

use crate::report::Report;

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        out.write_all(&line(finding)?)?;
    }
    Ok(())
}

fn line(finding: &Finding) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(finding)?;
    line.push(b'\n');
    Ok(line)
}

struct Stream<W> {
    out: W,
    failure: Option<io::Error>,
    written: u64,
    dropped: u64,
}

/// A sink that writes each finding at once. After the first failed write nothing more is written: what
/// comes then is counted, and `finish` returns the failure.
pub struct JsonlSink<W> {
    stream: Mutex<Stream<W>>,
}

impl<W: Write + Send> JsonlSink<W> {
    /// Streams to that writer. Each line is one write, so it needs no buffer.
    #[must_use]
    pub fn new(out: W) -> Self {
        Self {
            stream: Mutex::new(Stream {
                out,
                failure: None,
                written: 0,
                dropped: 0,
            }),
        }
    }

    /// Findings that were not written because an earlier write failed.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.dropped
    }

    /// Flushes and returns how many findings were written.
    ///
    /// # Errors
    /// The first failed write; a closed pipe is `ErrorKind::BrokenPipe`.
    pub fn finish(&self) -> io::Result<u64> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = stream.failure.take() {
            return Err(failure);
        }
        stream.out.flush()?;
        Ok(stream.written)
    }
}

impl<W: Write + Send> FindingSink for JsonlSink<W> {
    fn deliver(&self, finding: Finding) {
        // Serialised before the lock, so that threads wait for each other only while writing.
        let line = line(&finding);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        if stream.failure.is_some() {
            stream.dropped += 1;
            return;
        }
        match line.and_then(|line| stream.out.write_all(&line)) {
            Ok(()) => stream.written += 1,
            Err(failure) => {
                stream.failure = Some(failure);
                stream.dropped += 1;
            }
        }
    }
}
