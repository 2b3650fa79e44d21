//! Paths inside a document: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`.

use crate::node::{Node, Span};

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The first step of a path and the rest.
fn split(path: &str) -> Option<(Step<'_>, &str)> {
    let path = path.strip_prefix('.').unwrap_or(path);
    if path.is_empty() {
        return None;
    }
    if let Some(inside) = path.strip_prefix('[') {
        for quote in ['"', '\''] {
            if let Some(quoted) = inside.strip_prefix(quote) {
                let (key, rest) = quoted.split_once(quote)?;
                return Some((Step::Key(key), rest.strip_prefix(']')?));
            }
        }
        let (index, rest) = inside.split_once(']')?;
        return Some((Step::Index(index.parse().ok()?), rest));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, rest) = path.split_at_checked(end)?;
    Some((Step::Key(key), rest))
}

impl Node {
    /// The node at a path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        let mut node = self;
        let mut rest = path;
        while let Some((step, after)) = split(rest) {
            node = match step {
                Step::Key(key) => node.field(key)?,
                Step::Index(index) => node.items().get(index)?,
            };
            rest = after;
        }
        Some(node)
    }

    /// The place of a path: of its last key, or of the deepest key above it that exists, so that a
    /// missing field points at the line where it belongs.
    #[must_use]
    pub fn place(&self, path: &str) -> Span {
        let mut node = self;
        let mut place = self.span;
        let mut rest = path;
        while let Some((step, after)) = split(rest) {
            match step {
                Step::Key(key) => match node.entry(key) {
                    Some((key, inner)) => (place, node) = (key.span, inner),
                    None => break,
                },
                Step::Index(index) => match node.items().get(index) {
                    Some(inner) => (place, node) = (inner.span, inner),
                    None => break,
                },
            }
            rest = after;
        }
        place
    }
}
