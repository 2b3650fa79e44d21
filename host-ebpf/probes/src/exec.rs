//! A program is started: `sched_process_exec`, and `sched_prepare_exec` for what was before.

use core::mem::size_of;

use aya_ebpf::{
    helpers::generated,
    macros::{btf_tracepoint, map},
    maps::{LruHashMap, PerCpuArray},
    programs::BtfTracePointContext,
};
use merlon_ebpf_abi::{ARGV_MAX, ExecRecord, Offset, TAIL_MAX, TTY_MAX, flag, kind};

use crate::{
    offset::{known, load, read},
    path::{self, Tail},
    ring, task,
};

const OVERLAY_MAGIC: u64 = 0x794c_7630;

#[repr(C)]
struct Scratch {
    record: ExecRecord,
    tail: Tail,
}

#[map]
static EXEC_SCRATCH: PerCpuArray<Scratch> = PerCpuArray::with_max_entries(1, 0);

/// Effective user ids of processes between `sched_prepare_exec` and `sched_process_exec`.
#[map]
static PREVIOUS: LruHashMap<u32, u32> = LruHashMap::with_max_entries(4096, 0);

/// Remembers the effective user id while the task still has its old credentials.
#[btf_tracepoint(function = "sched_prepare_exec")]
pub fn prepare_exec(context: BtfTracePointContext) -> i32 {
    // SAFETY: BTF types the arguments; the scratch is this CPU's, and a program never interrupts itself.
    unsafe {
        let task: *const u8 = context.arg(0);
        let cred: *const u8 = load(task, Offset::TaskCred);
        let euid: u32 = load(cred, Offset::CredEuid);
        // A full map evicts the oldest; the host then falls back to the mode of the file.
        let _ = PREVIOUS.insert(&task::process_id(task), &euid, 0);
    }
    0
}

/// Writes an [`ExecRecord`].
#[btf_tracepoint(function = "sched_process_exec")]
pub fn exec(context: BtfTracePointContext) -> i32 {
    let Some(scratch) = EXEC_SCRATCH.get_ptr_mut(0) else {
        return 0;
    };
    // SAFETY: BTF types the arguments; the scratch is this CPU's, and a program never interrupts itself.
    unsafe {
        let task: *const u8 = context.arg(0);
        let record = &raw mut (*scratch).record;
        let tail = &raw mut (*scratch).tail;
        (*record).flags = 0;
        task::fill_header(&raw mut (*record).header, kind::EXEC, task);
        task::fill(&raw mut (*record).task, task);
        fill_previous(record);
        fill_terminal(record, task);
        let mut end = fill_program(record, tail, task);
        end = fill_directory(record, tail, task, end);
        let walked = path::of_cgroup(tail, end, load(task, Offset::TaskCgroups));
        (*record).cgroup_length = walked.end - end;
        let length = size_of::<ExecRecord>() + (walked.end as usize & (TAIL_MAX - 1));
        (*record).header.length = length as u32;
        ring::submit(kind::EXEC, scratch.cast(), length);
    }
    0
}

#[inline(always)]
unsafe fn fill_previous(record: *mut ExecRecord) {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        let pid = (*record).header.pid;
        if let Some(euid) = PREVIOUS.get_ptr(&pid) {
            (*record).previous_euid = *euid;
            (*record).flags |= flag::PREVIOUS_EUID;
            let _ = PREVIOUS.remove(&pid);
        }
    }
}

#[inline(always)]
unsafe fn fill_terminal(record: *mut ExecRecord, task: *const u8) {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        (*record).tty[0] = 0;
        let signal: *const u8 = load(task, Offset::TaskSignal);
        let tty: *const u8 = load(signal, Offset::SignalTty);
        if !tty.is_null() {
            let name = tty.wrapping_add(crate::offset::of(Offset::TtyName));
            let into = (&raw mut (*record).tty).cast::<u8>();
            generated::bpf_probe_read_kernel_str(into.cast(), TTY_MAX as u32, name.cast());
        }
    }
}

/// Arguments and executable; returns the bytes of the tail in use.
#[inline(always)]
unsafe fn fill_program(record: *mut ExecRecord, tail: *mut Tail, task: *const u8) -> u32 {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        (*record).inode = 0;
        (*record).exe_mode = 0;
        (*record).exe_length = 0;
        (*record).argv_length = 0;
        let mm: *const u8 = load(task, Offset::TaskMm);
        if mm.is_null() {
            return 0;
        }
        let end = fill_arguments(record, tail, mm);
        let file: *const u8 = load(mm, Offset::MmExe);
        if file.is_null() {
            return end;
        }
        fill_inode(record, load(file, Offset::FileInode));
        let dentry: *const u8 = load(file, Offset::FileDentry);
        let mut walked = path::of_dentry(tail, end, dentry, load(file, Offset::FileMnt));
        if walked.end == end {
            walked = path::of_detached(tail, end, dentry);
        }
        (*record).exe_length = walked.end - end;
        if !walked.complete {
            (*record).flags |= flag::EXE_PARTIAL;
        }
        if walked.pseudo {
            (*record).flags |= flag::PSEUDO;
        }
        walked.end
    }
}

#[inline(always)]
unsafe fn fill_arguments(record: *mut ExecRecord, tail: *mut Tail, mm: *const u8) -> u32 {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        let from: u64 = load(mm, Offset::MmArgStart);
        let to: u64 = load(mm, Offset::MmArgEnd);
        let mut length = to.wrapping_sub(from);
        if length > ARGV_MAX as u64 {
            length = ARGV_MAX as u64;
            (*record).flags |= flag::ARGV_TRUNCATED;
        }
        let got = generated::bpf_probe_read_user(
            Tail::bytes(tail).cast(),
            length as u32,
            from as *const _,
        );
        if got != 0 {
            (*record).flags |= flag::ARGV_UNREADABLE;
            return 0;
        }
        (*record).argv_length = length as u32;
        length as u32
    }
}

#[inline(always)]
unsafe fn fill_inode(record: *mut ExecRecord, inode: *const u8) {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        (*record).inode = load(inode, Offset::InodeNumber);
        (*record).exe_mode = u32::from(load::<u16>(inode, Offset::InodeMode));
        let superblock: *const u8 = load(inode, Offset::InodeSuper);
        if known(Offset::OverlayUpper)
            && load::<u64>(superblock, Offset::SuperMagic) == OVERLAY_MAGIC
            && read::<u64>(inode, Offset::OverlayUpper).is_some_and(|upper| upper != 0)
        {
            (*record).flags |= flag::UPPER_LAYER;
        }
    }
}

#[inline(always)]
unsafe fn fill_directory(
    record: *mut ExecRecord,
    tail: *mut Tail,
    task: *const u8,
    end: u32,
) -> u32 {
    // SAFETY: `record` and `tail` are this CPU's scratch; the verifier checks each load from the task.
    unsafe {
        (*record).cwd_length = 0;
        let fs: *const u8 = load(task, Offset::TaskFs);
        if fs.is_null() {
            return end;
        }
        // `fs->pwd` is two loads; a `chdir` of another thread between them ends the walk early.
        let walked = path::of_dentry(
            tail,
            end,
            load(fs, Offset::FsPwdDentry),
            load(fs, Offset::FsPwdMnt),
        );
        (*record).cwd_length = walked.end - end;
        if !walked.complete {
            (*record).flags |= flag::CWD_PARTIAL;
        }
        walked.end
    }
}
