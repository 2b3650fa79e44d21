//! Base64 and hex: long runs of letters and digits, in one piece or in lines of one width.

use std::ops::Range;

use merlon_model::Encoding;

use super::alphabet::{BASE64, HEX, digits_from, first_run, is_digit, is_text, value};
use super::run::{Block, End, Finder, Start, View};

// Shorter runs are words, names and paths.
const SHORTEST: usize = 40;
// White space before a line of a block.
const INDENT: usize = 64;
// Digits that are decoded to see whether it is worth to decode all; whole groups of both codes.
const SAMPLE: usize = 40;
// Stands for a unit that is no ASCII.
const NO_TEXT: u8 = 0xff;
// How programs begin: they are decoded though they look like no text.
const PROGRAMS: [&[u8]; 3] = [b"f0VMR", b"TVqQAA", b"7f454c46"];

/// Finds runs of digits of base64; those of hex are among them.
#[derive(Debug, Default)]
pub(super) struct Digits {
    /// Digits of a whole line of the current block of lines.
    width: Option<usize>,
    /// The digits of a run without what is between its lines.
    digits: Vec<u8>,
}

impl Finder for Digits {
    fn start(&mut self, block: &Block<'_>, from: usize) -> Start {
        self.width = None;
        match first_run::<SHORTEST>(block.bytes, &BASE64, from) {
            Ok(start) => Start::At(start),
            Err(_) if block.is_last() => Start::NotBefore(block.bytes.len()),
            Err(place) => Start::NotBefore(place),
        }
    }

    fn end(&mut self, block: &Block<'_>, start: usize, enough: usize) -> End {
        let mut at = start;
        let mut inside = self.width.is_some();
        if inside {
            let rest = block.bytes.get(start..).unwrap_or_default();
            at += rest.iter().take_while(|byte| is_between(**byte)).count();
        }
        loop {
            let line = digits_from(block.bytes, &BASE64, at, enough + 1);
            let end = at + line;
            if end > enough {
                return End::At(end);
            }
            let width = *self.width.get_or_insert(line);
            let whole = line == width || std::mem::take(&mut inside);
            match whole.then(|| next_line(block, end)) {
                Some(Next::Unknown) => return End::Open,
                Some(Next::Line(next)) => {
                    let line = digits_from(block.bytes, &BASE64, next, next + width + 1);
                    if next + line == block.bytes.len() && !block.is_last() {
                        return End::Open;
                    }
                    if line == 0 || line > width {
                        return End::At(end);
                    }
                    at = next;
                }
                Some(Next::None) | None if end == block.bytes.len() && !block.is_last() => {
                    return End::Open;
                }
                Some(Next::None) | None => return End::At(end),
            }
        }
    }

    fn decode(&mut self, text: &[u8], view: &mut View, found: &mut dyn FnMut(&View)) {
        self.collect(text, view);
        let all = 0..self.digits.len();
        if self.digits.iter().all(|digit| is_digit(&HEX, *digit)) {
            self.shifted(all, Code::Hex, view, found);
            return;
        }
        if self.looks_wide() && self.shifted(all.clone(), Code::WideBase64, view, found) {
            return;
        }
        if self.shifted(all, Code::Base64, view, found) {
            return;
        }
        let mut from = 0;
        while let Ok(start) = first_run::<SHORTEST>(&self.digits, &HEX, from) {
            from = start + digits_from(&self.digits, &HEX, start, usize::MAX);
            self.shifted(start..from, Code::Hex, view, found);
        }
    }
}

impl Digits {
    fn collect(&mut self, text: &[u8], view: &mut View) {
        self.digits.clear();
        view.map.clear();
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let line = digits_from(text, &BASE64, at, text.len());
            if line > 0 {
                view.map.anchor(self.digits.len(), at, 1, 1);
                let line = text.get(at..at + line).unwrap_or_default();
                self.digits.extend_from_slice(line);
            }
            // The letter behind a backslash is no digit.
            at += line.max(1 + usize::from(*byte == b'\\'));
        }
    }

    // Of UTF-16, one digit in four is the zero.
    fn looks_wide(&self) -> bool {
        let zeros = self
            .digits
            .iter()
            .take(SAMPLE)
            .filter(|digit| **digit == b'A');
        zeros.count() >= SAMPLE / 5
    }

    // What is written before a run, such as a path or a name, can shift its groups.
    fn shifted(
        &self,
        run: Range<usize>,
        code: Code,
        view: &mut View,
        found: &mut dyn FnMut(&View),
    ) -> bool {
        for shift in 0..code.digits() {
            let digits = self.digits.get(run.start + shift..run.end);
            let digits = digits.unwrap_or_default();
            if !code.is_plausible(digits) {
                continue;
            }
            view.encoding = code.name(digits);
            view.bytes.clear();
            code.decode(digits, |byte| {
                view.bytes.push(byte);
                true
            });
            view.map
                .ratio(code.digits(), code.bytes(), run.start + shift);
            found(view);
            return true;
        }
        false
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Base64,
    /// Of UTF-16, as Windows takes commands: every second byte is zero.
    WideBase64,
    Hex,
}

