//! How the C library's allocator is set up.
//!
//! By itself it raises the size from which memory is taken from the kernel, and given back to it, to what
//! was freed last, up to 32 MiB: after the first large file every thread keeps the memory of its largest
//! one for good.
#![allow(unsafe_code, reason = "the allocator is set up through the C library")]

/// Blocks of this size are given back to the kernel when they are freed.
#[cfg(target_env = "gnu")]
const GIVEN_BACK: libc::c_int = 1 << 20;

/// Sets the allocator up; to be called before any thread is started.
pub(crate) fn set_up() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt takes two numbers, and changes how memory is taken from now on; no other thread runs
    // yet. It fails only for numbers that it does not know, and then nothing is changed.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK);
    }
}
