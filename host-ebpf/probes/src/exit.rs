//! A process ends: `sched_process_exit` of its last thread.

use core::mem::size_of;

use aya_ebpf::{macros::btf_tracepoint, programs::BtfTracePointContext};
use merlon_ebpf_abi::{ExitRecord, Header, Offset, kind};

use crate::{offset::load, ring, task};

/// `SIGNAL_GROUP_EXIT`: the whole process ends with one status.
const GROUP_EXIT: u32 = 4;

/// Writes an [`ExitRecord`].
#[btf_tracepoint(function = "sched_process_exit")]
pub fn exit(context: BtfTracePointContext) -> i32 {
    // SAFETY: BTF types the arguments; the scratch is this CPU's, and a program never interrupts itself.
    unsafe {
        let task: *const u8 = context.arg(0);
        let signal: *const u8 = load(task, Offset::TaskSignal);
        // Two last threads may both see 0 here; the host takes the first record only.
        if load::<u32>(signal, Offset::SignalLive) != 0 || task::is_kernel_thread(task) {
            return 0;
        }
        let mut record = ExitRecord {
            header: Header {
                kind: 0,
                length: size_of::<ExitRecord>() as u32,
                time: 0,
                pid: 0,
                ppid: 0,
            },
            start: task::start(task),
            status: status(task, signal),
            reserved: 0,
        };
        task::fill_header(&raw mut record.header, kind::EXIT, task);
        let at = (&raw const record).cast();
        ring::submit(kind::EXIT, at, size_of::<ExitRecord>());
    }
    0
}

#[inline(always)]
unsafe fn status(task: *const u8, signal: *const u8) -> u32 {
    // SAFETY: `task` and `signal` are trusted; the verifier checks each load.
    unsafe {
        if load::<u32>(signal, Offset::SignalFlags) & GROUP_EXIT != 0 {
            return load(signal, Offset::SignalExitCode);
        }
        let leader: *const u8 = load(task, Offset::TaskLeader);
        load(leader, Offset::TaskExitCode)
    }
}
