//! How a table looks on the terminal at hand.

use std::fmt::Display;

use anstyle::{AnsiColor, Style as Ansi};
use merlon_model::{Outcome, Severity};

/// Whether escape sequences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum Color {
    Color,
    #[default]
    NoColor,
}

/// Whether a table lists exempted findings, or only counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum Exempted {
    #[default]
    Listed,
    Counted,
}

/// Colour and width of the place a table is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours or none.
    pub color: Color,
    /// Columns of the terminal; for a file, the width to wrap at.
    pub width: usize,
    /// What becomes of exempted findings.
    pub exempted: Exempted,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: Color::NoColor,
            width: 100,
            exempted: Exempted::Listed,
        }
    }
}

impl Style {
    /// Narrower than this, a table is unreadable: it then runs over the edge.
    const NARROWEST: usize = 40;

    pub(crate) fn columns(self) -> usize {
        self.width.max(Self::NARROWEST)
    }

    /// The text in that look, or plain.
    pub(crate) fn paint(self, look: Ansi, text: impl Display) -> String {
        match self.color {
            Color::Color => format!("{look}{text}{look:#}"),
            Color::NoColor => text.to_string(),
        }
    }
}

pub(crate) const STRONG: Ansi = Ansi::new().bold();
pub(crate) const DIM: Ansi = Ansi::new().dimmed();
pub(crate) const GOOD: Ansi = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Ansi = AnsiColor::Red.on_default().bold();

pub(crate) fn look_of_severity(severity: Severity) -> Ansi {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Blue.on_default(),
        Severity::Info => DIM,
    }
}

pub(crate) fn look_of_outcome(outcome: Outcome, severity: Severity) -> Ansi {
    match outcome {
        Outcome::Fail => look_of_severity(severity),
        Outcome::Pass => AnsiColor::Green.on_default(),
        Outcome::Skip => DIM,
        Outcome::Error => AnsiColor::Magenta.on_default().bold(),
    }
}
