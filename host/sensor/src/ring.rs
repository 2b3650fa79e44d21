//! The records as the kernel wrote them, and the count of those it could not write.

use std::ops::Deref;
use std::time::{Duration, Instant};

use aya::maps::{MapData, RingBuf};
use merlon_ebpf_abi::{COUNTERS, Counter, KINDS};

use crate::SensorError;
use crate::loader::{Counts, Loaded};

/// The counters are read at least this often.
const CHECK: Duration = Duration::from_secs(1);
/// What the kernel writes before each record.
const RECORD_HEADER: usize = 8;

/// The reading end.
pub(crate) struct Ring {
    loaded: Loaded,
    told: [u64; KINDS],
    /// Half the ring, and what was read since the counters were.
    half: usize,
    read: usize,
    checked: Instant,
}

impl Ring {
    /// Reads what loaded probes write.
    pub(crate) fn new(loaded: Loaded, bytes: u32) -> Self {
        Self {
            loaded,
            told: [0; KINDS],
            half: usize::try_from(bytes / 2).unwrap_or(usize::MAX),
            read: 0,
            checked: Instant::now(),
        }
    }

    /// Takes the probes out of the kernel; what they wrote can still be read.
    pub(crate) fn detach(&mut self) {
        self.loaded.programs = None;
    }

    /// The next record; its room is free again when it is dropped.
    pub(crate) fn next(&mut self) -> Option<impl Deref<Target = [u8]> + '_> {
        let ring: &mut RingBuf<MapData> = &mut self.loaded.ring;
        let record = ring.next()?;
        self.read = self.read.saturating_add(record.len() + RECORD_HEADER);
        Some(record)
    }

    /// Whether records may have been dropped since [`dropped`](Self::dropped) was called.
    ///
    /// A record finds no room only while the ring is full; by the time the ring is empty again, more
    /// than half of it was read. The clock is for refusals of other kinds, a lock in an interrupt.
    pub(crate) fn may_have_dropped(&self) -> bool {
        self.read >= self.half || self.checked.elapsed() >= CHECK
    }

    /// Records per kind that were dropped since the last call.
    pub(crate) fn dropped(&mut self) -> Result<[u64; KINDS], SensorError> {
        let counts = totals(&self.loaded.counts)?;
        (self.read, self.checked) = (0, Instant::now());
        let mut new = [0; KINDS];
        for (kind, (new, told)) in (0u32..).zip(new.iter_mut().zip(&mut self.told)) {
            let total = of(&counts, Counter::Dropped, kind);
            *new = total.saturating_sub(*told);
            *told = total;
        }
        Ok(new)
    }

    /// Records that the probes wanted to write since they were loaded.
    pub(crate) fn attempted(&self) -> Result<u64, SensorError> {
        let counts = totals(&self.loaded.counts)?;
        let kinds = 0..u32::try_from(KINDS).unwrap_or(0);
        Ok(kinds
            .map(|kind| of(&counts, Counter::Attempted, kind))
            .sum())
    }
}

fn of(counts: &[u64; COUNTERS], counter: Counter, kind: u32) -> u64 {
    counts.get(counter.index(kind)).copied().unwrap_or(0)
}

/// The sum over all CPUs.
fn totals(counts: &Counts) -> Result<[u64; COUNTERS], SensorError> {
    let values = counts.get(&0, 0).map_err(|source| SensorError::Map {
        map: "COUNTS",
        source,
    })?;
    let mut sum = [0u64; COUNTERS];
    for cpu in values.iter() {
        for (sum, value) in sum.iter_mut().zip(cpu) {
            *sum = sum.saturating_add(*value);
        }
    }
    Ok(sum)
}
