//! From the records' clock (nanoseconds since boot) to the time of day.

use merlon_model::Timestamp;

use crate::kernel;

/// Looks at the clocks again after this many nanoseconds: the time of day may be set.
const KEEP: u64 = 10_000_000_000;

/// The time of day at boot.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    boot: u64,
    checked: u64,
}

impl Clock {
    /// The time of day of a moment since boot.
    pub(crate) fn at(&mut self, since_boot: u64) -> Timestamp {
        if self.boot == 0 || since_boot.saturating_sub(self.checked) > KEEP {
            let now = kernel::since_boot().unwrap_or(since_boot);
            self.boot = Timestamp::now().nanos().saturating_sub(now);
            self.checked = since_boot;
        }
        Timestamp::from_nanos(self.boot.saturating_add(since_boot))
    }
}