impl Code {
    /// Digits of one group.
    fn digits(self) -> usize {
        match self {
            Self::Base64 => 4,
            Self::WideBase64 => 8,
            Self::Hex => 2,
        }
    }

    /// Bytes of one group.
    fn bytes(self) -> usize {
        match self {
            Self::Base64 | Self::WideBase64 => 3,
            Self::Hex => 1,
        }
    }

    fn name(self, digits: &[u8]) -> Encoding {
        match self {
            Self::Hex => Encoding::Hex,
            _ if digits.iter().any(|digit| matches!(digit, b'-' | b'_')) => Encoding::Base64Url,
            _ => Encoding::Base64,
        }
    }

    /// Gives every byte, as long as the taker wants more; whether it wanted all.
    fn decode(self, digits: &[u8], mut take: impl FnMut(u8) -> bool) -> bool {
        match self {
            Self::Base64 => {
                let (groups, rest) = digits.as_chunks::<4>();
                let all = groups.iter().all(|group| {
                    let [.., first, second, third] = bits::<4>(group).to_be_bytes();
                    take(first) && take(second) && take(third)
                });
                let last = bits::<4>(rest).to_be_bytes().into_iter().skip(5);
                all && last.take(rest.len() * 3 / 4).all(take)
            }
            Self::WideBase64 => digits.chunks(8).all(|group| {
                let [_, _, bytes @ ..] = bits::<8>(group).to_be_bytes();
                let (units, _) = bytes.as_chunks::<2>();
                let mut whole = units.iter().take(group.len() * 3 / 8);
                whole.all(|[low, high]| take(if *high == 0 { *low } else { NO_TEXT }))
            }),
            Self::Hex => {
                let (pairs, _) = digits.as_chunks::<2>();
                pairs
                    .iter()
                    .all(|[high, low]| take(value(&HEX, *high) << 4 | value(&HEX, *low)))
            }
        }
    }

    // The beginning, the middle and the end are tried: other text may stand before a run or behind it.
    fn is_plausible(self, digits: &[u8]) -> bool {
        let last = digits.len().saturating_sub(SAMPLE);
        [0, last / 2, last].into_iter().any(|place| {
            let place = place - place % self.digits();
            let sample = digits.get(place..).unwrap_or_default();
            let sample = sample.get(..SAMPLE).unwrap_or(sample);
            // One byte in ten may be anything.
            let allowed = sample.len() / self.digits() * self.bytes() / 10;
            let mut odd = 0;
            let text = self.decode(sample, |byte| {
                odd += usize::from(!is_text(byte));
                odd <= allowed
            });
            text || self != Self::WideBase64
                && PROGRAMS.iter().any(|program| sample.starts_with(program))
        })
    }
}

// The digits of a group as one number; those that are missing are zero.
fn bits<const N: usize>(group: &[u8]) -> u64 {
    let bits = group.iter().fold(0, |bits: u64, digit| {
        bits << 6 | u64::from(value(&BASE64, *digit))
    });
    bits << (6 * (N - group.len().min(N)))
}

enum Next {
    Line(usize),
    None,
    Unknown,
}

// Lines end as in a text, or as in a text within a string.
fn next_line(block: &Block<'_>, end: usize) -> Next {
    const BREAKS: [&[u8]; 4] = [b"\n", b"\r\n", b"\\n", b"\\r\\n"];
    let rest = block.bytes.get(end..).unwrap_or_default();
    let Some(line) = BREAKS.iter().find_map(|text| rest.strip_prefix(*text)) else {
        let cut = !block.is_last() && BREAKS.iter().any(|text| text.starts_with(rest));
        return if cut { Next::Unknown } else { Next::None };
    };
    let indent = line.iter().take(INDENT);
    let indent = indent
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    if indent == line.len() && !block.is_last() {
        return Next::Unknown;
    }
    Next::Line(block.bytes.len() - line.len() + indent)
}

fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\\')
}
