//! What the members of one file have cost so far, and the error that ends it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::Limits;

// Small archives may be as dense as they like.
const RATIO_FREE: u64 = 64 << 20;

/// A limit is reached: nothing more of the outermost archive is unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Exhausted {
    #[error("its members have more than {limit} bytes")]
    Bytes { limit: u64 },
    #[error("its members have more than {limit} times its size")]
    Ratio { limit: u64 },
    #[error("it has more than {limit} members")]
    Members { limit: u64 },
}

impl From<Exhausted> for io::Error {
    fn from(error: Exhausted) -> Self {
        Self::other(error)
    }
}

/// Counts of one outermost archive, with all archives in it.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    stored: AtomicU64,
    unpacked: AtomicU64,
    members: AtomicU64,
    reported: AtomicBool,
}

impl Spent {
    /// So many bytes of the archive are read.
    pub(crate) fn new(stored: usize) -> Self {
        Self {
            stored: AtomicU64::new(stored as u64),
            ..Self::default()
        }
    }

    /// More of the archive itself was read.
    pub(crate) fn store(&self, bytes: usize) {
        self.stored.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Whether it is to be said that a limit is reached: once.
    pub(crate) fn report(&self) -> bool {
        !self.reported.swap(true, Ordering::Relaxed)
    }

    /// One more member.
    pub(crate) fn member(&self, limits: &Limits) -> Result<(), Exhausted> {
        let limit = limits.members;
        match self.members.fetch_add(1, Ordering::Relaxed) < limit {
            true => Ok(()),
            false => Err(Exhausted::Members { limit }),
        }
    }

    /// More bytes came out.
    pub(crate) fn unpack(&self, bytes: usize, limits: &Limits) -> Result<(), Exhausted> {
        let bytes = bytes as u64;
        let unpacked = self.unpacked.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if unpacked > limits.unpacked {
            let limit = limits.unpacked;
            return Err(Exhausted::Bytes { limit });
        }
        let stored = self.stored.load(Ordering::Relaxed);
        if unpacked > RATIO_FREE && unpacked / limits.ratio.max(1) > stored {
            let limit = limits.ratio;
            return Err(Exhausted::Ratio { limit });
        }
        Ok(())
    }
}

/// Counts what is unpacked through it.
pub(crate) struct Counted<R> {
    reader: R,
    spent: Arc<Spent>,
    limits: Limits,
}

impl<R: Read> Counted<R> {
    pub(crate) fn new(reader: R, spent: &Arc<Spent>, limits: &Limits) -> Self {
        Self {
            reader,
            spent: Arc::clone(spent),
            limits: limits.clone(),
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Not every decoder likes to be asked for nothing.
        if into.is_empty() {
            return Ok(0);
        }
        let read = self.reader.read(into)?;
        self.spent.unpack(read, &self.limits)?;
        Ok(read)
    }
}
