//! One execution, as the detectors read it.

use merlon_sdk::{Finding, Row};

use crate::detector::Detection;

/// The fields every detector may use.
pub const FIELDS: &[&str] = &[
    "exe",
    "exe.name",
    "exe.origin",
    "argv",
    "command_line",
    "tty",
    "uid",
    "euid",
    "previous_euid",
    "ppid",
    "container.id",
    "parent.name",
    "ancestors.exe",
];

/// Bytes of a command line in evidence.
const SHOWN: usize = 512;

/// One execution of one program.
pub struct Exec<'a> {
    /// The row it was read from.
    pub row: Row<'a>,
    /// Absolute path.
    pub exe: &'a str,
    /// Last part of the path.
    pub name: &'a str,
    /// `plain`, `upper_layer` or `memfd`.
    pub origin: &'a str,
    /// The arguments, `argv[0]` first.
    pub argv: Vec<&'a str>,
    /// The arguments joined by spaces.
    pub command_line: &'a str,
    /// The terminal, when there is one.
    pub tty: Option<&'a str>,
    /// The container, when there is one.
    pub container: Option<&'a str>,
    /// Last part of the parent's path.
    pub parent: &'a str,
}

impl<'a> Exec<'a> {
    /// Reads a row.
    #[must_use]
    pub fn of(row: Row<'a>) -> Self {
        Self {
            row,
            exe: row.text("exe").unwrap_or(""),
            name: row.text("exe.name").unwrap_or(""),
            origin: row.text("exe.origin").unwrap_or(""),
            argv: row.texts("argv").collect(),
            command_line: row.text("command_line").unwrap_or(""),
            tty: row.text("tty"),
            container: row.text("container.id"),
            parent: row.text("parent.name").unwrap_or(""),
        }
    }

    /// The program is one of these.
    #[must_use]
    pub fn named(&self, names: &[&str]) -> bool {
        names.contains(&self.name)
    }

    /// The command line holds this text.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        self.command_line.contains(text)
    }

    /// The first of these texts that the command line holds.
    #[must_use]
    pub fn has_any(&self, texts: &[&'static str]) -> Option<&'static str> {
        texts.iter().copied().find(|text| self.has(text))
    }

    /// The arguments after `argv[0]`.
    #[must_use]
    pub fn arguments(&self) -> &[&'a str] {
        self.argv.get(1..).unwrap_or(&[])
    }

    /// One of the arguments is exactly this.
    #[must_use]
    pub fn has_argument(&self, wanted: &str) -> bool {
        self.arguments().contains(&wanted)
    }

    /// A short option, alone or among others: `e` is in `-e` and in `-nve`.
    #[must_use]
    pub fn has_option(&self, letter: char) -> bool {
        self.arguments().iter().any(|argument| {
            let letters = argument.strip_prefix('-').unwrap_or("");
            !letters.starts_with('-')
                && letters.chars().all(|c| c.is_ascii_alphanumeric())
                && letters.contains(letter)
        })
    }

    /// The name of one of the ancestors is in the list.
    #[must_use]
    pub fn descends_from(&self, names: &[&str]) -> bool {
        self.row
            .texts("ancestors.exe")
            .any(|exe| names.contains(&exe.rsplit('/').next().unwrap_or("")))
    }

    /// The container, or what groups processes of the host.
    #[must_use]
    pub fn scope(&self) -> String {
        match self.container {
            Some(container) => format!("container/{container}"),
            None => format!("parent/{}", self.row.number("ppid").unwrap_or_default()),
        }
    }

    /// `in container web` or `on the host`.
    #[must_use]
    pub fn place(&self) -> String {
        match self.container {
            Some(id) => format!("in container {}", id.get(..12).unwrap_or(id)),
            None => "on the host".to_owned(),
        }
    }

    /// The finding of a detection.
    #[must_use]
    pub fn finding(&self, rule: &str, detection: Detection) -> Finding {
        let mut finding = Finding::new(self.row, rule, detection.message)
            .evidence("command_line", shorten(self.command_line));
        if !self.parent.is_empty() {
            finding = finding.evidence("parent", self.parent);
        }
        for (key, value) in detection.evidence {
            finding = finding.evidence(key, value);
        }
        finding
    }
}

fn shorten(text: &str) -> String {
    let mut end = SHOWN.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let shown = text.get(..end).unwrap_or("");
    if end < text.len() {
        format!("{shown}...")
    } else {
        shown.to_owned()
    }
}
