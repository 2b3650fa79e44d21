//! What builtins may produce during one evaluation.
//!
//! Once spent it stays spent until the next evaluation: the interpreter drops the error of one
//! definition of a function when another definition answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Bytes that the builtins of one evaluation may produce. The largest object that an API server stores
/// has 1.5 MiB, so an honest policy can copy all of it twenty times.
const BYTES: usize = 32 << 20;

/// Shared by the builtins of one evaluator.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicUsize,
    spent: Mutex<Option<String>>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            left: AtomicUsize::new(BYTES),
            spent: Mutex::new(None),
        }
    }

    pub(crate) fn reset(&self) {
        self.left.store(BYTES, Ordering::Relaxed);
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The builtin that asked for too much.
    pub(crate) fn fault(&self) -> Option<String> {
        self.spent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes `bytes` for `what`.
    pub(crate) fn spend(&self, what: &str, bytes: usize) -> anyhow::Result<()> {
        let left = self.left();
        if bytes > left {
            return Err(self.refuse(what, &format!("more than {BYTES} bytes")));
        }
        self.left.store(left - bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the evaluation.
    pub(crate) fn refuse(&self, what: &str, why: &str) -> anyhow::Error {
        let text = format!("`{what}`: {why}");
        self.left.store(0, Ordering::Relaxed);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let first = spent.get_or_insert(text);
        anyhow::Error::msg(first.clone())
    }
}
