//! What is wrong in a file, where, and what to do: drawn as rustc draws it.

use std::fmt;

use crate::node::Span;

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
    /// The file as the user named it.
    pub file: String,
    /// Where.
    pub span: Option<Span>,
    /// The line at `span`, at most 160 characters.
    pub source: String,
    /// What is wrong, with the word it is about.
    pub message: String,
    /// What to do, or what it could have meant.
    pub hint: Option<String>,
}

/// Characters of a source line that are shown.
const SHOWN: usize = 160;

impl Diagnostic {
    /// An error at a place in a text.
    #[must_use]
    pub fn error(file: &str, text: &str, span: Span, message: impl Into<String>) -> Self {
        let line = text
            .lines()
            .nth((span.line as usize).saturating_sub(1))
            .unwrap_or("");
        Self {
            level: Level::Error,
            file: file.to_owned(),
            span: Some(span),
            source: line.chars().take(SHOWN).collect(),
            message: message.into(),
            hint: None,
        }
    }

    /// An error about a file as a whole.
    #[must_use]
    pub fn about(file: &str, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            file: file.to_owned(),
            span: None,
            source: String::new(),
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
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Note => "note",
            Level::Error => "error",
        };
        write!(f, "{level}: {}", self.message)?;
        let Some(span) = self.span else {
            write!(f, "\n  --> {}", self.file)?;
            if let Some(hint) = &self.hint {
                write!(f, "\n  = {hint}")?;
            }
            return Ok(());
        };
        let number = span.line.to_string();
        let gutter = " ".repeat(number.len());
        write!(
            f,
            "\n{gutter}--> {}:{}:{}",
            self.file, span.line, span.column
        )?;
        write!(
            f,
            "\n{gutter} |\n{number} | {}",
            self.source.replace('\t', " ")
        )?;
        let column = (span.column as usize).saturating_sub(1).min(SHOWN);
        let room = self.source.chars().count().saturating_sub(column).max(1);
        let carets = "^".repeat((span.length as usize).clamp(1, room));
        write!(f, "\n{gutter} | {}{carets}", " ".repeat(column))?;
        if let Some(hint) = &self.hint {
            write!(f, " {hint}")?;
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

    #[test]
    fn a_diagnostic_points_at_the_word_and_says_what_to_do() {
        let text = "rulesets:\n  - usee: nsa\n";
        let span = Span {
            line: 2,
            column: 5,
            length: 4,
        };
        let diagnostic = Diagnostic::error("merlon.yaml", text, span, "unknown key `usee`")
            .hint("did you mean `use`?");
        let wanted = "error: unknown key `usee`\n --> merlon.yaml:2:5\n  |\n2 |   - usee: nsa\n  |     ^^^^ did you mean `use`?";
        assert_eq!(diagnostic.to_string(), wanted);
    }
}
