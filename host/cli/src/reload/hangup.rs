//! SIGHUP: from an operator it means "read the configuration again", from a terminal that went away it
//! means what it always meant.
#![allow(
    unsafe_code,
    reason = "setpriority has no safe wrapper in the standard library"
)]

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGHUP;

/// How much less urgent the thread is: it gets a third of a core that a judging thread wants whole.
const NICE: libc::c_int = 5;

/// What a SIGHUP meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Reload,
    TerminalGone,
}

/// Hears SIGHUP.
pub(crate) struct Hangup {
    heard: Arc<AtomicBool>,
    had_terminal: bool,
}

impl Hangup {
    pub(crate) fn listen() -> io::Result<Self> {
        let heard = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGHUP, Arc::clone(&heard))?;
        Ok(Self {
            heard,
            had_terminal: io::stdin().is_terminal(),
        })
    }

    /// The signal since the last time, if there was one.
    pub(crate) fn take(&self) -> Option<Signal> {
        if !self.heard.swap(false, Ordering::Relaxed) {
            return None;
        }
        // A terminal that hung up is none any more.
        let gone = self.had_terminal && !io::stdin().is_terminal();
        Some(if gone {
            Signal::TerminalGone
        } else {
            Signal::Reload
        })
    }
}

/// Makes the calling thread less urgent than the others of this process.
pub(crate) fn yield_to_others() {
    // SAFETY: the call takes numbers only. On Linux 0 is the calling thread, not the process.
    let refused = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) } != 0;
    if refused {
        let error = io::Error::last_os_error();
        eprintln!("reload: rehearsals are as urgent as judging: {error}");
    }
}
