//! A process is cloned: `sched_process_fork`. Threads are not processes and write nothing.

use core::mem::size_of;

use aya_ebpf::{
    macros::{btf_tracepoint, map},
    maps::PerCpuArray,
    programs::BtfTracePointContext,
};
use merlon_ebpf_abi::{ForkRecord, Offset, TAIL_MAX, kind};

use crate::{
    offset::load,
    path::{self, Tail},
    ring, task,
};

#[repr(C)]
struct Scratch {
    record: ForkRecord,
    tail: Tail,
}

#[map]
static FORK_SCRATCH: PerCpuArray<Scratch> = PerCpuArray::with_max_entries(1, 0);

/// Writes a [`ForkRecord`].
#[btf_tracepoint(function = "sched_process_fork")]
pub fn fork(context: BtfTracePointContext) -> i32 {
    // SAFETY: BTF types the arguments; the scratch is this CPU's, and a program never interrupts itself.
    unsafe {
        let from: *const u8 = context.arg(0);
        let child: *const u8 = context.arg(1);
        let pid: u32 = load(child, Offset::TaskPid);
        if pid != task::process_id(child) || task::is_kernel_thread(child) {
            return 0;
        }
        let Some(scratch) = FORK_SCRATCH.get_ptr_mut(0) else {
            return 0;
        };
        let record = &raw mut (*scratch).record;
        task::fill_header(&raw mut (*record).header, kind::FORK, child);
        task::fill(&raw mut (*record).task, child);
        (*record).from = task::process_id(from);
        // The host's idea of the parent's cgroup may be old: nothing tells it of a move.
        let cgroups: *const u8 = load(child, Offset::TaskCgroups);
        let end = path::of_cgroup(&raw mut (*scratch).tail, 0, cgroups).end;
        (*record).cgroup_length = end;
        let length = size_of::<ForkRecord>() + (end as usize & (TAIL_MAX - 1));
        (*record).header.length = length as u32;
        ring::submit(kind::FORK, scratch.cast(), length);
    }
    0
}
