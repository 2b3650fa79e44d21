//! One live instance of a plugin, and how its failures are told apart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use merlon_model::Event;
use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap};

use crate::bindings::exports::merlon::plugin::detector::{Batch, Finding, Manifest};
use crate::bindings::{Plugin as World, PluginPre};
use crate::call::{Call, DeadlinePassed};
use crate::capability::log::LogLine;
use crate::capability::state::StateStore;
use crate::error::Fault;
use crate::limits::{Limits, OutOfMemory};
use crate::runtime::TICK;

/// What a call left behind for the operator.
#[derive(Debug, Default)]
pub(crate) struct Logged {
    pub(crate) lines: Vec<LogLine>,
    pub(crate) suppressed: u64,
    /// Rows of which bytes were asked for that nobody kept, and how many of the first ones were kept.
    pub(crate) not_kept: BTreeMap<u32, u64>,
}

/// A live instance. It is dropped after any fault: nobody knows what its memory holds then.
pub(crate) struct Instance {
    store: Store<Call>,
    world: World,
    limits: Limits,
}

impl Instance {
    /// Makes an instance; running its start code is under the deadline too.
    pub(crate) fn start(pre: &PluginPre<Call>, mut call: Call) -> Result<Self, Fault> {
        let limits = call.limits;
        call.begin(Vec::new(), Arc::new([]), limits.describe_deadline);
        let mut store = Store::new(pre.engine(), call);
        store.limiter(|call| &mut call.memory);
        store.set_hostcall_fuel(limits.answer_bytes);
        store.set_epoch_deadline(ticks(limits.describe_deadline));
        let world = pre
            .instantiate(&mut store)
            .map_err(|error| fault(error, &limits, limits.describe_deadline, Stage::Start))?;
        Ok(Self {
            store,
            world,
            limits,
        })
    }

    pub(crate) fn describe(&mut self, settings: &str) -> Result<Manifest, Fault> {
        let time = self.limits.describe_deadline;
        self.begin(Vec::new(), Arc::new([]), time);
        let answer = self
            .world
            .merlon_plugin_detector()
            .call_describe(&mut self.store, settings);
        self.finish(answer, time)
    }

    pub(crate) fn evaluate(
        &mut self,
        batch: &Batch,
        rows: Vec<Event>,
        inventory: Arc<[Event]>,
    ) -> Result<Vec<Finding>, Fault> {
        let time = self.limits.deadline;
        self.begin(rows, inventory, time);
        let answer = self
            .world
            .merlon_plugin_detector()
            .call_evaluate(&mut self.store, batch);
        self.finish(answer, time)
    }

    /// Ends a call: takes the log and lets go of the events.
    pub(crate) fn end(&mut self) -> Logged {
        self.store.data_mut().end()
    }

    /// The state that it counts in.
    pub(crate) fn state(&self) -> Arc<StateStore> {
        Arc::clone(&self.store.data().state)
    }

    /// Bytes of its linear memories.
    pub(crate) fn memory(&self) -> usize {
        self.store.data().memory.used()
    }

    fn begin(&mut self, rows: Vec<Event>, inventory: Arc<[Event]>, time: Duration) {
        self.store.set_epoch_deadline(ticks(time));
        self.store.data_mut().begin(rows, inventory, time);
    }

    fn finish<T>(
        &self,
        answer: wasmtime::Result<Result<T, String>>,
        time: Duration,
    ) -> Result<T, Fault> {
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(text)) => Err(Fault::Reported(crate::answer::bounded(
                &text,
                self.limits.text,
            ))),
            Err(error) => {
                let words = self.store.data().last_words();
                Err(fault(error, &self.limits, time, Stage::Call(words)))
            }
        }
    }
}

enum Stage {
    Start,
    /// With what the guest printed last.
    Call(Option<String>),
}

/// The host's epoch advances once per tick; one more, because the current tick is already running.
fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_millis() / TICK.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1)
}

fn fault(error: wasmtime::Error, limits: &Limits, time: Duration, stage: Stage) -> Fault {
    let interrupted = matches!(error.downcast_ref::<Trap>(), Some(Trap::Interrupt));
    if interrupted || error.is::<DeadlinePassed>() {
        return Fault::TimedOut {
            limit_ms: time.as_millis(),
        };
    }
    if error.is::<OutOfMemory>() {
        return Fault::OutOfMemory {
            limit_mib: limits.memory >> 20,
        };
    }
    if matches!(error.downcast_ref::<Trap>(), Some(Trap::StackOverflow)) {
        return Fault::StackExhausted;
    }
    // The engine's error type for this is private; its text is the only sign.
    if format!("{error:#}").contains("fuel allocated for hostcalls") {
        return Fault::AnswerTooLarge {
            limit_kib: limits.answer_bytes >> 10,
        };
    }
    // The cause says what happened; the backtrace around it is addresses in a stripped component.
    let cause = match error.downcast_ref::<Trap>() {
        Some(trap) => wasmtime::Error::new(*trap),
        None => wasmtime::Error::msg(error.root_cause().to_string()),
    };
    match stage {
        Stage::Start => Fault::NotStarted(cause),
        Stage::Call(None) => Fault::Trapped(cause),
        Stage::Call(Some(words)) => Fault::Trapped(wasmtime::Error::msg(format!(
            "{cause}; it printed: {words}"
        ))),
    }
}

/// Links nothing new: turns a linked component into something that starts in microseconds.
pub(crate) fn prepare(pre: InstancePre<Call>) -> wasmtime::Result<PluginPre<Call>> {
    PluginPre::new(pre)
}
