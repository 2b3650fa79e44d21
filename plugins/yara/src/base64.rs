//! What a text looks like inside a longer one in base64.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The three encodings of a text, one for each place it can have in a group of three bytes: only the
/// characters that its neighbours do not change.
pub(crate) fn encodings(text: &[u8], alphabet: Option<&[u8; 64]>) -> Vec<Vec<u8>> {
    let alphabet = alphabet.unwrap_or(STANDARD);
    (0..3)
        .map(|shift| encoding(text, alphabet, shift))
        .collect()
}

/// With `shift` unknown bytes in front. A character is known when all of its six bits are of the text.
fn encoding(text: &[u8], alphabet: &[u8; 64], shift: usize) -> Vec<u8> {
    let first = (shift * 8).div_ceil(6);
    let last = (shift + text.len()) * 8 / 6;
    let six = |character: usize| {
        (character * 6..character * 6 + 6).fold(0usize, |value, bit| {
            let byte = text.get((bit / 8).wrapping_sub(shift)).copied();
            let set = byte.unwrap_or(0) >> (7 - bit % 8) & 1;
            value << 1 | usize::from(set)
        })
    };
    (first..last)
        .filter_map(|character| alphabet.get(six(character)).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_gives_the_characters_that_do_not_change() {
        // In base64, `xhello` is eGhlbGxv, `hello` is aGVsbG8=, `xxhello` is eHhoZWxsbw==.
        let encoded = encodings(b"hello", None);
        assert_eq!(encoded, [&b"aGVsbG"[..], b"hlbGxv", b"oZWxsb"]);
    }

    #[test]
    fn another_alphabet_is_used_as_it_is() {
        let mut alphabet = *STANDARD;
        alphabet.reverse();
        assert_eq!(encodings(b"\0\0\0", Some(&alphabet))[0], b"////");
        assert!(encodings(b"", None).iter().all(Vec::is_empty));
    }
}
