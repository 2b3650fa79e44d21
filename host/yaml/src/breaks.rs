//! Line breaks of YAML 1.1. Kubernetes ends a line, and so a comment, at U+0085, U+2028 and U+2029; editors
//! and the parser do not. Unread, they would hide a field from us that the cluster sees.

use std::borrow::Cow;

const OLD: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The text with line feeds for the old breaks, one character for one.
pub(crate) fn unify(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(OLD) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(OLD, "\n"))
}

/// Where the lines of a text begin, in characters, as an editor counts them.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let feeds = text.chars().enumerate().filter(|(_, c)| *c == '\n');
        Self([0].into_iter().chain(feeds.map(|(at, _)| at + 1)).collect())
    }

    /// Line and column of a character, from 0.
    pub(crate) fn place(&self, index: usize) -> (usize, usize) {
        let line = self
            .0
            .partition_point(|start| *start <= index)
            .saturating_sub(1);
        let start = self.0.get(line).copied().unwrap_or_default();
        (line, index.saturating_sub(start))
    }
}
