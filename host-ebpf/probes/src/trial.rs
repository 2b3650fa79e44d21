//! Programs that change nothing: `merlon probe` loads them to see which kinds this kernel takes.

use aya_ebpf::{
    macros::{fentry, kprobe, lsm},
    programs::{FEntryContext, LsmContext, ProbeContext},
};

#[fentry(function = "do_exit")]
fn trial_fentry(_context: FEntryContext) -> i32 {
    0
}

#[lsm(hook = "bprm_check_security")]
fn trial_lsm(_context: LsmContext) -> i32 {
    0
}

#[kprobe]
fn trial_kprobe(_context: ProbeContext) -> u32 {
    0
}
