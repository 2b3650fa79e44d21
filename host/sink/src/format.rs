//! The formats of a report.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use merlon_model::UnknownName;

use crate::gitlab::Kind;
use crate::report::Report;
use crate::style::Style;
use crate::{gitlab, json, jsonl, junit, sarif, table};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Table,
    /// One document: findings, summary, errors.
    Json,
    /// One finding per line.
    Jsonl,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
    /// JUnit XML, for CI servers.
    Junit,
    /// GitLab's SAST report: every finding.
    Gitlab,
    /// GitLab's secret detection report: the findings that are secrets.
    GitlabSecrets,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Junit,
        Self::Gitlab,
        Self::GitlabSecrets,
    ];

    /// The word used in flags and configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::GitlabSecrets => "gitlab-secrets",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(word: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == word)
            .ok_or_else(|| UnknownName {
                found: word.to_owned(),
                allowed: "table, json, jsonl, sarif, junit, gitlab, gitlab-secrets",
            })
    }
}

/// Writes a report. The findings are written in the order they have: `sort` them first.
///
/// # Errors
/// When the writer fails; a closed pipe is `ErrorKind::BrokenPipe`, as from any writer.
pub fn write(
    format: Format,
    report: &Report<'_>,
    out: &mut dyn Write,
    style: Style,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, out, style),
        Format::Json => json::write(report, out),
        Format::Jsonl => jsonl::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Gitlab => gitlab::write(Kind::Sast, report, out),
        Format::GitlabSecrets => gitlab::write(Kind::SecretDetection, report, out),
    }?;
    out.flush()
}
