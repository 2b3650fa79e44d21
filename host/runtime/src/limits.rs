//! What one plugin may use, and the memory limit's enforcement.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// What one plugin may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, bytes.
    pub memory: usize,
    /// Wall time of one `evaluate`, host calls included.
    pub deadline: Duration,
    /// Wall time of `describe`, which may compile rules.
    pub describe_deadline: Duration,
    /// Bytes that cross from the guest to the host in one call.
    pub answer_bytes: usize,
    /// Findings in one answer.
    pub findings: usize,
    /// Bytes of one message or evidence value; longer ones are cut.
    pub text: usize,
    /// Log lines per call; the rest is counted.
    pub log_lines: u32,
    /// Keys in the plugin's state.
    pub state_keys: usize,
    /// Bytes in the plugin's state.
    pub state_bytes: usize,
}

impl Default for Limits {
    /// 64 MiB and 100 ms as in contract section 5; the rest is ten times what the first-party plugins use.
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            deadline: Duration::from_millis(100),
            describe_deadline: Duration::from_secs(2),
            answer_bytes: 4 << 20,
            findings: 10_000,
            text: 4 << 10,
            log_lines: 100,
            state_keys: 10_000,
            state_bytes: 4 << 20,
        }
    }
}

/// Tables, memories and instances a component may have: what language runtimes need, times two.
const COUNT: usize = 32;
/// Elements of one table: function pointers of the largest runtime seen (Python: 30,000), times three.
const TABLE_ELEMENTS: usize = 100_000;

/// The error that stops a guest which wants more memory than it may have.
#[derive(Debug, thiserror::Error)]
#[error("out of memory")]
pub(crate) struct OutOfMemory;

/// Counts memory over all linear memories of one instance.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    used: usize,
    left: usize,
}

impl MemoryLimiter {
    pub(crate) fn new(memory: usize) -> Self {
        Self {
            used: 0,
            left: memory,
        }
    }
}

impl MemoryLimiter {
    /// Bytes that the instance has.
    pub(crate) fn used(&self) -> usize {
        self.used
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        match self.left.checked_sub(more) {
            Some(left) => {
                self.left = left;
                self.used += more;
                Ok(true)
            }
            // A trap instead of -1: languages answer -1 with an abort that names nothing.
            None => Err(wasmtime::Error::new(OutOfMemory)),
        }
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        COUNT
    }

    fn tables(&self) -> usize {
        COUNT
    }

    fn memories(&self) -> usize {
        COUNT
    }
}
