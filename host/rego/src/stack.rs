//! Room for recursion, and an end to panics.

/// What every thread has left.
#[cfg(not(target_family = "wasm"))]
const INLINE: usize = 256 << 10;

/// Runs `work` with at least `bytes` of stack; the error says why it has no result.
///
/// In the sandbox it runs where it is: there the stack has the component's size, and an overflow or a
/// panic traps the instance.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn with<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    if bytes <= INLINE {
        // What a panic leaves behind in the engine is cleared before its next evaluation.
        return catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(&*panic));
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("rego".to_owned())
            .stack_size(INLINE + bytes)
            .spawn_scoped(scope, work)
            .map_err(|error| format!("no thread for Rego: {error}"))?
            .join()
            .map_err(|panic| panicked(&*panic))
    })
}

#[cfg(not(target_family = "wasm"))]
fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!(
        "the Rego interpreter panicked: {}",
        text.unwrap_or("no message")
    )
}

#[cfg(target_family = "wasm")]
pub(crate) fn with<T: Send>(_: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    Ok(work())
}
