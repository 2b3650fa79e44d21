//! Reload without fear: when the configuration, a ruleset or its digest changes, or on SIGHUP, the new
//! rulesets are loaded, put to their own cases and rehearsed with recent events beside the old ones, which
//! judge on. Only then they take over, or the old ones stay and it is said why.

mod attempt;
mod cases;
mod hangup;
mod reference;
mod report;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use merlon_engine::Engine;
use merlon_runtime::Runtime;

use crate::arguments::{Decide, Reload};
use crate::environment::Environment;
use attempt::Attempt;
use hangup::{Hangup, Signal};
use report::Outcome;

pub(crate) use watch::Watch;

/// Between two looks at the files; a change counts when two looks in a row see the same.
const INTERVAL: Duration = Duration::from_secs(1);
/// Looking may take this part of the time at most.
const SHARE: u32 = 50;
/// How soon the end of the job and a signal are noticed.
const NAP: Duration = Duration::from_millis(50);

/// Keeps an engine's catalogue what the configuration says.
pub(crate) struct Reloader<'a> {
    pub(crate) engine: &'a Engine,
    /// What loaded the engine's catalogue.
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) decide: &'a Decide,
    pub(crate) environment: &'a Environment,
    pub(crate) policy: Reload,
    /// The user asked to stop; a terminal that is gone asks too.
    pub(crate) stop: &'a AtomicBool,
}

impl Reloader<'_> {
    /// Does the job, and reloads on a thread of its own until the job is done.
    pub(crate) fn beside<T>(&self, watch: Watch<'_>, job: impl FnOnce() -> T) -> T {
        if self.policy == Reload::Off {
            return job();
        }
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let reloading = scope.spawn(|| self.run(watch, &over));
            let result = job();
            over.store(true, Ordering::Relaxed);
            match reloading.join() {
                Ok(reloads) => reloads.tell(),
                Err(_panic) => eprintln!("reload: stopped by a defect of this program"),
            }
            result
        })
    }

    fn run(&self, mut watch: Watch<'_>, over: &AtomicBool) -> Reloads {
        let mut reloads = Reloads::default();
        let going = || !self.stop.load(Ordering::Relaxed) && !over.load(Ordering::Relaxed);
        hangup::yield_to_others();
        let hangup = match Hangup::listen() {
            Ok(hangup) => Some(hangup),
            Err(error) => {
                eprintln!("reload: SIGHUP is not listened to: {error}");
                None
            }
        };
        let mut next = Instant::now() + INTERVAL;
        while going() {
            thread::sleep(NAP);
            match hangup.as_ref().and_then(Hangup::take) {
                Some(Signal::TerminalGone) => self.stop.store(true, Ordering::Relaxed),
                Some(Signal::Reload) => {
                    watch.accept();
                    reloads.count(self.reload("SIGHUP", &mut watch, &going));
                }
                None => {}
            }
            if Instant::now() < next {
                continue;
            }
            let began = Instant::now();
            let changed = watch.look();
            next = Instant::now() + INTERVAL.max(began.elapsed() * SHARE);
            if let Some(what) = changed {
                reloads.count(self.reload(&what, &mut watch, &going));
            }
        }
        reloads
    }

    fn reload(&self, reason: &str, watch: &mut Watch<'_>, going: &dyn Fn() -> bool) -> Outcome {
        let attempt = Attempt {
            engine: self.engine,
            runtime: &self.runtime,
            decide: self.decide,
            environment: self.environment,
            policy: self.policy,
            going,
        };
        let began = Instant::now();
        let config = crate::config::load(self.decide, self.environment);
        let config = config.and_then(|config| watch.follow(&config).map(|()| config));
        let outcome = config.and_then(|config| attempt.run(config));
        let outcome = outcome.unwrap_or_else(|failure| Outcome::failed(failure.to_string()));
        // An attempt that the end of the job cut short says nothing about the rulesets.
        if going() || matches!(outcome, Outcome::Done(_)) {
            eprintln!("{}", outcome.tell(reason, began.elapsed()));
        }
        outcome
    }
}

/// How often it was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reloads {
    done: u64,
    refused: u64,
    failed: u64,
}

impl Reloads {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Same { .. } => {}
            Outcome::Done(_) => self.done += 1,
            Outcome::Refused(..) => self.refused += 1,
            Outcome::Failed { .. } => self.failed += 1,
        }
    }

    /// One line at the end of the job; nothing when nothing was tried.
    fn tell(self) {
        let Self {
            done,
            refused,
            failed,
        } = self;
        if self != Self::default() {
            eprintln!("reloads: {done} done, {refused} refused, {failed} failed");
        }
    }
}
