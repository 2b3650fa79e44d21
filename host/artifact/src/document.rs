//! Strict reading of one YAML file: values come out typed, everything that is wrong is collected.

use std::str::FromStr;

use merlon_yaml::{Diagnostic, Limits, Node, NodeValue, Span, did_you_mean, parse};

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned {
    /// What stands there.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// One file that is being read, and what is wrong with it so far.
#[derive(Debug)]
pub struct Document<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Diagnostic>,
}

impl<'a> Document<'a> {
    /// Parses a file of one document. Without a tree the problems say why.
    #[must_use]
    pub fn parse(file: &'a str, text: &'a str) -> (Self, Option<Node>) {
        let parsed = parse(text, file, &Limits::default());
        let mut document = Self {
            file,
            text,
            problems: parsed.problems,
        };
        let mut trees = parsed.documents.into_iter();
        let tree = trees.next();
        if tree.is_none() && document.problems.is_empty() {
            document.about("the file is empty");
        }
        if let Some(second) = trees.next() {
            document.error(second.span, "a second document in a file of one");
        }
        (document, tree)
    }

    /// Everything that is wrong, in order of place.
    #[must_use]
    pub fn into_problems(mut self) -> Vec<Diagnostic> {
        let place = |span: Option<Span>| span.map(|span| (span.line, span.column));
        self.problems.sort_by_key(|problem| place(problem.span));
        self.problems
    }

    /// Notes a problem with the file as a whole.
    pub fn about(&mut self, message: impl Into<String>) {
        self.problems.push(Diagnostic::about(self.file, message));
    }

    /// Notes a problem at a place.
    pub fn error(&mut self, span: Span, message: impl Into<String>) {
        self.problem(span, message.into(), None);
    }

    /// Notes a problem and what to do about it.
    pub fn error_with_hint(
        &mut self,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problem(span, message.into(), Some(hint.into()));
    }

    fn problem(&mut self, span: Span, message: String, hint: Option<String>) {
        let mut problem = Diagnostic::error(self.file, self.text, span, message);
        problem.hint = hint;
        self.problems.push(problem);
    }

    /// Checks that a node is a map and has only known keys; says whether it is a map.
    pub fn expect_map(&mut self, node: &Node, what: &str, known: &[&str]) -> bool {
        if !matches!(node.value, NodeValue::Map(_)) {
            self.wrong_type(node, what, "a map");
            return false;
        }
        for (key, _) in node.entries() {
            if !known.contains(&&*key.text) {
                let hint = choice(&key.text, known);
                let message = format!("unknown key `{}` in {what}", key.text);
                self.problem(key.span, message, Some(hint));
            }
        }
        true
    }

    /// Notes a value of the wrong type.
    pub fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str) {
        let found = node.kind();
        self.error(node.span, format!("{what} must be {wanted}, found {found}"));
    }

    /// Notes a word that is none of those allowed.
    pub fn wrong_word(&mut self, at: &Spanned, what: &str, allowed: &[&str]) {
        let message = format!("`{}` is no {what}", at.text);
        let hint = choice(&at.text, allowed);
        self.problem(at.span, message, Some(hint));
    }

    /// A key whose value is not there or null is absent.
    #[must_use]
    pub fn present<'n>(map: &'n Node, key: &str) -> Option<&'n Node> {
        map.field(key).filter(|node| node.value != NodeValue::Null)
    }

    /// The text of a key, when it is there.
    pub fn text(&mut self, map: &Node, key: &str) -> Option<Spanned> {
        let node = Self::present(map, key)?;
        self.as_text(node, &format!("`{key}`"))
    }

    /// The text of a key that has to be there and to say something.
    pub fn required_text(&mut self, map: &Node, key: &str, what: &str) -> Option<Spanned> {
        if Self::present(map, key).is_none() {
            let span = map.entry(key).map_or(map.span, |(key, _)| key.span);
            self.error(span, format!("{what} needs `{key}`"));
            return None;
        }
        let text = self.text(map, key)?;
        if text.text.trim().is_empty() {
            self.error(text.span, format!("`{key}` is empty"));
            return None;
        }
        Some(text)
    }

    /// A node that has to be a text.
    pub fn as_text(&mut self, node: &Node, what: &str) -> Option<Spanned> {
        match &node.value {
            NodeValue::Text(text) => Some(Spanned {
                text: text.clone(),
                span: node.span,
            }),
            NodeValue::Number(_) | NodeValue::Bool(_) => {
                let message = format!("{what} must be a text, found {}", node.kind());
                self.error_with_hint(node.span, message, "put it in quotes");
                None
            }
            _ => {
                self.wrong_type(node, what, "a text");
                None
            }
        }
    }

    /// The texts of a list; empty when the key is not there.
    pub fn texts(&mut self, map: &Node, key: &str) -> Vec<Spanned> {
        let Some(node) = Self::present(map, key) else {
            return Vec::new();
        };
        let what = format!("an item of `{key}`");
        self.list(node, &format!("`{key}`"))
            .iter()
            .filter_map(|item| self.as_text(item, &what))
            .collect()
    }

    /// The items of a node that has to be a list.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !matches!(node.value, NodeValue::List(_)) {
            self.wrong_type(node, what, "a list");
        }
        node.items()
    }

    /// The value of a key that takes one of a few words, when it is there.
    pub fn word<T: Copy>(&mut self, map: &Node, key: &str, words: &[(&str, T)]) -> Option<T> {
        let found = self.text(map, key)?;
        let known = words.iter().find(|(word, _)| *word == found.text);
        if known.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong_word(&found, key, &allowed);
        }
        known.map(|(_, value)| *value)
    }

    /// The value of a key that is parsed from a text, when it is there.
    pub fn parsed<T>(
        &mut self,
        map: &Node,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, crate::QuantityError>,
    ) -> Option<T> {
        let node = Self::present(map, key)?;
        // A bare number gets the same explanation as a wrong text.
        let found = match &node.value {
            NodeValue::Number(number) => number.to_string(),
            _ => self.as_text(node, &format!("`{key}`"))?.text,
        };
        match parse(&found) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.error(node.span, problem.to_string());
                None
            }
        }
    }

    /// The size of a key, when it is there.
    pub fn size(&mut self, map: &Node, key: &str) -> Option<crate::ByteSize> {
        self.parsed(map, key, FromStr::from_str)
    }
}

/// The texts without their places.
pub(crate) fn plain(texts: Vec<Spanned>) -> Vec<String> {
    texts.into_iter().map(|text| text.text).collect()
}

/// Names listed when none is close.
const LISTED: usize = 12;

/// What a misspelt word may have meant, or what there is.
fn choice(found: &str, known: &[&str]) -> String {
    if let Some(close) = did_you_mean(found, known.iter().copied()) {
        return format!("did you mean `{close}`?");
    }
    let listed: Vec<&str> = known.iter().copied().take(LISTED).collect();
    let more = if known.len() > LISTED { ", ..." } else { "" };
    format!("one of {}{more}", listed.join(", "))
}
