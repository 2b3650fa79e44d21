//! Reads a text into documents. A broken document is a diagnostic; the others are still read.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as RawSpan, StrInput};

use crate::diagnostic::Diagnostic;
use crate::node::{Key, Node, NodeValue, Span};
use crate::scalar;

/// What a text may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes of all documents, aliases expanded.
    pub nodes: usize,
    /// Lists and maps inside each other.
    pub depth: usize,
}

impl Default for Limits {
    /// 8 MiB as at admission; nodes for a file of that size with the shortest values; twice the depth of
    /// the deepest schema Kubernetes has.
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            nodes: 4_000_000,
            depth: 100,
        }
    }
}

/// What a text holds.
#[derive(Debug, Default)]
pub struct Documents {
    /// In order; empty documents are left out.
    pub documents: Vec<Node>,
    /// In order.
    pub problems: Vec<Diagnostic>,
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
        found.problems.push(Diagnostic::about(file, message));
        return found;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut nodes = limits.nodes;
    // Each document is read by itself: what is broken in one says nothing about the next.
    for part in parts(text) {
        let mut reader = Reader {
            parser: Parser::new_from_str(part.text),
            line: part.line,
            depth: limits.depth,
            nodes: &mut nodes,
            anchors: HashMap::new(),
        };
        match reader.documents() {
            Ok(documents) => found.documents.extend(documents),
            Err(problem) => {
                let mut diagnostic = Diagnostic::error(file, text, problem.span, problem.message);
                diagnostic.hint = problem.hint;
                found.problems.push(diagnostic);
            }
        }
    }
    found
}

struct Part<'a> {
    text: &'a str,
    /// Lines before it.
    line: u32,
}

/// Cuts at lines that begin with `---`. Inside a block scalar they would have to be indented, so such a
/// line always begins a document.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut line_of_start, mut at, mut line) = (0, 0, 0, 0);
    for full in text.split_inclusive('\n') {
        let begins = full
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        if begins && at > start {
            // Directives and comments in front of the first `---` belong to the document they announce.
            let before = text.get(start..at).unwrap_or("");
            let only_preamble = before
                .lines()
                .all(|line| line.trim().is_empty() || line.starts_with(['#', '%']));
            if !only_preamble {
                parts.push(Part {
                    text: before,
                    line: line_of_start,
                });
                (start, line_of_start) = (at, line);
            }
        }
        at += full.len();
        line += 1;
    }
    parts.push(Part {
        text: text.get(start..).unwrap_or(""),
        line: line_of_start,
    });
    parts
}

struct Problem {
    span: Span,
    message: String,
    hint: Option<String>,
}

type Read<T> = Result<T, Problem>;

struct Reader<'a, 'n> {
    parser: Parser<'a, StrInput<'a>>,
    line: u32,
    depth: usize,
    nodes: &'n mut usize,
    anchors: HashMap<usize, Node>,
}

impl<'a> Reader<'a, '_> {
    fn documents(&mut self) -> Read<Vec<Node>> {
        let mut documents = Vec::new();
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(documents),
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                event => {
                    let node = self.node(event, span, 0)?;
                    if node.value != NodeValue::Null {
                        documents.push(node);
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Read<(Event<'a>, RawSpan)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Problem {
                span: self.at(*error.marker()),
                message: format!("not valid YAML: {}", error.info()),
                hint: None,
            }),
            None => Ok((Event::StreamEnd, RawSpan::default())),
        }
    }

    fn at(&self, marker: Marker) -> Span {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            line: number(marker.line()).max(1).saturating_add(self.line),
            column: number(marker.col()).saturating_add(1),
            length: 1,
        }
    }

    fn span(&self, raw: RawSpan) -> Span {
        let one_line = raw.start.line() == raw.end.line();
        let length = if one_line {
            raw.end.col().saturating_sub(raw.start.col())
        } else {
            1
        };
        Span {
            length: u32::try_from(length.max(1)).unwrap_or(1),
            ..self.at(raw.start)
        }
    }

    fn spend(&mut self, count: usize, span: Span) -> Read<()> {
        match self.nodes.checked_sub(count) {
            Some(left) => {
                *self.nodes = left;
                Ok(())
            }
            None => Err(Problem {
                span,
                message: "too many values once the aliases are resolved".to_owned(),
                hint: Some("write the document without nested aliases".to_owned()),
            }),
        }
    }

    fn node(&mut self, event: Event<'a>, raw: RawSpan, depth: usize) -> Read<Node> {
        let span = self.span(raw);
        self.spend(1, span)?;
        if depth > self.depth {
            let message = format!("more than {} lists and maps inside each other", self.depth);
            return Err(Problem {
                span,
                message,
                hint: None,
            });
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let forced_text = tag.is_some_and(|tag| tag.suffix == "str");
                let value = if style == ScalarStyle::Plain && !forced_text {
                    scalar::plain(&text)
                } else {
                    NodeValue::Text(text.into_owned())
                };
                (value, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            _ => (NodeValue::Null, 0),
        };
        let node = Node { span, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Read<Node> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            let message = "an alias inside its own anchor never ends".to_owned();
            return Err(Problem {
                span,
                message,
                hint: None,
            });
        };
        let (count, height) = size(&node);
        self.spend(count, span)?;
        if depth + height > self.depth {
            let message = format!("more than {} lists and maps inside each other", self.depth);
            return Err(Problem {
                span,
                message,
                hint: None,
            });
        }
        Ok(Node {
            span,
            value: node.value,
        })
    }

    fn list(&mut self, depth: usize) -> Read<NodeValue> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(NodeValue::List(items)),
                (event, raw) => items.push(self.node(event, raw, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Read<NodeValue> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        let mut places: HashMap<String, u32> = HashMap::new();
        let mut merged: Vec<Node> = Vec::new();
        loop {
            let (event, raw) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                break;
            }
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, _, _));
            let key = match &event {
                Event::Scalar(text, ..) => Key {
                    text: text.to_string(),
                    span: self.span(raw),
                },
                _ => {
                    let message = "a list or a map cannot be a key".to_owned();
                    return Err(Problem {
                        span: self.span(raw),
                        message,
                        hint: None,
                    });
                }
            };
            let (event, raw) = self.next()?;
            let value = self.node(event, raw, depth + 1)?;
            if plain && key.text == "<<" {
                merged.push(value);
                continue;
            }
            if let Some(line) = places.insert(key.text.clone(), key.span.line) {
                return Err(Problem {
                    span: key.span,
                    message: format!("the key `{}` stands here a second time", key.text),
                    hint: Some(format!(
                        "first on line {line}; Kubernetes refuses one of them"
                    )),
                });
            }
            entries.push((key, value));
        }
        merge(&mut entries, merged, &mut places);
        Ok(NodeValue::Map(entries))
    }
}

