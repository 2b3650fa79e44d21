//! Using up what the host has.

use std::hint::black_box;

use merlon_sdk::bindings::merlon::plugin::log::Level;

/// Never returns.
pub fn spin() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Stops the instance.
pub fn trap() -> ! {
    std::process::abort()
}

/// Touches 4 GiB, in blocks of 1 MiB.
pub fn take_memory() {
    const BLOCK: usize = 1 << 20;
    let blocks: Vec<Vec<u8>> = (0..4096).map(|_| vec![1u8; BLOCK]).collect();
    black_box(&blocks);
}

/// Calls itself until the stack ends.
#[must_use]
pub fn recurse(depth: u64) -> u64 {
    // The compiler must believe that it could end, and cannot make a loop of it.
    if black_box(depth) == 0 {
        return 1;
    }
    recurse(black_box(depth).wrapping_add(1)).wrapping_mul(black_box(3))
}

/// Calls a cheap import for ever.
pub fn call_the_host_without_end() -> ! {
    loop {
        host::get("key");
    }
}

/// A million lines of a kilobyte.
pub fn flood_the_log() {
    let line = "x".repeat(1024);
    for _ in 0..1_000_000 {
        merlon_sdk::host::log::write(Level::Info, &line);
    }
}

/// Keys without end, until the host says that it has no room.
///
/// # Errors
/// The host's answer, as it should.
pub fn flood_the_state() -> Result<(), String> {
    let value = "x".repeat(4096);
    for key in 0..10_000_000u64 {
        host::set(&format!("key-{key}"), &value)?;
    }
    Ok(())
}

/// Row 0's state, past the SDK, which has no row without a batch.
mod host {
    #[cfg(target_arch = "wasm32")]
    use merlon_sdk::bindings::merlon::plugin::state;

    #[cfg(target_arch = "wasm32")]
    pub(super) fn get(key: &str) {
        std::hint::black_box(state::get(0, key));
    }

    #[cfg(target_arch = "wasm32")]
    pub(super) fn set(key: &str, value: &str) -> Result<(), String> {
        state::set(0, key, value, u64::MAX)
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn get(key: &str) {
        std::hint::black_box(key);
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn set(key: &str, value: &str) -> Result<(), String> {
        Err(format!("no host to keep {} bytes of {key}", value.len()))
    }
}
