//! What a guest can learn of the world: a clock that counts its readings, numbers from a fixed seed, and
//! where its prints go.

use crate::call::Call;
use crate::capability::log::LogLine;

/// 2026-01-01T00:00:00Z, the beginning of every guest's time.
const BEGINNING: u64 = 1_767_225_600;
const NANOS: u64 = 1_000_000_000;
/// Resources that a guest may hold: languages hold their three streams and a few pollables.
const HANDLES: u32 = 4096;

/// Bytes of a line that an error carries.
const LAST_WORDS: usize = 500;

/// The state behind WASI's answers, of one instance.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// Nanoseconds since the beginning.
    time: u64,
    /// Resources that the guest holds.
    handles: u32,
    random: u64,
    /// What was printed since the last line break, by stream.
    output: Vec<u8>,
    error: Vec<u8>,
}

/// One of the streams that a guest prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Output,
    Error,
}

impl Stream {
    const ALL: [Self; 2] = [Self::Output, Self::Error];

    pub(super) fn number(self) -> u32 {
        match self {
            Self::Output => 1,
            Self::Error => 2,
        }
    }

    pub(super) fn of(number: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|stream| stream.number() == number)
    }

    fn level(self) -> &'static str {
        match self {
            Self::Output => "info",
            Self::Error => "warn",
        }
    }
}

impl World {
    /// Nanoseconds by which a reading of the clock moves it.
    pub(super) const STEP: u64 = 1000;

    /// Nanoseconds since the beginning.
    pub(super) fn elapsed(&mut self) -> u64 {
        self.pass(Self::STEP);
        self.time
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, nanos: u64) {
        self.time = self.time.saturating_add(nanos);
    }

    /// Lets time pass until then.
    pub(super) fn reach(&mut self, time: u64) {
        self.time = self.time.max(time);
    }

    /// Counts a resource; there is an end to what a guest may hold.
    pub(super) fn hold(&mut self) -> wasmtime::Result<()> {
        if self.handles >= HANDLES {
            return Err(wasmtime::Error::msg(format!(
                "it holds more than {HANDLES} WASI resources"
            )));
        }
        self.handles += 1;
        Ok(())
    }

    /// The guest gave a resource back.
    pub(super) fn release(&mut self) {
        self.handles = self.handles.saturating_sub(1);
    }

    /// What stands on the unfinished line of the error stream, or nothing.
    fn unfinished(&self) -> &[u8] {
        &self.error
    }

    /// Seconds since 1970 and nanoseconds.
    pub(super) fn now(&mut self) -> (u64, u64) {
        let elapsed = self.elapsed();
        (BEGINNING.wrapping_add(elapsed / NANOS), elapsed % NANOS)
    }

    /// splitmix64 from a fixed seed: a guest that needs secrets has no business here.
    pub(super) fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn buffer(&mut self, stream: Stream) -> &mut Vec<u8> {
        match stream {
            Stream::Output => &mut self.output,
            Stream::Error => &mut self.error,
        }
    }
}

impl Call {
    /// Takes what was printed: whole lines become log lines.
    pub(super) fn print(&mut self, stream: Stream, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = self.limits.text;
            let buffer = self.wasi.buffer(stream);
            let left = room.saturating_sub(buffer.len());
            buffer.extend(part.iter().take(left).filter(|byte| **byte != b'\n'));
            if part.ends_with(b"\n") {
                self.end_line(stream);
            }
        }
    }

    /// The last line that was printed to the error stream in this call: a language says there why it
    /// dies.
    pub(crate) fn last_words(&self) -> Option<String> {
        let unfinished = String::from_utf8_lossy(self.wasi.unfinished());
        let lines = self
            .log
            .iter()
            .filter(|line| line.level == Stream::Error.level());
        let texts = lines
            .map(|line| line.message.as_str())
            .chain([&*unfinished]);
        let words = texts.rev().find(|text| !text.trim().is_empty())?;
        Some(crate::answer::bounded(words.trim(), LAST_WORDS))
    }

    /// What stands on an unfinished line is a line when the call ends.
    pub(crate) fn end_lines(&mut self) {
        for stream in Stream::ALL {
            if !self.wasi.buffer(stream).is_empty() {
                self.end_line(stream);
            }
        }
    }

    fn end_line(&mut self, stream: Stream) {
        let bytes = std::mem::take(self.wasi.buffer(stream));
        let message = crate::answer::bounded(&String::from_utf8_lossy(&bytes), self.limits.text);
        self.log_line(LogLine {
            level: stream.level(),
            message,
        });
    }
}