/// `<<: *base`: what the map itself does not say comes from the base; earlier bases win.
fn merge(entries: &mut Vec<(Key, Node)>, merged: Vec<Node>, places: &mut HashMap<String, u32>) {
    for node in merged {
        let bases = match node.value {
            NodeValue::List(items) => items,
            value => vec![Node {
                span: node.span,
                value,
            }],
        };
        for base in bases {
            let NodeValue::Map(inherited) = base.value else {
                continue;
            };
            for (key, value) in inherited {
                if !places.contains_key(&key.text) {
                    places.insert(key.text.clone(), key.span.line);
                    entries.push((key, value));
                }
            }
        }
    }
}

/// Nodes in a tree, and how many lists and maps stand inside each other. The depth limit bounds the
/// recursion.
fn size(node: &Node) -> (usize, usize) {
    let children: Vec<&Node> = match &node.value {
        NodeValue::List(items) => items.iter().collect(),
        NodeValue::Map(entries) => entries.iter().map(|(_, node)| node).collect(),
        _ => return (1, 0),
    };
    children
        .into_iter()
        .map(size)
        .fold((1, 1), |(count, height), (c, h)| {
            (count.saturating_add(c), height.max(h + 1))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Documents {
        parse(text, "x.yaml", &Limits::default())
    }

    #[test]
    fn documents_keep_their_lines() {
        let found = read("# head\n---\na: 1\n---\n\nb:\n  - c: x\n");
        assert_eq!(found.documents.len(), 2);
        let second = found.documents.get(1).unwrap();
        assert_eq!(
            second.place("b[0].c"),
            Span {
                line: 7,
                column: 5,
                length: 1
            }
        );
        assert_eq!(second.place("b[0].missing.deeper").line, 7);
        assert_eq!(second.at("b[0].c").and_then(Node::text), Some("x"));
    }

    #[test]
    fn a_broken_document_does_not_take_the_others_with_it() {
        let found = read("a: 1\n---\nb: [1\nc: }\n---\nd: 2\n");
        let json: Vec<_> = found.documents.iter().map(Node::to_json).collect();
        assert_eq!(json, [json!({"a": 1}), json!({"d": 2})]);
        assert_eq!(found.problems.len(), 1);
        assert!(matches!(
            found.problems.first().unwrap().span,
            Some(Span { line: 3..=4, .. })
        ));
    }

    #[test]
    fn a_duplicate_key_is_refused_with_both_places() {
        let found = read("a: 1\nb: 2\na: 3\n");
        let text = found.problems.first().unwrap().to_string();
        assert!(
            text.contains("x.yaml:3:1") && text.contains("first on line 1"),
            "{text}"
        );
    }

    #[test]
    fn aliases_resolve_and_merge_but_cannot_explode() {
        let found = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b]\n");
        let json = found.documents.first().unwrap().to_json();
        assert_eq!(json.get("use"), Some(&json!({"y": 3, "x": 1})));
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..12 {
            let one = format!("*a{},", n - 1);
            bomb += &format!("a{n}: &a{n} [{}]\n", one.repeat(9));
        }
        let found = read(&bomb);
        assert!(found.problems.first().unwrap().message.contains("aliases"));
        assert!(read("a: &a [*a]").documents.is_empty());
    }

    #[test]
    fn nesting_is_bounded() {
        let found = read(&"[".repeat(100_000));
        assert_eq!(found.problems.len(), 1);
        let found = read(&"a:\n ".repeat(3000));
        assert_eq!(found.documents.len(), 0);
    }

    #[test]
    fn cut_and_mutated_texts_never_panic() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: &m {name: \"a\\u00e9b\"}\nspec:\n  - |\n    x\n  - >-\n    y\n  - 'q'\n  - *m\n--- # next\n? k\n: v\n";
        for cut in 0..text.len() {
            if let Some(part) = text.get(..cut) {
                read(part);
            }
            for junk in [
                "\0", "\t", "{", "]", "\"", "&", "*", "%", ": ", "\u{85}", "\u{feff}",
            ] {
                if text.is_char_boundary(cut) {
                    let mut mutated = text.to_owned();
                    mutated.insert_str(cut, junk);
                    read(&mutated);
                }
            }
        }
    }
}
