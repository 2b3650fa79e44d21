//! The system calls that the standard library lacks.
#![allow(
    unsafe_code,
    reason = "clocks and fanotify have no safe wrapper in the standard library"
)]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// Nanoseconds of a clock.
fn clock(id: libc::clockid_t) -> io::Result<u64> {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid place for the answer.
    if unsafe { libc::clock_gettime(id, &raw mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    Ok(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

/// Nanoseconds since boot, suspended time included: the clock of the records.
pub(crate) fn since_boot() -> io::Result<u64> {
    clock(libc::CLOCK_BOOTTIME)
}

/// Kernel clock ticks a second, the unit of `/proc/PID/stat`.
pub(crate) fn ticks_per_second() -> u64 {
    // SAFETY: `sysconf` has no precondition.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    u64::try_from(ticks)
        .ok()
        .filter(|ticks| *ticks > 0)
        .unwrap_or(100)
}

/// Asks for a fanotify group that may refuse opens, and closes it.
pub(crate) fn try_fanotify() -> io::Result<()> {
    // SAFETY: `fanotify_init` has no precondition.
    let fd = unsafe {
        libc::fanotify_init(
            libc::FAN_CLASS_CONTENT | libc::FAN_CLOEXEC,
            libc::O_RDONLY.unsigned_abs(),
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new and nobody else has it.
    drop(unsafe { OwnedFd::from_raw_fd(fd) });
    Ok(())
}
