//! How random a text looks.

/// Shannon entropy, in bits per byte.
#[must_use]
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = u32::try_from(text.len()).map_or(f64::MAX, f64::from);
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / length;
            -share * share.log2()
        })
        .sum()
}

/// How many of the four classes of characters (small, capital, digit, other) a text uses.
#[must_use]
pub fn classes(text: &str) -> u8 {
    let has = |test: fn(&u8) -> bool| u8::from(text.as_bytes().iter().any(test));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_zero_for_one_letter_and_two_bits_for_four() {
        assert!(entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9);
        assert!(entropy("").abs() < 1e-9);
    }

    #[test]
    fn classes_are_counted() {
        assert_eq!(classes("aB1-"), 4);
        assert_eq!(classes("aaa"), 1);
    }
}
