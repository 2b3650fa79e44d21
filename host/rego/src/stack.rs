//! Room for recursion.

/// Runs `work` with at least `bytes` of stack.
///
/// In the sandbox it runs where it is: there the stack has the component's size, and an overflow traps
/// the instance.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn with<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("rego".to_owned())
            .stack_size(bytes)
            .spawn_scoped(scope, work)
            .map_err(|error| format!("no thread for Rego: {error}"))?
            .join()
            .map_err(|_| "the Rego interpreter panicked".to_owned())
    })
}

#[cfg(target_family = "wasm")]
pub(crate) fn with<T: Send>(_: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    Ok(work())
}
