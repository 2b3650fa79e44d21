//! What an operator may choose.

use std::time::Duration;

use crate::SensorError;

/// Smallest ring: one page on every architecture.
const RING_MIN: u32 = 64 << 10;

/// What an operator may choose.
#[derive(Debug, Clone)]
pub struct Config {
    /// Size of the ring: a power of two, at least 64 KiB. Twice rate x poll interval x record is enough.
    pub ring_bytes: u32,
    /// How long to sleep between two looks at the ring.
    pub poll: Duration,
    /// Most processes whose ancestors are remembered.
    pub processes: usize,
}

impl Default for Config {
    /// 8 MiB and 2 ms: 10 million small records a second were read without loss.
    fn default() -> Self {
        Self {
            ring_bytes: 8 << 20,
            poll: Duration::from_millis(2),
            processes: 1 << 17,
        }
    }
}

impl Config {
    /// Checks what the kernel would refuse with a number.
    pub(crate) fn check(&self) -> Result<(), SensorError> {
        if self.ring_bytes.is_power_of_two() && self.ring_bytes >= RING_MIN {
            Ok(())
        } else {
            Err(SensorError::RingBytes {
                bytes: self.ring_bytes,
            })
        }
    }
}
