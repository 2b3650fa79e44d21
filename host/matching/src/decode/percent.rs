//! Percent-encoding: several escapes close together, with what stands around them.

use memchr::memchr;
use merlon_model::Encoding;

use super::alphabet::{HEX, NONE, value};
use super::run::{Block, End, Finder, Start, View};

// Fewer are dates and spaces in an address.
const FEWEST: usize = 4;
// So many plain bytes in a row end a stretch; fewer before its first escape belong to it.
const GAP: usize = 64;
const ESCAPE: usize = 3;

/// Finds percent-encoding.
#[derive(Debug, Default)]
pub(super) struct Percent;

impl Finder for Percent {
    fn start(&mut self, block: &Block<'_>, from: usize) -> Start {
        let length = block.bytes.len();
        let mut at = from;
        while let Some(found) = memchr(b'%', block.bytes.get(at..).unwrap_or_default()) {
            let first = at + found;
            let start = before(block.bytes, from, first);
            if first + ESCAPE > length && !block.is_last() {
                return Start::NotBefore(start);
            }
            if escaped(block.bytes, first).is_none() {
                at = first + 1;
                continue;
            }
            let region = Region::at(block.bytes, first, length);
            if region.escapes >= FEWEST {
                return Start::At(start);
            }
            if region.end + ESCAPE > length && !block.is_last() {
                return Start::NotBefore(start);
            }
            at = region.last;
        }
        Start::NotBefore(match block.is_last() {
            true => length,
            false => before(block.bytes, from, length),
        })
    }

    fn end(&mut self, block: &Block<'_>, start: usize, enough: usize) -> End {
        let end = Region::at(block.bytes, start, enough + 1).end;
        if end + ESCAPE > block.bytes.len() && end <= enough && !block.is_last() {
            return End::Open;
        }
        End::At(end)
    }

    fn decode(&mut self, text: &[u8], view: &mut View, found: &mut dyn FnMut(&View)) {
        view.encoding = Encoding::Percent;
        view.bytes.clear();
        view.map.clear();
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let escaped = escaped(text, at);
            let size = if escaped.is_some() { ESCAPE } else { 1 };
            view.map.anchor(view.bytes.len(), at, size, size);
            view.bytes.push(escaped.unwrap_or(*byte));
            at += size;
        }
        found(view);
    }
}

fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    let (b'%', [high, low]) = bytes.get(at..)?.first_chunk::<ESCAPE>().map(split)? else {
        return None;
    };
    let (high, low) = (value(&HEX, high), value(&HEX, low));
    (high != NONE && low != NONE).then_some(high << 4 | low)
}

fn split([sign, high, low]: &[u8; ESCAPE]) -> (u8, [u8; 2]) {
    (*sign, [*high, *low])
}

// What an address or a form can hold.
fn is_part(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}

// Where the plain bytes before a place begin.
fn before(bytes: &[u8], from: usize, place: usize) -> usize {
    let near = bytes.get(from..place).unwrap_or_default();
    let parts = near
        .iter()
        .rev()
        .take(GAP - 1)
        .take_while(|byte| is_part(**byte));
    place - parts.count()
}

/// Escapes and what is between them.
struct Region {
    escapes: usize,
    /// The end of the last escape.
    last: usize,
    end: usize,
}

impl Region {
    fn at(bytes: &[u8], start: usize, upto: usize) -> Self {
        let mut region = Self {
            escapes: 0,
            last: start,
            end: start,
        };
        while region.end < upto && region.end - region.last < GAP {
            match bytes.get(region.end) {
                Some(b'%') if escaped(bytes, region.end).is_some() => {
                    region.escapes += 1;
                    region.end += ESCAPE;
                    region.last = region.end;
                }
                Some(byte) if is_part(*byte) => region.end += 1,
                _ => break,
            }
        }
        region
    }
}
