//! A baseline as text: one order, so that two versions of it can be compared.

use super::Entry;

const HEAD: &str = "\
# Findings that are known and accepted: merlon scan --baseline THIS_FILE
# `until: 2027-03-01` lets an entry end, `reason: ...` says why it is here; both outlive --write-baseline.
apiVersion: merlon.dev/v1
";

/// Entries in the order that they have.
pub(super) fn render(entries: &[&Entry]) -> String {
    let mut text = HEAD.to_owned();
    if entries.is_empty() {
        text.push_str("findings: []\n");
        return text;
    }
    text.push_str("findings:\n");
    for entry in entries {
        text.push_str(&format!("  - fingerprint: {}\n", entry.fingerprint));
        text.push_str(&format!("    rule: {}\n", scalar(&entry.rule)));
        text.push_str(&format!("    file: {}\n", scalar(&entry.place)));
        if let Some(until) = entry.until {
            let day: String = until.to_string().chars().take(10).collect();
            text.push_str(&format!("    until: {day}\n"));
        }
        if !entry.reason.is_empty() {
            text.push_str(&format!("    reason: {}\n", quoted(&entry.reason)));
        }
    }
    text
}

/// Plain where YAML cannot read anything else into it.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.contains('/')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if plain { text.to_owned() } else { quoted(text) }
}

/// In double quotes. What is not printable is written as its number: file names are other people's.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            letter if is_harmless(letter) => quoted.push(letter),
            letter => quoted.push_str(&format!("\\U{:08X}", u32::from(letter))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_harmless(letter: char) -> bool {
    let hidden = matches!(letter,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fffe}' | '\u{ffff}');
    !letter.is_control() && !hidden
}
