//! What the probes write and the sensor reads, declared once.
//!
//! Kinds and flags travel as integers and are matched, never transmuted; the layouts are asserted, so
//! that a change on one side alone does not build.
#![no_std]

mod offset;
mod record;

pub use offset::{MISSING, OFFSETS, Offset};
pub use record::{
    ARGV_MAX, CGROUP_MAX, COUNTERS, Counter, ExecRecord, ExitRecord, ForkRecord, Header, KINDS,
    NAME_MAX, PATH_MAX, TAIL_MAX, TTY_MAX, TaskRecord, flag, kind,
};
