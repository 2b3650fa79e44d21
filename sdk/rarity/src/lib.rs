//! How rare a few bytes are in the files that containers are made of.
//!
//! A matcher that must find one of several literals looks for the rarest. The numbers come from counting
//! every three bytes in a Debian file system (programs, libraries, scripts, texts, compressed files) with
//! `examples/histogram.rs`; bytes are counted in 64 classes, letters without regard to case.
#![no_std]

/// Classes of bytes.
pub const CLASSES: usize = 64;

// First every three classes, then every two: each a byte that holds eighths of a bit.
static TABLE: &[u8; CLASSES * CLASSES * CLASSES + CLASSES * CLASSES] =
    include_bytes!("../histogram.bin");

/// The class of a byte: letters, digits and the signs of programming one each, the rest in groups.
#[must_use]
pub const fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26 + (byte - b'0'),
        b' ' => 36,
        b'\n' => 37,
        0 => 38,
        b'_' => 39,
        b'-' => 40,
        b'.' => 41,
        b'/' => 42,
        b'=' => 43,
        b':' => 44,
        b'"' => 45,
        b'\'' => 46,
        b',' => 47,
        b'(' => 48,
        b')' => 49,
        b'<' => 50,
        b'>' => 51,
        b'*' => 52,
        b'#' => 53,
        b'+' => 54,
        b'$' => 55,
        b'%' => 56,
        b';' => 57,
        b'\t' | b'\r' => 58,
        b'!' | b'&' | b'?' | b'@' | b'[' | b']' | b'^' | b'`' | b'{' | b'}' | b'|' | b'~'
        | b'\\' => 59,
        1..=31 | 127 => 60,
        128..=191 => 61,
        192..=254 => 62,
        255 => 63,
    }
}

/// How many bits it takes to say where `literal` starts: in a typical file it starts at one of
/// `2^bits` places, in upper or lower case. A literal of one byte or none has no bits.
#[must_use]
pub fn bits(literal: &[u8]) -> f32 {
    let eighths = match literal {
        [] | [_] => 0,
        [a, b] => two(*a, *b),
        [a, b, c, ..] => {
            let mut sum = three(*a, *b, *c);
            for window in literal.windows(3).skip(1) {
                if let [a, b, c] = window {
                    // How surprising the third byte is behind the two before it.
                    sum += three(*a, *b, *c).saturating_sub(two(*a, *b));
                }
            }
            sum
        }
    };
    #[allow(
        clippy::cast_precision_loss,
        reason = "a literal of a million bytes would still be exact"
    )]
    let bits = eighths as f32 / 8.0;
    bits
}

fn two(a: u8, b: u8) -> u32 {
    let place = usize::from(class(a)) * CLASSES + usize::from(class(b));
    at(CLASSES * CLASSES * CLASSES + place)
}

fn three(a: u8, b: u8, c: u8) -> u32 {
    let place = (usize::from(class(a)) * CLASSES + usize::from(class(b))) * CLASSES;
    at(place + usize::from(class(c)))
}

fn at(place: usize) -> u32 {
    TABLE.get(place).copied().map_or(0, u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_program_are_common_and_prefixes_of_tokens_are_rare() {
        let common = ["key", "the ", "test", "error"];
        let rare = ["xoxb-", "glpat-", "shpat_", "-----BEGIN"];
        for common in common {
            for rare in rare {
                assert!(
                    bits(common.as_bytes()) + 3.0 < bits(rare.as_bytes()),
                    "{common} {rare}"
                );
            }
        }
    }

    #[test]
    fn case_does_not_count_and_a_longer_text_is_not_more_common() {
        assert_eq!(bits(b"PassWord").to_bits(), bits(b"password").to_bits());
        let text = b"kinsing_minerd";
        for end in 1..text.len() {
            let (shorter, longer) = (text.get(..end), text.get(..=end));
            assert!(bits(shorter.unwrap_or(b"")) <= bits(longer.unwrap_or(b"")));
        }
    }

    #[test]
    fn every_byte_has_a_class_of_the_table() {
        assert!((0..=255).all(|byte| usize::from(class(byte)) < CLASSES));
    }
}
