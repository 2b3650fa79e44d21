//! Paths inside a document: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`.

use crate::node::{Key, Node, Span};

enum Step<'a> {
    /// In brackets.
    Key(&'a str),
    Index(usize),
    /// Up to the next `.` or `[`; the text from here on, for a key that has dots itself.
    Word(&'a str, &'a str),
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
        let (inside, rest) = inside.split_once(']')?;
        let step = inside.parse().map_or(Step::Key(inside), Step::Index);
        return Some((step, rest));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (word, rest) = path.split_at_checked(end)?;
    Some((Step::Word(word, path), rest))
}

/// The entry that a step leads to, and what is left of the path.
struct Taken<'n, 'p> {
    key: Option<&'n Key>,
    node: &'n Node,
    rest: &'p str,
}

impl Node {
    /// The node at a path; `None` when there is none, or when the path is no path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        let mut node = self;
        let mut rest = path;
        while !rest.is_empty() {
            let taken = node.take(rest)?;
            (node, rest) = (taken.node, taken.rest);
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
        while let Some(taken) = node.take(rest) {
            place = taken.key.map_or(taken.node.span, |key| key.span);
            (node, rest) = (taken.node, taken.rest);
        }
        place
    }

    fn take<'n, 'p>(&'n self, path: &'p str) -> Option<Taken<'n, 'p>> {
        let (step, rest) = split(path)?;
        let entry = match step {
            Step::Index(index) => {
                let node = self.items().get(index)?;
                let key = None;
                return Some(Taken { key, node, rest });
            }
            Step::Key(key) => self.entry(key),
            Step::Word(word, from_here) => match self.entry(word) {
                None => return self.dotted(from_here),
                entry => entry,
            },
        };
        let (key, node) = entry?;
        let key = Some(key);
        Some(Taken { key, node, rest })
    }

    /// `labels.app.kubernetes.io/name`: rules write keys with dots without brackets too. The shortest
    /// key that the rest of the path begins with is meant.
    fn dotted<'n, 'p>(&'n self, path: &'p str) -> Option<Taken<'n, 'p>> {
        let fitting = self.entries().iter().filter_map(|(key, node)| {
            let rest = path.strip_prefix(key.text.as_str())?;
            let ends = rest.is_empty() || rest.starts_with(['.', '[']);
            let key = Some(key);
            (ends && key.is_some_and(|key| key.text.contains('.'))).then_some(Taken {
                key,
                node,
                rest,
            })
        });
        fitting.max_by_key(|taken| taken.rest.len())
    }
}
