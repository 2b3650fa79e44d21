//! JSON with places. YAML readers take most JSON but not all of it: surrogate pairs, long keys and a
//! stream of objects are JSON alone.

use serde_json::Number;

use crate::limits::Budget;
use crate::map::{Duplicate, Entries};
use crate::node::{Key, Node, NodeValue, Span};
use crate::scalar;
use crate::tree::{Problem, Read};

/// Does the text begin as JSON does?
pub(crate) fn begins(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The values of a text, one after the other.
pub(crate) struct Reader<'a, 'b> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
    budget: &'b mut Budget,
    pub(crate) duplicates: Vec<Duplicate>,
    pub(crate) documents: Vec<Node>,
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(crate) fn new(text: &'a str, above: u32, budget: &'b mut Budget) -> Self {
        Self {
            text,
            at: 0,
            line: above.saturating_add(1),
            column: 1,
            budget,
            duplicates: Vec::new(),
            documents: Vec::new(),
        }
    }

    pub(crate) fn read(&mut self) -> Read<()> {
        self.space();
        while self.peek().is_some() {
            let node = self.value(0)?;
            self.documents.push(node);
            self.space();
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        match self.peek() {
            Some(b'\n') => {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            }
            // Only the first byte of a character moves the column.
            Some(byte) if byte & 0xC0 != 0x80 => self.column = self.column.saturating_add(1),
            _ => {}
        }
        self.at += 1;
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step();
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.step();
        }
        there
    }

    fn here(&self) -> Span {
        Span {
            line: self.line,
            column: self.column,
            length: 1,
        }
    }

    /// From a start to here, on one line.
    fn since(&self, start: Span) -> Span {
        let length = if self.line == start.line {
            self.column.saturating_sub(start.column).max(1)
        } else {
            1
        };
        Span { length, ..start }
    }

    fn wrong<T>(&self, wanted: &str) -> Read<T> {
        let message = format!("not valid JSON: {wanted} is missing here");
        Err(Problem::new("Y001", self.here(), message))
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        let start = self.here();
        let paid = self.budget.node();
        paid.map_err(|exhausted| Problem::exhausted(exhausted, start))?;
        if depth > self.budget.depth() {
            return Err(Problem::too_deep(self.budget.depth(), start));
        }
        let value = match self.peek() {
            Some(b'{') => return self.map(start, depth),
            Some(b'[') => return self.list(start, depth),
            Some(b'"') => NodeValue::Text(self.string()?),
            Some(b't') => self.word("true", NodeValue::Bool(true))?,
            Some(b'f') => self.word("false", NodeValue::Bool(false))?,
            Some(b'n') => self.word("null", NodeValue::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return self.wrong("a value"),
        };
        let span = self.since(start);
        Ok(Node { span, value })
    }

    fn word(&mut self, word: &str, value: NodeValue) -> Read<NodeValue> {
        for byte in word.bytes() {
            if !self.eat(byte) {
                return self.wrong(&format!("`{word}`"));
            }
        }
        Ok(value)
    }

    fn number(&mut self) -> Read<NodeValue> {
        let start = self.at;
        while matches!(
            self.peek(),
            Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
        ) {
            self.step();
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        // serde_json knows JSON's grammar of numbers; only the spelling of whole floats is Go's.
        match serde_json::from_str::<Number>(text) {
            Ok(number) if number.is_f64() => {
                let whole = number.as_f64().and_then(scalar::float);
                Ok(NodeValue::Number(whole.unwrap_or(number)))
            }
            Ok(number) => Ok(NodeValue::Number(number)),
            Err(_) => self.wrong("a number"),
        }
    }

    fn string(&mut self) -> Read<String> {
        let (start, place) = (self.at, self.here());
        self.step();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.step();
                    self.step();
                }
                Some(byte) if byte >= 0x20 => self.step(),
                _ => return self.wrong("`\"`"),
            }
        }
        self.step();
        let text = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(text).map_err(|error| {
            let message = format!("not valid JSON: {error}");
            Problem::new("Y001", self.since(place), message)
        })
    }

    fn list(&mut self, start: Span, depth: usize) -> Read<Node> {
        self.step();
        self.space();
        let mut items = Vec::new();
        if !self.eat(b']') {
            loop {
                self.space();
                items.push(self.value(depth + 1)?);
                self.space();
                if self.eat(b']') {
                    break;
                }
                if !self.eat(b',') {
                    return self.wrong("`,` or `]`");
                }
            }
        }
        let value = NodeValue::List(items);
        Ok(Node { span: start, value })
    }

    fn map(&mut self, start: Span, depth: usize) -> Read<Node> {
        self.step();
        self.space();
        let mut entries = Entries::default();
        if !self.eat(b'}') {
            loop {
                self.space();
                let (key, value) = self.entry(depth)?;
                self.duplicates.extend(entries.write(key, value));
                self.space();
                if self.eat(b'}') {
                    break;
                }
                if !self.eat(b',') {
                    return self.wrong("`,` or `}`");
                }
            }
        }
        let value = entries.into_value();
        Ok(Node { span: start, value })
    }

    fn entry(&mut self, depth: usize) -> Read<(Key, Node)> {
        if self.peek() != Some(b'"') {
            return self.wrong("a key in quotes");
        }
        let start = self.here();
        let text = self.string()?;
        let span = self.since(start);
        self.space();
        if !self.eat(b':') {
            return self.wrong("`:`");
        }
        self.space();
        let value = self.value(depth + 1)?;
        Ok((Key { text, span }, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn read(text: &str) -> Read<Vec<Node>> {
        let mut budget = Budget::new(&Limits::default());
        let mut reader = Reader::new(text, 0, &mut budget);
        reader.read()?;
        Ok(reader.documents)
    }

    #[test]
    fn json_is_read_as_json_with_the_places_of_its_keys() {
        let text = "{\n\t\"a\": [1, -2.50, 3.0, true, null],\n\t\"b\\n\": {\"é\": \"\\ud83d\\ude00\\/\"}\n}\n{}";
        let documents = read(text).unwrap();
        assert_eq!(documents.len(), 2);
        let first = documents.first().unwrap();
        let wanted = serde_json::json!({"a": [1, -2.5, 3, true, null], "b\n": {"é": "😀/"}});
        assert_eq!(first.to_json(), wanted);
        let place = first.place("[\"b\n\"].é");
        assert_eq!((place.line, place.column, place.length), (3, 10, 3));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, column) in [
            ("{\"a\": 1,}", 9),
            ("[1 2]", 4),
            ("{a: 1}", 2),
            ("[\"x", 4),
            ("[01]", 4),
            ("[tru]", 5),
        ] {
            assert_eq!(read(text).unwrap_err().span.column, column, "{text}");
        }
    }
}
