//! Where a match is for a human: line, column, the line's text.

use memchr::{memchr, memchr_iter, memrchr};

pub(crate) const TEXT_LIMIT: usize = 4 << 10;
pub(crate) const CONTEXT_LIMIT: usize = 1 << 10;
// How much of a long line is shown before the match.
pub(crate) const CONTEXT_BEFORE: usize = 256;

/// A position of which the line is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor {
    pub(crate) offset: u64,
    line: u64,
    line_start: u64,
}

impl Cursor {
    pub(crate) const START: Self = Self {
        offset: 0,
        line: 1,
        line_start: 0,
    };

    /// Goes on to `to`; `bytes` are those between.
    pub(crate) fn advance(&mut self, bytes: &[u8], to: u64) {
        if let Some(last) = memrchr(b'\n', bytes) {
            self.line += memchr_iter(b'\n', bytes).count() as u64;
            self.line_start = self.offset + last as u64 + 1;
        }
        self.offset = to;
    }

    pub(crate) fn line(&self) -> u32 {
        u32::try_from(self.line).unwrap_or(u32::MAX)
    }

    pub(crate) fn column(&self) -> u32 {
        u32::try_from(self.offset - self.line_start + 1).unwrap_or(u32::MAX)
    }
}

/// The text of a match, at most 4 KiB.
pub(crate) fn text(bytes: &[u8]) -> String {
    lossy(bytes, TEXT_LIMIT)
}

/// The line around `at`, at most 1 KiB, without its end.
pub(crate) fn context(bytes: &[u8], at: usize) -> String {
    let before = at.saturating_sub(CONTEXT_BEFORE);
    let head = bytes.get(before..at).unwrap_or_default();
    let start = memrchr(b'\n', head).map_or(before, |newline| before + newline + 1);
    let line = bytes.get(start..bytes.len().min(start + CONTEXT_LIMIT));
    let line = line.unwrap_or_default();
    // The match itself may begin with the line's end.
    let skip = (at - start + 1).min(line.len());
    let rest = line.get(skip..).unwrap_or_default();
    let end = memchr(b'\n', rest).map_or(line.len(), |newline| skip + newline);
    let line = line.get(..end).unwrap_or_default();
    lossy(line.strip_suffix(b"\r").unwrap_or(line), CONTEXT_LIMIT)
}

fn lossy(bytes: &[u8], limit: usize) -> String {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    // A replacement character is longer than the byte that it replaces.
    text.truncate(text.floor_char_boundary(limit));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_is_the_line_without_its_end() {
        let bytes = b"first\r\nsecond key=1\r\nthird";
        assert_eq!(context(bytes, 14), "second key=1");
        assert_eq!(context(bytes, 0), "first");
        assert_eq!(context(bytes, bytes.len() - 1), "third");
    }

    #[test]
    fn a_long_line_is_cut_around_the_match() {
        let mut bytes = vec![b'x'; 5000];
        bytes[3000] = b'K';
        let context = context(&bytes, 3000);
        assert_eq!(context.len(), CONTEXT_LIMIT);
        assert_eq!(context.find('K'), Some(CONTEXT_BEFORE));
    }

    #[test]
    fn invalid_utf8_is_replaced_and_stays_under_the_limit() {
        let text = text(&[0xff; 10_000]);
        assert!(text.len() <= TEXT_LIMIT && text.chars().all(|c| c == '\u{fffd}'));
    }
}
