//! The source line of a diagnostic, made safe for a terminal.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use crate::node::Span;

/// Characters of a source line that are kept.
pub(crate) const KEPT: usize = 160;

/// The part of a line around a column, for a line that is too long to show; says how many characters in
/// front of it were left out.
pub(crate) fn window(line: &str, column: u32) -> (String, u32) {
    let column = (column as usize).saturating_sub(1);
    let skipped = if column < KEPT * 3 / 4 {
        0
    } else {
        column - KEPT / 2
    };
    let shown = line.chars().skip(skipped).take(KEPT).collect();
    (shown, u32::try_from(skipped).unwrap_or(u32::MAX))
}

/// Text from a file: nothing in it may move the cursor or change colours.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .map(printable)
            .try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        // Controls, and the marks that turn the direction of writing.
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    }
}

/// The line of carets below a source line; `skipped` characters of the line are not shown.
pub(crate) fn underline(source: &str, skipped: u32, span: Span) -> String {
    let before = span.column.saturating_sub(1).saturating_sub(skipped) as usize;
    let width = |c: char| printable(c).width().unwrap_or(1);
    let indent: usize = source.chars().take(before).map(width).sum();
    let below = source.chars().skip(before).take(span.length as usize);
    let carets: usize = below.map(width).sum();
    format!("{}{}", " ".repeat(indent), "^".repeat(carets.max(1)))
}
