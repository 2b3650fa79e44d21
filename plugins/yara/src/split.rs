//! Where the items of a rule file begin and end, without understanding them: an item that does not parse
//! takes no other one with it.

use std::ops::Range;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rule,
    Import,
    Include,
}

/// One item, with the comments behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// The items of a file, in order. `rule`, `import` and `include` are reserved words: outside texts, regexes
/// and comments they begin an item, even inside one that was never closed.
pub(crate) fn items(text: &str) -> Vec<Item> {
    let mut starts: Vec<(Kind, usize)> = Vec::new();
    // Where the modifiers in front of the next word `rule` begin.
    let mut modifiers = None;
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let place = text.len() - rest.len();
        let (token, length) = next(rest);
        let start = modifiers.unwrap_or(place);
        match token {
            Token::Blank => {}
            Token::Word(b"private" | b"global") => modifiers = Some(start),
            Token::Word(word) => {
                let kind = match word {
                    b"rule" => Some((Kind::Rule, start)),
                    b"import" => Some((Kind::Import, place)),
                    b"include" => Some((Kind::Include, place)),
                    _ => None,
                };
                starts.extend(kind);
                modifiers = None;
            }
            Token::Other => modifiers = None,
        }
        rest = rest.get(length.max(1)..).unwrap_or(&[]);
    }
    ranges(&starts, text.len())
}

/// An item ends where the next one begins; what is in front of the first belongs to it.
fn ranges(starts: &[(Kind, usize)], length: usize) -> Vec<Item> {
    let ends = starts.iter().skip(1).map(|(_, start)| *start);
    let begins = std::iter::once(0).chain(ends.clone());
    let ends = ends.chain([length]);
    let bounds = begins.zip(ends);
    let kinds = starts.iter().map(|(kind, _)| *kind);
    kinds
        .zip(bounds)
        .map(|(kind, (start, end))| Item {
            kind,
            range: start..end,
        })
        .collect()
}

enum Token<'a> {
    Blank,
    Word(&'a [u8]),
    Other,
}

/// The first token and its length.
fn next(text: &[u8]) -> (Token<'_>, usize) {
    match text {
        [b'/', b'/', ..] => (Token::Blank, until(text, b"\n")),
        [b'/', b'*', body @ ..] => (Token::Blank, 2 + until(body, b"*/")),
        [quote @ (b'"' | b'/'), body @ ..] => (Token::Other, 1 + quoted(body, *quote)),
        // `$rule` is the name of a string.
        [b'$' | b'#' | b'@' | b'!', name @ ..] => (Token::Other, 1 + word(name)),
        [byte, ..] if byte.is_ascii_whitespace() => (Token::Blank, 1),
        _ => match word(text) {
            0 => (Token::Other, 1),
            length => (Token::Word(text.get(..length).unwrap_or(&[])), length),
        },
    }
}

fn word(text: &[u8]) -> usize {
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    text.iter().take_while(inside).count()
}

/// Bytes up to and with `end`, or all of them.
fn until(text: &[u8], end: &[u8]) -> usize {
    let found = text.windows(end.len()).position(|window| window == end);
    found.map_or(text.len(), |place| place + end.len())
}

/// Bytes of a quoted text behind its first quote. It ends with its line at the latest.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (place, &byte) in text.iter().enumerate() {
        match byte {
            b'\n' => return place,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return place + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(Kind, &str)> {
        let items = items(text).into_iter();
        items
            .map(|item| (item.kind, text[item.range].trim()))
            .collect()
    }

    #[test]
    fn every_item_is_found() {
        let text = "// rule x\nimport \"pe\" include \"a.yar\"\nprivate global rule a { condition: true }\nrule b : tag { strings: $rule = /rule \\/ {/ private $h = { 00 } private condition: $rule } /* rule c */";
        let kinds: Vec<Kind> = split(text).iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [Kind::Import, Kind::Include, Kind::Rule, Kind::Rule]);
        let third = split(text)[2].1;
        assert_eq!(third, "private global rule a { condition: true }");
    }

    #[test]
    fn an_item_that_is_not_closed_ends_where_the_next_begins() {
        let text =
            "rule a { strings: $a = \"open\ncondition: $a\nprivate rule b { condition: true }";
        let found = split(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].1, "private rule b { condition: true }");
    }

    #[test]
    fn a_file_without_items_has_none() {
        assert!(split("").is_empty());
        assert!(split("/* rule a").is_empty());
        assert!(split("\"rule\" $rule").is_empty());
    }
}
