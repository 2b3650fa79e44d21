//! Reads a text into documents. A broken document is a diagnostic; the others are still read.

use std::borrow::Cow;

use crate::breaks::{self, Lines};
use crate::diagnostic::Diagnostic;
use crate::limits::{Budget, Limits};
use crate::node::{Node, Span};
use crate::tree::Problem;
use crate::{json, tree};

/// Problems of one file that are told; a file with more is not worth more.
const TOLD: usize = 50;
/// `key:<tab>value` is YAML, and go-yaml reads it, but the parser refuses it: such tabs are replaced one by
/// one, as long as all the readings together stay below so many bytes.
const TABS: usize = 64 << 20;
const REFUSED_TAB: &str = "':' must be followed by a valid YAML whitespace";

/// What a text holds.
#[derive(Debug, Default)]
pub struct Documents {
    /// In order; empty documents are left out. A document with a key that stands twice is here, with the
    /// value that counts in Kubernetes, and is a problem as well.
    pub documents: Vec<Node>,
    /// In order.
    pub problems: Vec<Diagnostic>,
    /// Texts without quotes that hold `{{`: a template engine may have been meant to complete them.
    pub braced: Vec<String>,
}

/// Reads every document of a text. `file` is its name in diagnostics.
#[must_use]
pub fn parse(text: &str, file: &str, limits: &Limits) -> Documents {
    let mut found = Documents::default();
    if text.len() > limits.bytes {
        let message = format!(
            "the file has {} bytes, at most {} are read",
            text.len(),
            limits.bytes
        );
        let problem = Diagnostic::about(file, message).code("Y006");
        found.problems.push(problem);
        return found;
    }
    let mut budget = Budget::new(limits);
    // Each document is read by itself: what is broken in one says nothing about the next.
    for part in split(text) {
        let read = part.read(file, &mut budget);
        found.documents.extend(read.documents);
        found.problems.extend(read.problems);
        found.braced.extend(read.braced);
        if found.problems.len() > TOLD {
            found.problems.truncate(TOLD);
            let message = "more problems than are told, the rest of the file was not read";
            found.problems.push(Diagnostic::about(file, message));
            break;
        }
    }
    found
}

/// One document of a text, or the few that `...` separates, before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// The text of the part.
    pub text: &'a str,
    /// Lines of the file above it.
    pub above: u32,
}

/// Cuts a text at the lines that begin with `---`. Inside a block scalar they would have to be indented,
/// so such a line always begins a document.
#[must_use]
pub fn split(text: &str) -> Vec<Part<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parts = Vec::new();
    let (mut start, mut above, mut at, mut line) = (0, 0, 0, 0);
    let mut only_preamble = true;
    for full in text.split_inclusive('\n') {
        // Directives and comments in front of the first `---` belong to the document they announce.
        if begins_document(full) && !only_preamble {
            let text = text.get(start..at).unwrap_or_default();
            parts.push(Part { text, above });
            (start, above) = (at, line);
        }
        only_preamble &= full.trim().is_empty() || full.starts_with(['#', '%']);
        at += full.len();
        line += 1;
    }
    let text = text.get(start..).unwrap_or_default();
    parts.push(Part { text, above });
    parts
}

fn begins_document(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

impl Part<'_> {
    /// Reads the part. A broken part still has the documents in front of what is broken.
    #[must_use]
    pub fn read(&self, file: &str, budget: &mut Budget) -> Documents {
        if json::begins(self.text) {
            // A text that is not JSON may still be YAML in braces, and must not have paid for the try.
            let mut trial = budget.clone();
            let mut reader = json::Reader::new(self.text, self.above, &mut trial);
            let outcome = reader.read();
            let (documents, duplicates) = (reader.documents, reader.duplicates);
            match outcome {
                Ok(()) => {
                    *budget = trial;
                    let problems = duplicates.into_iter().map(Problem::duplicate);
                    return self.found(file, documents, problems);
                }
                Err(problem) if problem.code != "Y001" => {
                    return self.found(file, documents, [problem]);
                }
                Err(_) => {}
            }
        }
        self.read_yaml(file, budget)
    }

    fn read_yaml(&self, file: &str, budget: &mut Budget) -> Documents {
        let mut text = Cow::Borrowed(self.text);
        for attempt in 1.. {
            let mut trial = budget.clone();
            let unified = breaks::unify(&text);
            let lines = matches!(unified, Cow::Owned(_)).then(|| Lines::of(&text));
            let mut reader = tree::Reader::new(&unified, lines, self.above, &mut trial);
            let broken = reader.read().err();
            if let Some(problem) = broken.as_ref().filter(|_| attempt * text.len() < TABS)
                && problem.message.ends_with(REFUSED_TAB)
                && let Some(mended) = self.without_tab(&text, problem.span)
            {
                text = Cow::Owned(mended);
                continue;
            }
            let problems = reader.duplicates.into_iter().map(Problem::duplicate);
            let found = Documents {
                braced: reader.braced,
                ..self.found(file, reader.documents, problems.chain(broken))
            };
            *budget = trial;
            return found;
        }
        Documents::default()
    }

    /// The text with spaces for the tabs in front of a place, so that every place stays the same.
    fn without_tab(&self, text: &str, place: Span) -> Option<String> {
        let line = place.line.checked_sub(self.above + 1)? as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let column = place.column.checked_sub(1)? as usize;
        let (before, after) = text.split_at_checked(start)?;
        let (at, _) = after.char_indices().nth(column)?;
        let (key, value) = after.split_at_checked(at)?;
        let bare = key.trim_end_matches(['\t', ' ']);
        let spaces = " ".repeat(key.len() - bare.len());
        key.get(bare.len()..)?
            .contains('\t')
            .then(|| format!("{before}{bare}{spaces}{value}"))
    }

    fn found(
        &self,
        file: &str,
        documents: Vec<Node>,
        problems: impl IntoIterator<Item = Problem>,
    ) -> Documents {
        let told = problems.into_iter().take(TOLD + 1);
        Documents {
            documents,
            problems: told.map(|problem| self.diagnostic(file, problem)).collect(),
            braced: Vec::new(),
        }
    }

    fn diagnostic(&self, file: &str, problem: Problem) -> Diagnostic {
        let mut place = problem.span;
        place.line = place.line.saturating_sub(self.above);
        let mut diagnostic = Diagnostic::error(file, self.text, place, problem.message);
        diagnostic.span = Some(problem.span);
        diagnostic.code = problem.code;
        diagnostic.hint = problem.hint.or_else(|| self.advice(&diagnostic));
        diagnostic
    }

    /// What the line itself gives away.
    fn advice(&self, diagnostic: &Diagnostic) -> Option<String> {
        let line = &diagnostic.source;
        let indent = line.len() - line.trim_start().len();
        if diagnostic.code == "Y001" && line.get(..indent)?.contains('\t') {
            return Some("indent with spaces: a tab is no indentation in YAML".to_owned());
        }
        if line.contains("{{") {
            return Some("a template has to be rendered first".to_owned());
        }
        None
    }
}
