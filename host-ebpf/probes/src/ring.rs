//! The way to the host: one ring, and counters that say how much did not fit into it.

use aya_ebpf::{
    bindings::BPF_RB_NO_WAKEUP,
    macros::map,
    maps::{PerCpuArray, RingBuf},
};
use merlon_ebpf_abi::{COUNTERS, Counter};

/// The sensor sets the size before load.
#[map]
static EVENTS: RingBuf = RingBuf::with_byte_size(1 << 23, 0);

#[map]
static COUNTS: PerCpuArray<[u64; COUNTERS]> = PerCpuArray::with_max_entries(1, 0);

#[inline(always)]
fn count(kind: u32, counter: Counter) {
    if let Some(counts) = COUNTS.get_ptr_mut(0) {
        // SAFETY: `Counter::index` stays below `COUNTERS`; only this CPU writes this value.
        unsafe { *(*counts).as_mut_ptr().add(counter.index(kind)) += 1 }
    }
}

/// Writes one record. The host polls: a wakeup per record would cost more than the record.
///
/// # Safety
/// `record` holds `length` initialised bytes.
#[inline(always)]
pub unsafe fn submit(kind: u32, record: *const u8, length: usize) {
    count(kind, Counter::Attempted);
    // SAFETY: the caller's promise; the verifier proves the length against what lies behind `record`.
    let bytes = unsafe { core::slice::from_raw_parts(record, length) };
    if EVENTS
        .output::<[u8]>(bytes, u64::from(BPF_RB_NO_WAKEUP))
        .is_err()
    {
        count(kind, Counter::Dropped);
    }
}
