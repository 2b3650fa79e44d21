//! The clock that the interpreter's time limit reads.

use std::time::Duration;

/// Native only: in the sandbox there is no clock, and the host's epoch deadline stops the component.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn start() {
    use regorus::utils::limits::{TimeSource, set_time_source};
    use std::sync::OnceLock;
    use std::time::Instant;

    struct Clock;
    static START: OnceLock<Instant> = OnceLock::new();
    static CLOCK: Clock = Clock;
    static INSTALLED: OnceLock<bool> = OnceLock::new();

    impl TimeSource for Clock {
        fn now(&self) -> Option<Duration> {
            Some(START.get_or_init(Instant::now).elapsed())
        }
    }
    // It can only be taken already when something else of this process installed one, which serves as well.
    INSTALLED.get_or_init(|| set_time_source(&CLOCK).is_ok());
}

#[cfg(not(target_family = "wasm"))]
pub(crate) fn limit(engine: &mut regorus::Engine, time: Duration) {
    use regorus::utils::limits::ExecutionTimerConfig;
    use std::num::NonZeroU32;

    /// Steps between two looks at the clock: about 5 us. Builtins that take long look by themselves.
    const STEPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);
    start();
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: time,
        check_interval: STEPS,
    });
}

#[cfg(target_family = "wasm")]
pub(crate) fn limit(_: &mut regorus::Engine, _: Duration) {}

/// When an evaluation began, for builtins that take long.
#[derive(Debug)]
pub(crate) struct Stopwatch(#[cfg(not(target_family = "wasm"))] std::time::Instant);

impl Stopwatch {
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    #[cfg(target_family = "wasm")]
    pub(crate) fn start() -> Self {
        Self()
    }

    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn is_over(&self, limit: Duration) -> bool {
        self.0.elapsed() > limit
    }

    #[cfg(target_family = "wasm")]
    pub(crate) fn is_over(&self, _: Duration) -> bool {
        false
    }
}
