//! When something is tried again, and after how long.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use ureq::http::HeaderMap;
use ureq::http::header::RETRY_AFTER;

use crate::access::Patience;

/// The longest pause between two tries.
const LONGEST: Duration = Duration::from_mins(1);

/// The tries of one thing.
#[derive(Debug)]
pub(crate) struct Retry {
    patience: Patience,
    end: Instant,
    tries: u32,
}

impl Retry {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            patience,
            end: Instant::now() + patience.whole,
            tries: 0,
        }
    }

    /// When the thing has to be done.
    pub(crate) fn end(&self) -> Instant {
        self.end
    }

    /// Something came: what follows is no repetition of the same failure.
    pub(crate) fn progressed(&mut self) {
        self.tries = self.tries.saturating_sub(1);
    }

    /// Waits, and says whether there is another try. A server may ask for a pause of its own.
    pub(crate) fn again(&mut self, asked: Option<Duration>) -> bool {
        let Some(pause) = self.pause(asked, Instant::now()) else {
            return false;
        };
        std::thread::sleep(pause);
        true
    }

    fn pause(&mut self, asked: Option<Duration>, now: Instant) -> Option<Duration> {
        if self.tries >= self.patience.retries {
            return None;
        }
        let doubled = self.patience.pause.saturating_mul(1 << self.tries.min(16));
        self.tries += 1;
        let pause = jitter(doubled.min(LONGEST)).max(asked.unwrap_or_default());
        let is_short = pause <= LONGEST && now + pause < self.end;
        is_short.then_some(pause)
    }
}

/// Between a half and the whole, so that many nodes do not come back at once.
fn jitter(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    pause / 2 + (pause / 2).mul_f64((random >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Whether an answer may be another one later.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// How long a server asks to wait, in seconds. A date is not read: clocks differ.
pub(crate) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: u32 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = Instant::now();
        let patience = Patience {
            pause: Duration::from_secs(4),
            retries: 3,
            ..Patience::default()
        };
        let mut retry = Retry::new(patience);
        for whole in [4, 8, 16] {
            let pause = retry.pause(None, now).unwrap().as_secs_f32();
            let whole = whole as f32;
            assert!(pause >= whole / 2.0 && pause <= whole, "{pause} {whole}");
        }
        assert_eq!(retry.pause(None, now), None);
    }

    #[test]
    fn a_server_may_ask_for_a_longer_pause_and_not_for_any() {
        let now = Instant::now();
        let asked = |seconds| Some(Duration::from_secs(seconds));
        let mut retry = Retry::new(Patience::default());
        assert_eq!(retry.pause(asked(7), now), asked(7));
        assert_eq!(retry.pause(asked(86_400), now), None);
    }

    #[test]
    fn retry_after_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(asked(&headers), None);
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("-1", None),
            ("soon", None),
            ("99999999999", None),
        ] {
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(asked(&headers), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
