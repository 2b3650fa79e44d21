//! `regex.*` with RE2's meaning: `\w`, `\d`, `\s` and `\b` are ASCII, classes do not nest.
//!
//! An allow-list like `^\w+$` must not let `é` through only because the host's regexes know Unicode.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::{Arc, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use regorus::Value;

use super::{Tools, text};

/// The compiled program of one pattern, in bytes: `a{1000}` fits ten times.
const PROGRAM: usize = 256 << 10;
/// Patterns are mostly constants of the policy; a policy that builds them from objects starts over.
const KEPT: usize = 256;
/// Entries of an array of matches.
const MATCH: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Regexes(Mutex<HashMap<String, Option<Arc<Regex>>>>);

impl Tools {
    /// The compiled pattern; nothing when it is not a pattern.
    fn regex(&self, pattern: &str) -> anyhow::Result<Option<Arc<Regex>>> {
        let mut kept = self
            .regexes
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(pattern) {
            return Ok(known.clone());
        }
        // Compiling costs about as much as producing a hundred bytes per byte of pattern.
        self.budget
            .spend("regex", pattern.len().saturating_mul(128))?;
        let compiled = match translate(pattern).map(|pattern| compile(&pattern)) {
            Some(Ok(regex)) => Some(Arc::new(regex)),
            Some(Err(regex::Error::CompiledTooBig(_))) => {
                return Err(self.budget.refuse("regex", "the pattern is too large"));
            }
            Some(Err(_)) | None => None,
        };
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), compiled.clone());
        Ok(compiled)
    }

    /// The pattern and the text of a call.
    fn pattern_and_text<'a>(
        &self,
        pattern: Option<&Value>,
        subject: Option<&'a Value>,
    ) -> anyhow::Result<Option<(Arc<Regex>, &'a str)>> {
        let (Some(pattern), Some(subject)) = (text(pattern), text(subject)) else {
            return Ok(None);
        };
        // A byte passes through a regex as fast as a dozen are copied.
        self.budget.work(subject.len().saturating_mul(16))?;
        Ok(self.regex(pattern)?.map(|regex| (regex, subject)))
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .size_limit(PROGRAM)
        .dfa_size_limit(PROGRAM)
        .nest_limit(100)
        .build()
}

/// RE2's pattern in the syntax of the regex crate; nothing when RE2 would refuse it.
fn translate(pattern: &str) -> Option<String> {
    let mut result = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => escape(&mut chars, &mut result)?,
            '[' => class(&mut chars, &mut result)?,
            '(' => {
                result.push('(');
                if chars.peek() == Some(&'?') {
                    flags(&chars)?;
                }
            }
            c => result.push(c),
        }
    }
    Some(result)
}

/// RE2 knows the flags `i m s U`; verbose and Unicode modes are the regex crate's own.
fn flags(chars: &Peekable<Chars<'_>>) -> Option<()> {
    let mut rest = chars.clone().skip(1);
    match rest.next()? {
        // A group without flags: what follows is its content.
        'P' | '<' | ':' => return Some(()),
        c if "imsU-".contains(c) => {}
        _ => return None,
    }
    rest.take_while(|c| !matches!(c, ':' | ')'))
        .all(|c| "imsU-".contains(c))
        .then_some(())
}

fn escape(chars: &mut Peekable<Chars<'_>>, result: &mut String) -> Option<()> {
    match chars.next()? {
        'w' => result.push_str("[0-9A-Za-z_]"),
        'W' => result.push_str("[^0-9A-Za-z_]"),
        'd' => result.push_str("[0-9]"),
        'D' => result.push_str("[^0-9]"),
        's' => result.push_str(r"[\t\n\f\r ]"),
        'S' => result.push_str(r"[^\t\n\f\r ]"),
        'b' => result.push_str(r"(?-u:\b)"),
        'B' => result.push_str(r"(?-u:\B)"),
        'Q' => quoted(chars, result),
        c => {
            result.push('\\');
            result.push(c);
        }
    }
    Some(())
}

