//! Text for a terminal: harmless, measured in columns, folded at words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text on one line, with everything that could move the cursor, change colours or reorder
/// letters written as `\u{...}`.
pub(crate) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.trim_end().chars() {
        match letter {
            '\n' | '\t' => safe.push(' '),
            '\r' => {}
            letter if letter.is_control() || is_invisible(letter) => {
                safe.extend(letter.escape_unicode());
            }
            letter => safe.push(letter),
        }
    }
    safe
}

fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Columns that the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text and as many spaces as it lacks to that width.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Folds at spaces to lines of at most `columns`; a longer word is cut. Lines over `most` are replaced
/// by an ellipsis.
pub(crate) fn fold(text: &str, columns: usize, most: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            if width(&line) + letter.width().unwrap_or(0) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
        if lines.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = shortened(&format!("{last}…"), columns);
        }
    }
    lines
}

/// The text, or its head and an ellipsis, in at most `columns`.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if width(&short) + letter.width().unwrap_or(0) + 1 > columns {
            break;
        }
        short.push(letter);
    }
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_is_written_out() {
        assert_eq!(harmless("a\x1b[2Jb\r\nc"), "a\\u{1b}[2Jb c");
        assert_eq!(harmless("\u{202e}cod.exe"), "\\u{202e}cod.exe");
    }

    #[test]
    fn text_is_folded_by_columns_and_not_by_letters() {
        assert_eq!(fold("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(fold("界界界", 4, 9), ["界界", "界"]);
        assert_eq!(fold("one two three four", 7, 2), ["one two", "three…"]);
        assert_eq!(fold("", 7, 2), Vec::<String>::new());
    }

    #[test]
    fn a_shortened_text_fits() {
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("界界界", 5), "界界…");
    }
}
