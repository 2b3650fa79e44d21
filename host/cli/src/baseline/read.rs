//! Reads a baseline: every wrong line is told at once, with its place.

use std::fs;
use std::path::Path;

use merlon_yaml::{Diagnostic, Limits, Node, NodeValue, Problems, Span, did_you_mean, parse};

use super::Entry;
use crate::Failure;
use crate::config::date;

const TOP: [&str; 2] = ["apiVersion", "findings"];
const ENTRY: [&str; 5] = ["fingerprint", "rule", "file", "until", "reason"];
const API_VERSION: &str = "merlon.dev/v1";
/// Room for as many entries as are written.
const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    nodes: 2 << 20,
    depth: 8,
    expansion: 0,
};

pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let name = path.display().to_string();
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage(format!(
            "the baseline {name} cannot be read: {why}; --write-baseline {name} makes one"
        ))
    };
    let about = fs::metadata(path).map_err(|error| cannot(&error))?;
    if about.len() > LIMITS.bytes as u64 {
        return Err(cannot(&format!("it has {} bytes", about.len())));
    }
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    check(&text, &name).map_err(|problems| Failure::usage(problems.to_string()))
}

fn check(text: &str, file: &str) -> Result<Vec<Entry>, Problems> {
    let documents = parse(text, file, &LIMITS);
    let mut reader = Reader {
        text,
        file,
        problems: documents.problems,
    };
    let entries = match documents.documents.as_slice() {
        [document] => reader.document(document),
        [_, second, ..] => {
            reader.report(second.span, "a baseline is one document", None);
            Vec::new()
        }
        [] if reader.problems.is_empty() => {
            let problem = Diagnostic::about(file, "the baseline is empty");
            reader.problems.push(problem);
            Vec::new()
        }
        [] => Vec::new(),
    };
    if reader.problems.is_empty() {
        Ok(entries)
    } else {
        Err(Problems(reader.problems))
    }
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, span: Span, message: impl Into<String>, hint: Option<String>) {
        let mut diagnostic = Diagnostic::error(self.file, self.text, span, message);
        diagnostic.hint = hint;
        self.problems.push(diagnostic);
    }

    fn document(&mut self, node: &Node) -> Vec<Entry> {
        self.keys(node, &TOP, "a baseline");
        let version = node.field("apiVersion");
        if version.and_then(Node::text) != Some(API_VERSION) {
            let span = version.map_or(node.span, |version| version.span);
            let hint = Some(format!("write apiVersion: {API_VERSION}"));
            self.report(span, "unknown apiVersion", hint);
        }
        let Some(findings) = node.field("findings") else {
            self.report(node.span, "`findings` is missing", None);
            return Vec::new();
        };
        if !matches!(findings.value, NodeValue::List(_)) {
            let message = format!("findings is a list, not {}", findings.kind());
            self.report(findings.span, message, None);
        }
        let entries = findings.items().iter();
        entries.filter_map(|item| self.entry(item)).collect()
    }

    fn entry(&mut self, node: &Node) -> Option<Entry> {
        self.keys(node, &ENTRY, "an entry");
        let fingerprint = self.text(node, "fingerprint");
        let fingerprint = match fingerprint {
            Some(text) if is_fingerprint(&text) => Some(text),
            _ => {
                let span = node
                    .field("fingerprint")
                    .map_or(node.span, |node| node.span);
                let hint = "copy `fingerprint` from a finding of --format json".to_owned();
                self.report(span, "an entry needs a fingerprint", Some(hint));
                None
            }
        };
        let until = self.text(node, "until").and_then(|text| {
            let time = date(&text);
            if time.is_none() {
                let span = node.field("until").map_or(node.span, |node| node.span);
                let hint = Some("write 2027-03-01".to_owned());
                self.report(span, format!("`{text}` is no date"), hint);
            }
            time
        });
        Some(Entry {
            rule: self.text(node, "rule").unwrap_or_default(),
            place: self.text(node, "file").unwrap_or_default(),
            reason: self.text(node, "reason").unwrap_or_default(),
            until,
            line: node.span.line,
            fingerprint: fingerprint?,
        })
    }

    fn keys(&mut self, node: &Node, known: &[&str], what: &str) {
        if !matches!(node.value, NodeValue::Map(_)) {
            let message = format!("{what} is a map, not {}", node.kind());
            self.report(node.span, message, None);
        }
        for (key, _) in node.entries() {
            if !known.contains(&key.text.as_str()) {
                let hint = did_you_mean(&key.text, known.iter().copied()).map_or_else(
                    || format!("it has {}", known.join(", ")),
                    |similar| format!("did you mean `{similar}`?"),
                );
                let message = format!("{what} has no key `{}`", key.text);
                self.report(key.span, message, Some(hint));
            }
        }
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = node.field(key)?;
        if value.text().is_none() {
            let message = format!("{key} is a text, not {}", value.kind());
            self.report(value.span, message, None);
        }
        value.text().map(str::to_owned)
    }
}

/// As findings have it: `b3:` and 32 digits.
fn is_fingerprint(text: &str) -> bool {
    let digits = text.strip_prefix("b3:").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::super::render;
    use super::*;

    #[test]
    fn what_is_written_is_read_back_whatever_a_file_is_called() {
        let entry = |rule: &str, place: &str, line| Entry {
            fingerprint: format!("b3:{}", "0a".repeat(16)),
            rule: rule.to_owned(),
            place: place.to_owned(),
            until: date("2027-03-01"),
            reason: "yes: \"#\" \\ \u{e4}".to_owned(),
            line,
        };
        let entries = [
            entry("nsa/host-pid", "deploy/web.yaml", 5),
            entry("no", "1.5", 10),
            entry("a/b", "x: {y}\n- \u{1b}[2J\u{202e}\u{85}\u{ffff}\t'", 15),
            entry("a/b", "image:1 /etc/\u{1f511}", 20),
        ];
        let text = render::render(&entries.iter().collect::<Vec<_>>());
        assert_eq!(check(&text, "b.yaml").unwrap(), entries);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }

    #[test]
    fn every_wrong_line_is_told_at_once() {
        let text = "apiVersion: merlon.dev/v2\nfindings:\n  - fingerprint: b3:1\n    untl: 2027-01-01\n  - fingerprint: b3:00000000000000000000000000000000\n    until: soon\n    reason: 7\n";
        let told = check(text, "b.yaml").unwrap_err().to_string();
        for wanted in [
            "b.yaml:1:13",
            "write apiVersion: merlon.dev/v1",
            "needs a fingerprint",
            "did you mean `until`?",
            "`soon` is no date",
            "reason is a text, not a number",
        ] {
            assert!(told.contains(wanted), "{wanted} is not in:\n{told}");
        }
    }
}