fn quoted(chars: &mut Peekable<Chars<'_>>, result: &mut String) {
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some(&'E') {
            chars.next();
            return;
        }
        result.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

fn class(chars: &mut Peekable<Chars<'_>>, result: &mut String) -> Option<()> {
    result.push('[');
    if chars.next_if_eq(&'^').is_some() {
        result.push('^');
    }
    if chars.next_if_eq(&']').is_some() {
        result.push_str(r"\]");
    }
    loop {
        match chars.next()? {
            ']' => break,
            '[' if chars.peek() == Some(&':') => {
                result.push('[');
                for c in chars.by_ref() {
                    result.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            // Inside a class of the regex crate these are operators.
            c @ ('[' | '&' | '~') => {
                result.push('\\');
                result.push(c);
            }
            '\\' => match chars.next()? {
                'w' => result.push_str("0-9A-Za-z_"),
                'd' => result.push_str("0-9"),
                's' => result.push_str(r"\t\n\f\r "),
                'W' => result.push_str("[^0-9A-Za-z_]"),
                'D' => result.push_str("[^0-9]"),
                'S' => result.push_str(r"[^\t\n\f\r ]"),
                c => {
                    result.push('\\');
                    result.push(c);
                }
            },
            c => result.push(c),
        }
    }
    result.push(']');
    Some(())
}

pub(super) fn is_match(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(
        match tools.pattern_and_text(arguments.first(), arguments.get(1))? {
            Some((regex, text)) => regex.is_match(text).into(),
            None => Value::Undefined,
        },
    )
}

pub(super) fn is_valid(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(match text(arguments.first()) {
        Some(pattern) => tools.regex(pattern)?.is_some().into(),
        None => Value::Bool(false),
    })
}

/// The number of matches asked for; a negative one is all.
fn wanted(value: Option<&Value>) -> Option<usize> {
    let wanted = value?.as_i64().ok()?;
    Some(usize::try_from(wanted).unwrap_or(usize::MAX))
}

pub(super) fn find(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let found = tools.pattern_and_text(arguments.first(), arguments.get(1))?;
    let (Some((regex, text)), Some(wanted)) = (found, wanted(arguments.get(2))) else {
        return Ok(Value::Undefined);
    };
    let mut matches = Vec::new();
    for found in regex.find_iter(text).take(wanted) {
        tools.budget.spend("regex.find_n", MATCH + found.len())?;
        matches.push(Value::from(found.as_str()));
    }
    Ok(Value::from(matches))
}

pub(super) fn find_submatches(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let found = tools.pattern_and_text(arguments.first(), arguments.get(1))?;
    let (Some((regex, text)), Some(wanted)) = (found, wanted(arguments.get(2))) else {
        return Ok(Value::Undefined);
    };
    let mut matches = Vec::new();
    for captures in regex.captures_iter(text).take(wanted) {
        let texts = captures
            .iter()
            .map(|group| group.map_or("", |group| group.as_str()));
        let bytes = texts.clone().map(|text| MATCH + text.len()).sum();
        tools
            .budget
            .spend("regex.find_all_string_submatch_n", bytes)?;
        matches.push(Value::from(texts.map(Value::from).collect::<Vec<_>>()));
    }
    Ok(Value::from(matches))
}

pub(super) fn split(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let found = tools.pattern_and_text(arguments.first(), arguments.get(1))?;
    let Some((regex, text)) = found else {
        return Ok(Value::Undefined);
    };
    let mut parts = Vec::new();
    for part in regex.split(text) {
        tools.budget.spend("regex.split", MATCH + part.len())?;
        parts.push(Value::from(part));
    }
    Ok(Value::from(parts))
}

pub(super) fn replace(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let found = tools.pattern_and_text(arguments.get(1), arguments.first())?;
    let (Some((regex, subject)), Some(with)) = (found, text(arguments.get(2))) else {
        return Ok(Value::Undefined);
    };
    let (mut result, mut at) = (String::new(), 0);
    for captures in regex.captures_iter(subject) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        // A replacement names a group at most once per two bytes.
        let most = whole
            .len()
            .saturating_mul(with.len())
            .saturating_add(with.len());
        tools
            .budget
            .spend("regex.replace", most.min(tools.budget.left()) / 8 + MATCH)?;
        result.push_str(subject.get(at..whole.start()).unwrap_or_default());
        let before = result.len();
        if most > tools.budget.left() {
            return Err(tools
                .budget
                .refuse("regex.replace", "the replacement is too long"));
        }
        captures.expand(with, &mut result);
        tools.budget.spend("regex.replace", result.len() - before)?;
        at = whole.end();
    }
    result.push_str(subject.get(at..).unwrap_or_default());
    tools.budget.spend("regex.replace", result.len())?;
    Ok(Value::from(result))
}

/// A text in which the parts between delimiters are patterns: `urn:foo:{.*}`.
pub(super) fn template_match(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let texts = [0, 1, 2, 3].map(|place| text(arguments.get(place)));
    let [Some(mut template), Some(subject), Some(open), Some(close)] = texts else {
        return Ok(Value::Undefined);
    };
    let (Some(open), Some(close)) = (open.chars().next(), close.chars().next()) else {
        return Ok(Value::Undefined);
    };
    let mut pattern = String::from("^");
    while let Some((literal, rest)) = template.split_once(open) {
        let Some((part, rest)) = rest.split_once(close) else {
            return Ok(Value::Undefined);
        };
        pattern.push_str(&format!("{}({part})", regex::escape(literal)));
        template = rest;
    }
    pattern.push_str(&regex::escape(template));
    pattern.push('$');
    Ok(match tools.regex(&pattern)? {
        Some(regex) => regex.is_match(subject).into(),
        None => Value::Undefined,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_as_in_re2() {
        for (pattern, subject, matches) in [
            (r"^\w+$", "é", false),
            (r"^\w+$", "e_1", true),
            (r"^\d$", "٣", false),
            (r"^[\w.]+$", "a.é", false),
            (r"^[^\W]+$", "a", true),
            (r"^[^\W]+$", "é", false),
            (r"\bcat\b", "a cat sat", true),
            (r"\bcat\b", "écaté", true), // `é` is no word character for RE2
            (r"\Bat", "cat", true),
            (r"^[a&&b]+$", "&", true),
            (r"^[[a]+$", "[", true),
            (r"^\s$", "\u{a0}", false),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^[[:alpha:]]$", "z", true),
            (r"^[]a]$", "]", true),
        ] {
            let regex = translate(pattern).map(|p| compile(&p)).unwrap();
            let regex = regex.unwrap_or_else(|e| panic!("{pattern}: {e}"));
            assert_eq!(regex.is_match(subject), matches, "{pattern} on {subject}");
        }
    }

    #[test]
    fn flags_that_re2_does_not_know_make_no_pattern() {
        assert!(translate("(?x)a b").is_none());
        assert!(translate("(?u)a").is_none());
        assert!(translate("(?i)a").is_some());
        assert!(translate("(?P<name>a)").is_some());
        assert!(translate("(?i:a)(?s-m:b)").is_some());
        assert!(translate("(?:export)?([a-z]+)").is_some());
    }
}
