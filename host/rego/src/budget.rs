//! What builtins may produce during one evaluation, and how long they may take.
//!
//! Once spent it stays spent until the next evaluation: the interpreter drops the error of one
//! definition of a function when another definition answers.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::answer::Fault;
use crate::clock::Stopwatch;

/// Bytes that the builtins of one evaluation may produce. The largest object that an API server stores
/// has 1.5 MiB, so an honest policy can copy all of it twenty times.
const BYTES: usize = 32 << 20;
/// Bytes that are read or produced between two looks at the clock.
const LOOK: usize = 64 << 10;

/// Shared by the builtins of one evaluator.
#[derive(Debug)]
pub(crate) struct Budget {
    time: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    left: usize,
    unseen: usize,
    watch: Stopwatch,
    fault: Option<Fault>,
}

impl State {
    fn new() -> Self {
        Self {
            left: BYTES,
            unseen: 0,
            watch: Stopwatch::start(),
            fault: None,
        }
    }
}

impl Budget {
    pub(crate) fn new(time: Duration) -> Self {
        Self {
            time,
            state: Mutex::new(State::new()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        *self.state() = State::new();
    }

    /// Why the evaluation had to end.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.state().fault.clone()
    }

    pub(crate) fn left(&self) -> usize {
        self.state().left
    }

    /// Takes `bytes` for `what`.
    pub(crate) fn spend(&self, what: &str, bytes: usize) -> anyhow::Result<()> {
        let left = self.left().checked_sub(bytes);
        let left = left.ok_or_else(|| self.refuse(what, &format!("more than {BYTES} bytes")))?;
        self.state().left = left;
        self.work(bytes)
    }

    /// Counts `bytes` that are read.
    pub(crate) fn work(&self, bytes: usize) -> anyhow::Result<()> {
        let mut state = self.state();
        state.unseen = state.unseen.saturating_add(bytes);
        if state.unseen >= LOOK {
            state.unseen = 0;
            if state.watch.is_over(self.time) {
                return Err(end(state, Fault::TimedOut(self.time)));
            }
        }
        Ok(())
    }

    /// Ends the evaluation.
    pub(crate) fn refuse(&self, what: &str, why: &str) -> anyhow::Error {
        end(self.state(), Fault::TooMuchWork(format!("`{what}`: {why}")))
    }
}

fn end(mut state: MutexGuard<'_, State>, fault: Fault) -> anyhow::Error {
    state.left = 0;
    anyhow::Error::msg(state.fault.get_or_insert(fault).to_string())
}
