//! The records in the ring buffer.
//!
//! A record is a fixed part followed by a tail: argument bytes, then paths. A path is its components
//! as the kernel's walk meets them, leaf first, each ended by a zero byte.

use core::mem::{offset_of, size_of};

/// Longest part of the argument list that a record holds, in bytes.
pub const ARGV_MAX: usize = 4096;
/// Longest path that a record holds, in bytes.
pub const PATH_MAX: usize = 4096;
/// Longest cgroup path that a record holds, in bytes.
pub const CGROUP_MAX: usize = 1024;
/// Longest path component, with its zero byte.
pub const NAME_MAX: usize = 256;
/// Room for the name of a terminal, with its zero byte.
pub const TTY_MAX: usize = 32;
/// Room for a tail: a power of two, so that one mask keeps a position inside.
pub const TAIL_MAX: usize = 16384;

/// One past the highest kind; index of the per-kind counters.
pub const KINDS: usize = 4;

/// What a record is about.
pub mod kind {
    /// An [`ExecRecord`](crate::ExecRecord).
    pub const EXEC: u32 = 1;
    /// A [`ForkRecord`](crate::ForkRecord).
    pub const FORK: u32 = 2;
    /// An [`ExitRecord`](crate::ExitRecord).
    pub const EXIT: u32 = 3;
}

/// Bits of [`ExecRecord::flags`].
pub mod flag {
    /// The argument list was longer than `ARGV_MAX`.
    pub const ARGV_TRUNCATED: u32 = 1;
    /// The argument list could not be read.
    pub const ARGV_UNREADABLE: u32 = 1 << 1;
    /// `previous_euid` was read before the credentials changed.
    pub const PREVIOUS_EUID: u32 = 1 << 2;
    /// The executable lies in the writable layer of an overlay.
    pub const UPPER_LAYER: u32 = 1 << 3;
    /// The executable has a name but no place in a directory tree.
    pub const PSEUDO: u32 = 1 << 4;
    /// The walk of the executable's path stopped before the root.
    pub const EXE_PARTIAL: u32 = 1 << 5;
    /// The walk of the working directory's path stopped before the root.
    pub const CWD_PARTIAL: u32 = 1 << 6;
}

/// The beginning of every record.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// One of [`kind`].
    pub kind: u32,
    /// Bytes of the whole record, the tail included.
    pub length: u32,
    /// When, in nanoseconds since boot.
    pub time: u64,
    /// Process (thread group) id in the host's namespace.
    pub pid: u32,
    /// The real parent's process id.
    pub ppid: u32,
}

/// What is read from one task.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct TaskRecord {
    /// When the process was cloned, in nanoseconds since boot.
    pub start: u64,
    /// Inode of its cgroup2 directory.
    pub cgroup_id: u64,
    /// Effective capabilities.
    pub capabilities: u64,
    /// Real user id.
    pub uid: u32,
    /// Effective user id.
    pub euid: u32,
    /// Real group id.
    pub gid: u32,
    /// Effective group id.
    pub egid: u32,
    /// Inode of the mount namespace, 0 when unknown; so are the other three.
    pub mnt_ns: u32,
    /// Inode of the pid namespace.
    pub pid_ns: u32,
    /// Inode of the network namespace.
    pub net_ns: u32,
    /// Inode of the user namespace.
    pub user_ns: u32,
    /// The kernel's name, padded by zero bytes.
    pub comm: [u8; 16],
}

/// A program was started. Tail: arguments, executable, working directory, cgroup.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ExecRecord {
    /// The beginning.
    pub header: Header,
    /// The process, after the change.
    pub task: TaskRecord,
    /// Inode number of the executable.
    pub inode: u64,
    /// Bits of [`flag`].
    pub flags: u32,
    /// Type and permission bits of the executable.
    pub exe_mode: u32,
    /// Effective user id before, when the flag says that it is known.
    pub previous_euid: u32,
    /// Bytes of arguments in the tail.
    pub argv_length: u32,
    /// Bytes of the executable's path in the tail.
    pub exe_length: u32,
    /// Bytes of the working directory's path in the tail.
    pub cwd_length: u32,
    /// Bytes of the cgroup's path in the tail.
    pub cgroup_length: u32,
    /// Keeps the size a multiple of 8.
    pub reserved: u32,
    /// Controlling terminal, padded by zero bytes.
    pub tty: [u8; TTY_MAX],
}

/// A process was cloned; the header names the child. Tail: cgroup.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ForkRecord {
    /// The beginning.
    pub header: Header,
    /// The child.
    pub task: TaskRecord,
    /// The process whose program the child runs; not the parent after `CLONE_PARENT`.
    pub from: u32,
    /// Bytes of the cgroup's path in the tail.
    pub cgroup_length: u32,
}

/// The last thread of a process ended. No tail.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ExitRecord {
    /// The beginning.
    pub header: Header,
    /// As in [`TaskRecord`].
    pub start: u64,
    /// Wait status: the signal in bits 0-6, the exit code in bits 8-15.
    pub status: u32,
    /// Keeps the size a multiple of 8.
    pub reserved: u32,
}

/// Which per-CPU counter of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Records that a probe wanted to write.
    Attempted,
    /// Records that found no room in the ring.
    Dropped,
}

/// Counters in the per-CPU value.
pub const COUNTERS: usize = KINDS * 2;

impl Counter {
    /// The counter's place in the per-CPU value.
    #[must_use]
    pub const fn index(self, kind: u32) -> usize {
        let kind = kind as usize % KINDS;
        match self {
            Self::Attempted => kind,
            Self::Dropped => KINDS + kind,
        }
    }
}

// Written by the kernel, read by the host: a layout change must fail to build.
const _: () = {
    assert!(size_of::<Header>() == 24);
    assert!(size_of::<TaskRecord>() == 24 + 8 * 4 + 16);
    assert!(size_of::<ExecRecord>() == 24 + 72 + 8 + 8 * 4 + TTY_MAX);
    assert!(size_of::<ForkRecord>() == 24 + 72 + 8);
    assert!(size_of::<ExitRecord>() == 24 + 16);
    assert!(offset_of!(ExecRecord, task) == 24 && offset_of!(ForkRecord, task) == 24);
    assert!(offset_of!(ExecRecord, tty) == size_of::<ExecRecord>() - TTY_MAX);
    assert!(TAIL_MAX.is_power_of_two());
    assert!(ARGV_MAX + 2 * (PATH_MAX + NAME_MAX) + CGROUP_MAX + NAME_MAX < TAIL_MAX);
};
