//! Turns the events of the parser into trees.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as RawSpan, StrInput, Tag};

use crate::breaks::Lines;
use crate::limits::{Budget, Exhausted, Size};
use crate::map::{Duplicate, Entries};
use crate::node::{Key, Node, NodeValue, Span};
use crate::scalar;

/// Why a document cannot be read.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn duplicate(duplicate: Duplicate) -> Self {
        let Duplicate { key, first } = duplicate;
        let message = format!("the key `{}` stands here a second time", key.text);
        Self::new("Y002", key.span, message).hint(format!(
            "first on line {}, column {}; the last one counts",
            first.line, first.column
        ))
    }

    pub(crate) fn exhausted(exhausted: Exhausted, span: Span) -> Self {
        match exhausted {
            Exhausted::Nodes => Self::new("Y004", span, "too many values for one file"),
            Exhausted::Expansion => Self::new(
                "Y004",
                span,
                "too much text and too many values once the aliases are resolved",
            )
            .hint("write the document without nested aliases"),
        }
    }

    pub(crate) fn too_deep(depth: usize, span: Span) -> Self {
        let message = format!("more than {depth} lists and maps inside each other");
        Self::new("Y005", span, message)
    }
}

pub(crate) type Read<T> = Result<T, Problem>;

/// Reads the documents of one part of a text.
pub(crate) struct Reader<'a, 'b> {
    parser: Parser<'a, StrInput<'a>>,
    /// Lines of the file above this part.
    above: u32,
    /// Where the text has line breaks that an editor does not count.
    lines: Option<Lines>,
    budget: &'b mut Budget,
    anchors: HashMap<usize, Node>,
    /// Keys that stand twice: the tree is whole, but not what its author meant.
    pub(crate) duplicates: Vec<Duplicate>,
    pub(crate) documents: Vec<Node>,
    /// See `Documents`.
    pub(crate) braced: Vec<String>,
}

impl<'a, 'b> Reader<'a, 'b> {
    /// `lines` are those of the text before its line breaks were unified, if any were.
    pub(crate) fn new(
        text: &'a str,
        lines: Option<Lines>,
        above: u32,
        budget: &'b mut Budget,
    ) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            above,
            lines,
            budget,
            anchors: HashMap::new(),
            duplicates: Vec::new(),
            documents: Vec::new(),
            braced: Vec::new(),
        }
    }

    /// Reads to the end or to the first problem; what was read before it stays in `documents`.
    pub(crate) fn read(&mut self) -> Read<()> {
        loop {
            let (event, raw) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentStart(_) => self.anchors.clear(),
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                event => {
                    let node = self.node(event, raw, 0)?;
                    if node.value != NodeValue::Null {
                        self.documents.push(node);
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Read<(Event<'a>, RawSpan)> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(syntax(&error, self.position(*error.marker()))),
            None => Ok((Event::StreamEnd, RawSpan::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, raw: RawSpan, depth: usize) -> Read<Node> {
        let span = self.place(raw);
        self.budget
            .node()
            .map_err(|exhausted| Problem::exhausted(exhausted, span))?;
        if depth > self.budget.depth() {
            return Err(Problem::too_deep(self.budget.depth(), span));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                if style == ScalarStyle::Plain && text.contains("{{") {
                    self.braced.push(text.to_string());
                }
                let value = scalar_value(&text, style, tag.as_deref())
                    .map_err(|reason| Problem::new("Y009", span, reason))?;
                (value, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            _ => (NodeValue::Null, 0),
        };
        let node = Node { span, value };
        if anchor > 0 {
            self.pay(Size::of(&node), span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn pay(&mut self, size: Size, span: Span) -> Read<()> {
        self.budget
            .copy(size)
            .map_err(|exhausted| Problem::exhausted(exhausted, span))
    }

    /// The anchored tree keeps its own places: a finding inside it points at what is written.
    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Read<Node> {
        let Some(node) = self.anchors.get(&anchor) else {
            let message = "an alias inside its own anchor never ends";
            return Err(Problem::new("Y003", span, message));
        };
        let size = Size::of(node);
        if depth + size.height > self.budget.depth() {
            return Err(Problem::too_deep(self.budget.depth(), span));
        }
        // Paid before the copy is made.
        let paid = self.budget.copy(size);
        paid.map_err(|exhausted| Problem::exhausted(exhausted, span))?;
        Ok(node.clone())
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
        let mut entries = Entries::default();
        loop {
            let (event, raw) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(entries.into_value());
            }
            let merges = matches!(
                &event,
                Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<"
            );
            let key = self.key(event, raw, depth)?;
            let (event, raw) = self.next()?;
            let value = self.node(event, raw, depth + 1)?;
            if !merges {
                self.duplicates.extend(entries.write(key, value));
            } else if !entries.merge(value) {
                let message = "`<<` needs a map, or a list of maps";
                return Err(Problem::new("Y008", key.span, message));
            }
        }
    }

    fn key(&mut self, event: Event<'a>, raw: RawSpan, depth: usize) -> Read<Key> {
        let span = self.place(raw);
        let node = self.node(event, raw, depth + 1)?;
        let what = node.kind();
        match scalar::key(node.value) {
            Some(text) => Ok(Key { text, span }),
            None => Err(Problem::new(
                "Y007",
                span,
                format!("{what} cannot be a key"),
            )),
        }
    }

    fn position(&self, marker: Marker) -> Span {
        let (line, column) = match &self.lines {
            Some(lines) => lines.place(marker.index()),
            None => (marker.line().saturating_sub(1), marker.col()),
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
        Span {
            line: number(line).saturating_add(self.above),
            column: number(column),
            length: 1,
        }
    }

    fn place(&self, raw: RawSpan) -> Span {
        let one_line = raw.start.line() == raw.end.line();
        let length = if one_line {
            raw.end.col().saturating_sub(raw.start.col())
        } else {
            1
        };
        Span {
            length: u32::try_from(length.max(1)).unwrap_or(u32::MAX),
            ..self.position(raw.start)
        }
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<NodeValue, String> {
    match tag {
        Some(tag) => scalar::tagged(&format!("{}{}", tag.handle, tag.suffix), text),
        None if style == ScalarStyle::Plain => Ok(scalar::plain(text)),
        None => Ok(NodeValue::Text(text.to_owned())),
    }
}

fn syntax(error: &saphyr_parser::ScanError, span: Span) -> Problem {
    let info = error.info();
    let message = format!("not valid YAML: {info}");
    let problem = Problem::new("Y001", span, message);
    if info.contains("unknown anchor") {
        return problem.hint("an alias can only name an anchor above it in the same document");
    }
    if info.contains("mapping values are not allowed") || info.contains("simple key") {
        return problem.hint("check the indentation, and quote a text that holds `: `");
    }
    problem
}
