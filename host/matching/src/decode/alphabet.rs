//! Which bytes are digits of what, and what text looks like.

/// The value of a byte that is no digit.
pub(super) const NONE: u8 = 0xff;

/// The value of every byte as a digit.
pub(super) type Alphabet = [u8; 256];

macro_rules! alphabet {
    ($value:ident) => {{
        let mut table = [NONE; 256];
        let mut byte = 0;
        while byte < u8::MAX {
            table[byte as usize] = $value(byte);
            byte += 1;
        }
        table
    }};
}

/// Both alphabets of base64 at once: what a program wrote uses one of them.
#[allow(clippy::indexing_slicing, reason = "when compiled, with a byte")]
pub(super) static BASE64: Alphabet = alphabet!(base64);
#[allow(clippy::indexing_slicing, reason = "when compiled, with a byte")]
pub(super) static HEX: Alphabet = alphabet!(hex);

const fn base64(digit: u8) -> u8 {
    match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => NONE,
    }
}

const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => NONE,
    }
}

/// The value of a digit.
pub(super) fn value(alphabet: &Alphabet, byte: u8) -> u8 {
    alphabet.get(usize::from(byte)).copied().unwrap_or(NONE)
}

/// The byte is a digit.
pub(super) fn is_digit(alphabet: &Alphabet, byte: u8) -> bool {
    value(alphabet, byte) != NONE
}

/// How many digits there are from `at` on, counted up to `upto`.
pub(super) fn digits_from(bytes: &[u8], alphabet: &Alphabet, at: usize, upto: usize) -> usize {
    let upto = upto.min(bytes.len());
    let rest = bytes.get(at..upto).unwrap_or_default();
    let end = rest.iter().position(|byte| !is_digit(alphabet, *byte));
    end.unwrap_or(rest.len())
}

/// The first run of so many digits at `from` or behind; or else the first place where one can still
/// begin.
///
/// The last byte that a run would have is looked at first: where it is no digit, everything up to it is
/// passed in one step, so most of an ordinary text is never looked at.
pub(super) fn first_run<const N: usize>(
    bytes: &[u8],
    alphabet: &Alphabet,
    from: usize,
) -> Result<usize, usize> {
    let mut at = from;
    loop {
        let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk::<N>) else {
            return Err(at);
        };
        match window.iter().rposition(|byte| !is_digit(alphabet, *byte)) {
            Some(last) => at += last + 1,
            None => return Ok(at),
        }
    }
}

/// Printable ASCII, tabs and ends of lines.
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_long_run_is_found_wherever_it_begins() {
        for before in 0..100 {
            let mut bytes = b"ab c,".repeat(20)[..before].to_vec();
            bytes.extend(b" ");
            bytes.extend([b'Q'; 40]);
            bytes.extend(b" and more text that is not looked at in vain");
            assert_eq!(first_run::<40>(&bytes, &BASE64, 0), Ok(before + 1));
            assert_eq!(
                first_run::<41>(&bytes[..before + 41], &BASE64, 0),
                Err(before + 1)
            );
        }
    }
}
