//! What is wrong in a file, where, and what to do: drawn as rustc draws it.

use std::fmt;

use crate::node::Span;
use crate::snippet::{self, Printable};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// The file, or a part of it, could not be used.
    Error,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// `Y002`; empty where there is none.
    pub code: &'static str,
    /// The file as the user named it.
    pub file: String,
    /// Where.
    pub span: Option<Span>,
    /// The line at `span`, at most 160 characters of it.
    pub source: String,
    /// Characters of the line in front of `source`.
    pub skipped: u32,
    /// What is wrong, with the word it is about.
    pub message: String,
    /// What to do, or what it could have meant.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error at a place in a text.
    #[must_use]
    pub fn error(file: &str, text: &str, span: Span, message: impl Into<String>) -> Self {
        let line = text.lines().nth((span.line as usize).saturating_sub(1));
        let (source, skipped) = snippet::window(line.unwrap_or_default(), span.column);
        Self {
            span: Some(span),
            source,
            skipped,
            ..Self::about(file, message)
        }
    }

    /// An error about a file as a whole.
    #[must_use]
    pub fn about(file: &str, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            code: "",
            file: file.to_owned(),
            span: None,
            source: String::new(),
            skipped: 0,
            message: message.into(),
            hint: None,
        }
    }

    /// A note about a file as a whole.
    #[must_use]
    pub fn note(file: &str, message: impl Into<String>) -> Self {
        Self {
            level: Level::Note,
            ..Self::about(file, message)
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the code that documentation and scripts name it by.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Note => "note",
            Level::Error => "error",
        })?;
        if !self.code.is_empty() {
            write!(f, "[{}]", self.code)?;
        }
        write!(f, ": {}", Printable(&self.message))?;
        let file = Printable(&self.file);
        let Some(span) = self.span else {
            write!(f, "\n  --> {file}")?;
            if let Some(hint) = &self.hint {
                write!(f, "\n  = {}", Printable(hint))?;
            }
            return Ok(());
        };
        let Span { line, column, .. } = span;
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        write!(f, "\n{gutter}--> {file}:{line}:{column}")?;
        write!(f, "\n{gutter} |")?;
        write!(f, "\n{number} | {}", Printable(&self.source))?;
        let carets = snippet::underline(&self.source, self.skipped, span);
        write!(f, "\n{gutter} | {carets}")?;
        if let Some(hint) = &self.hint {
            write!(f, " {}", Printable(hint))?;
        }
        Ok(())
    }
}

/// Everything that is wrong, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Diagnostic>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, diagnostic) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, column: u32, length: u32) -> Span {
        Span {
            line,
            column,
            length,
        }
    }

    #[test]
    fn a_diagnostic_points_at_the_word_and_says_what_to_do() {
        let text = "rulesets:\n  - usee: nsa\n";
        let diagnostic = Diagnostic::error("merlon.yaml", text, at(2, 5, 4), "unknown key `usee`")
            .code("C001")
            .hint("did you mean `use`?");
        let wanted = "error[C001]: unknown key `usee`\n --> merlon.yaml:2:5\n  |\n2 |   - usee: nsa\n  |     ^^^^ did you mean `use`?";
        assert_eq!(diagnostic.to_string(), wanted);
    }

    #[test]
    fn wide_characters_do_not_move_the_carets() {
        let diagnostic = Diagnostic::error("x", "名前: x", at(1, 5, 1), "no");
        let drawn = diagnostic.to_string();
        let mut lines = drawn.lines().rev();
        assert_eq!(lines.next(), Some("  |       ^"));
        assert_eq!(lines.next(), Some("1 | 名前: x"));
    }

    #[test]
    fn a_long_line_is_shown_around_its_place() {
        let text = format!("{}HERE{}", "a".repeat(5000), "b".repeat(5000));
        let drawn = Diagnostic::error("x", &text, at(1, 5001, 4), "no").to_string();
        let mut lines = drawn.lines().rev();
        let carets = lines.next().unwrap();
        let source = lines.next().unwrap();
        assert_eq!(source.find("HERE"), carets.find("^^^^"));
        assert!(source.len() < 200);
    }

    #[test]
    fn a_hostile_file_cannot_draw_on_the_terminal() {
        let text = "a: \u{1b}[2J\u{202e}\n";
        let drawn = Diagnostic::error("x\u{7}", text, at(1, 1, 1), "\u{1b}[31m").to_string();
        assert!(!drawn.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    }
}
