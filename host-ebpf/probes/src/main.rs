//! The programs that run in the kernel, one file each; what they share is below them.
//!
//! `task`, `path` and `ring` are used by all. Everything here is unsafe by nature: the kernel's verifier
//! proves each load before a program may run.
#![no_std]
#![no_main]

mod exec;
mod exit;
mod fork;
mod offset;
mod path;
mod ring;
mod task;
mod trial;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
