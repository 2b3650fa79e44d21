//! UTF-16: whole files that say so in their first bytes, and strings of ASCII in any file.

use merlon_model::Encoding;

use super::alphabet::is_text;
use super::run::{Block, End, Finder, Start, View};

// Shorter strings are tables of small numbers.
const SHORTEST: usize = 16;
// A string of that length holds a whole step, wherever it begins.
const STEP: usize = 16;
// Bytes of the mark that tells the order of bytes.
const MARK: usize = 2;
// Units of a file that are looked at before it is believed what it says.
const SAMPLE: usize = 64;

/// Finds UTF-16.
#[derive(Debug, Default)]
pub(super) struct Wide {
    /// The whole file is of it.
    whole: Option<Encoding>,
}

impl Finder for Wide {
    fn start(&mut self, block: &Block<'_>, from: usize) -> Start {
        let mut from = from;
        if block.base == 0 && from == 0 {
            self.whole = byte_order(block.bytes);
            from += if self.whole.is_some() { MARK } else { 0 };
        }
        if self.whole.is_some() {
            return match from < block.bytes.len() {
                true => Start::At(from),
                false => Start::NotBefore(block.bytes.len()),
            };
        }
        let mut at = from;
        while let Some(chunk) = block.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let Some(first) = text_in(chunk) else {
                at += STEP;
                continue;
            };
            let string = String16::around(block, from, at + first);
            if string.units >= SHORTEST {
                return Start::At(string.start(block, from));
            }
            if string.end >= block.bytes.len() {
                break;
            }
            at = string.end.max(at + STEP);
        }
        let undecided = match block.is_last() {
            true => block.bytes.len(),
            // A string that is too short so far, and the zero before it.
            false => block.bytes.len().saturating_sub(2 * SHORTEST + 2),
        };
        Start::NotBefore(undecided.max(from))
    }

    fn end(&mut self, block: &Block<'_>, start: usize, enough: usize) -> End {
        let length = block.bytes.len();
        let end = match self.whole {
            Some(_) => length.min(enough + 2),
            None => string_end(block.bytes, start, enough),
        };
        // A unit, and whether another follows, takes three bytes.
        if end + 3 > length && end <= enough && !block.is_last() {
            return End::Open;
        }
        End::At(end)
    }

    fn decode(&mut self, text: &[u8], view: &mut View, found: &mut dyn FnMut(&View)) {
        let strings = match text.first() {
            Some(0) => Encoding::Utf16Be,
            _ => Encoding::Utf16Le,
        };
        view.encoding = self.whole.unwrap_or(strings);
        view.bytes.clear();
        view.map.clear();
        let units = text.chunks(2).map(|unit| match (view.encoding, unit) {
            (Encoding::Utf16Be, [high, low]) => u16::from_be_bytes([*high, *low]),
            (_, [low, high]) => u16::from_le_bytes([*low, *high]),
            (_, [low]) => u16::from(*low),
            _ => 0,
        });
        let mut at = 0;
        for unit in char::decode_utf16(units) {
            let unit = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
            // The last unit can be cut off.
            let size = text.len().saturating_sub(at).min(2 * unit.len_utf16());
            let step = if unit.is_ascii() { 2 } else { 0 };
            view.map.anchor(view.bytes.len(), at, step, size);
            let mut utf8 = [0; 4];
            let utf8 = unit.encode_utf8(&mut utf8);
            view.bytes.extend_from_slice(utf8.as_bytes());
            at += size;
        }
        found(view);
    }
}

// The mark alone begins many a binary file too.
fn byte_order(bytes: &[u8]) -> Option<Encoding> {
    let (encoding, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, u16::from_le_bytes),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, u16::from_be_bytes),
        _ => return None,
    };
    let (units, _) = bytes.get(MARK..)?.as_chunks::<2>();
    let sample = units.iter().take(SAMPLE).map(|bytes| unit(*bytes));
    let is_text = char::decode_utf16(sample).all(|unit| {
        unit.is_ok_and(|unit| !unit.is_control() || matches!(unit, '\t' | '\n' | '\r'))
    });
    is_text.then_some(encoding)
}

// Every second byte is zero and the others are text: where the first of these is.
fn text_in(chunk: &[u8; STEP]) -> Option<usize> {
    const SECOND: u128 = u128::from_le_bytes([
        0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff,
    ]);
    let bits = u128::from_le_bytes(*chunk);
    let first = match (bits & SECOND, bits & !SECOND) {
        (0, 0) => return None,
        (0, _) => 0,
        (_, 0) => 1,
        _ => return None,
    };
    let text = chunk
        .iter()
        .skip(first)
        .step_by(2)
        .all(|byte| is_text(*byte));
    text.then_some(first)
}

/// Bytes of text with zeros between.
struct String16 {
    first: usize,
    units: usize,
    end: usize,
}

impl String16 {
    // One of its bytes is known.
    fn around(block: &Block<'_>, from: usize, known: usize) -> Self {
        let is_pair = |zero: usize, text: usize| {
            block.bytes.get(zero) == Some(&0) && block.bytes.get(text).is_some_and(|b| is_text(*b))
        };
        let mut first = known;
        while first >= from + 2 && is_pair(first - 1, first - 2) {
            first -= 2;
        }
        let mut last = known;
        while is_pair(last + 1, last + 2) {
            last += 2;
        }
        Self {
            first,
            units: (last - first) / 2 + 1,
            end: last + 1,
        }
    }

    // Between zeros only the alignment tells which zero belongs to which byte.
    fn start(&self, block: &Block<'_>, from: usize) -> usize {
        let odd = (block.base + self.first as u64) % 2 == 1;
        let zero = self.first.checked_sub(1).filter(|before| *before >= from);
        match zero.filter(|before| odd && block.bytes.get(*before) == Some(&0)) {
            Some(before) => before,
            None => self.first,
        }
    }
}

fn string_end(bytes: &[u8], start: usize, enough: usize) -> usize {
    let text = start + usize::from(bytes.get(start) == Some(&0));
    let mut last = text;
    while last <= enough
        && bytes.get(last + 1) == Some(&0)
        && bytes.get(last + 2).is_some_and(|byte| is_text(*byte))
    {
        last += 2;
    }
    // The zero of the last byte may be missing, or be the last of the file.
    let zero = text == start && bytes.get(last + 1) == Some(&0);
    last + 1 + usize::from(zero)
}
