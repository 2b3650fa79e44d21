//! Who this process acts as.
#![allow(
    unsafe_code,
    reason = "the standard library does not ask the kernel for it"
)]

/// The effective user id.
pub(crate) fn effective() -> u32 {
    // SAFETY: geteuid has no preconditions and cannot fail.
    unsafe { libc::geteuid() }
}
