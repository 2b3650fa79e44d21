//! What cannot be honoured, shown with its place in the file.

use std::ops::Range;

use codespan_reporting::diagnostic::Diagnostic;

/// A line of source is shown as far as this.
const SHOWN: usize = 160;

/// A rule or a line that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The rule's name, or what the line says.
    pub(crate) what: String,
    pub(crate) reason: String,
    /// Where in the file.
    pub(crate) span: Range<usize>,
}

impl Refusal {
    pub(crate) fn of(what: &str, diagnostic: Diagnostic<()>) -> Self {
        let label = diagnostic.labels.into_iter().next();
        let reason = match &label {
            Some(label) if !label.message.is_empty() => {
                format!("{}: {}", diagnostic.message, label.message)
            }
            _ => diagnostic.message,
        };
        Self {
            what: what.to_owned(),
            reason,
            span: label.map_or(0..0, |label| label.range),
        }
    }

    /// The same, in a text in which this one begins at `offset`.
    pub(crate) fn behind(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }

    /// `refused a.yar:3:5 name: reason`, the line, and a mark under the place.
    pub(crate) fn shown(&self, path: &str, text: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or("").chars().count();
        let rest = text.get(start..).unwrap_or("");
        let source: String = rest
            .lines()
            .next()
            .unwrap_or("")
            .chars()
            .take(SHOWN)
            .collect();
        // Tabs stay tabs, so that the mark stands where it should.
        let keep = |c: char| if c == '\t' { '\t' } else { ' ' };
        let indent: String = source.chars().take(column).map(keep).collect();
        format!(
            "refused {path}:{line}:{} {}: {}\n{source}\n{indent}^",
            column + 1,
            self.what,
            self.reason
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_shown_with_its_line() {
        let text = "rule a {\n\tcondition: $ä or $b\n}";
        let refusal = Refusal {
            what: "a".to_owned(),
            reason: "unknown string".to_owned(),
            span: 28..30,
        };
        assert_eq!(
            refusal.shown("a.yar", text),
            "refused a.yar:2:19 a: unknown string\n\tcondition: $ä or $b\n\t                 ^"
        );
    }

    #[test]
    fn a_place_outside_the_file_is_its_end() {
        let refusal = Refusal {
            what: "a".to_owned(),
            reason: "r".to_owned(),
            span: 99..100,
        };
        assert_eq!(
            refusal.shown("a.yar", "x\ny"),
            "refused a.yar:2:2 a: r\ny\n ^"
        );
    }
}
