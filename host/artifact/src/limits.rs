//! How much memory and time a ruleset may take, as configuration writes it: `64MiB`, `100ms`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A text that is no size or no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {expected}")]
pub struct QuantityError {
    found: String,
    expected: &'static str,
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// That many binary megabytes.
    #[must_use]
    pub const fn mebibytes(count: u32) -> Self {
        Self((count as u64) << 20)
    }
}

const SIZES: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl FromStr for ByteSize {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        SIZES
            .into_iter()
            .find_map(|(unit, factor)| scale(text, unit, factor))
            .or_else(|| scale(text, "B", 1))
            .map(Self)
            .ok_or_else(|| QuantityError {
                found: text.to_owned(),
                expected: "a size: write a whole number with KiB, MiB or GiB, such as 64MiB",
            })
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = SIZES
            .into_iter()
            .find(|(_, factor)| self.0 >= *factor && self.0.is_multiple_of(*factor));
        match whole {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}B", self.0),
        }
    }
}

const TIMES: [(&str, u64); 4] = [
    ("ms", 1_000_000),
    ("us", 1_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
];

/// Reads a time span such as `100ms` or `2s`.
///
/// # Errors
/// When the text is no whole number with `us`, `ms`, `s` or `m`, or is zero.
pub fn parse_duration(text: &str) -> Result<Duration, QuantityError> {
    TIMES
        .into_iter()
        .find_map(|(unit, factor)| scale(text, unit, factor))
        .filter(|nanos| *nanos > 0)
        .map(Duration::from_nanos)
        .ok_or_else(|| QuantityError {
            found: text.to_owned(),
            expected: "a time: write a whole number above 0 with us, ms, s or m, such as 100ms",
        })
}

/// Writes a time span the way `parse_duration` reads it.
#[must_use]
pub fn format_duration(span: Duration) -> String {
    let nanos = span.as_nanos();
    let unit = [
        ("m", 60_000_000_000_u128),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ]
    .into_iter()
    .find(|(_, factor)| nanos >= *factor && nanos.is_multiple_of(*factor));
    match unit {
        Some((unit, factor)) => format!("{}{unit}", nanos / factor),
        None => format!("{}us", nanos / 1_000),
    }
}

fn scale(text: &str, unit: &str, factor: u64) -> Option<u64> {
    let digits = text.strip_suffix(unit)?.trim_end();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = plain.then(|| digits.parse().ok()).flatten()?;
    number.checked_mul(factor)
}

/// The bounds of one call of a ruleset; what is absent is the host's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RulesetLimits {
    /// Linear memory of one instance.
    pub memory: Option<ByteSize>,
    /// Time for one batch.
    pub deadline: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_and_written_alike() {
        for text in ["64MiB", "512KiB", "1GiB", "100B"] {
            assert_eq!(text.parse::<ByteSize>().unwrap().to_string(), text);
        }
        for text in ["100ms", "2s", "5m", "250us"] {
            assert_eq!(format_duration(parse_duration(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused_with_an_example() {
        for text in [
            "",
            "MiB",
            "-1MiB",
            "1.5MiB",
            "64MB",
            "64",
            "+4KiB",
            "99999999999GiB",
        ] {
            let error = text.parse::<ByteSize>().unwrap_err();
            assert!(error.to_string().contains("64MiB"), "{text}");
        }
        for text in ["", "ms", "0s", "1h", "100", "1.5s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
