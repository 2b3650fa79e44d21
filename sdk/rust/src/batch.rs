//! The rows of a batch, read by field name.

use crate::bindings::merlon::plugin::types::{Batch as RawBatch, Column};
use crate::column::{Symbol, TextColumn, flag_of, number_of, numbers_of, symbols_of, text_of};

/// Events of one subscription, in order.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    raw: &'a RawBatch,
    kind: &'a str,
    fields: &'a [String],
}

/// One event of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: Batch<'a>,
    index: u32,
}

/// One hit of one of the plugin's patterns in a file. What was not subscribed to is 0 or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The pattern's id.
    pub pattern: u32,
    /// First byte of the match in the file.
    pub offset: u64,
    /// Bytes matched.
    pub length: u32,
    /// From 1.
    pub line: u32,
    /// From 1, in bytes.
    pub column: u32,
    /// The first capture group, or the whole match.
    pub text: &'a str,
    /// The line around the match.
    pub context: &'a str,
    /// What the bytes of the match were decoded from, as in the field `hits.encoding`; empty for plain
    /// bytes.
    pub encoding: &'a str,
}

impl<'a> Batch<'a> {
    /// A view of what the host sent; `fields` are the subscription's.
    #[must_use]
    pub fn new(raw: &'a RawBatch, kind: &'a str, fields: &'a [String]) -> Self {
        Self { raw, kind, fields }
    }

    /// The kind of its events: `process.exec`.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// The place of its subscription in the manifest.
    #[must_use]
    pub fn subscription(&self) -> u32 {
        self.raw.subscription
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.raw.rows
    }

    /// There are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.rows == 0
    }

    /// Its events, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let batch = *self;
        (0..self.raw.rows).map(move |index| Row { batch, index })
    }

    /// A text field, to be read many times.
    #[must_use]
    pub fn text_column(&self, field: &str) -> TextColumn<'a> {
        TextColumn::new(self.column(field), &self.raw.strings)
    }

    /// The text of a symbol.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> Option<&'a str> {
        text_of(&self.raw.strings, symbol)
    }

    /// Number of different texts, the missing one included.
    #[must_use]
    pub fn symbols(&self) -> usize {
        self.raw.strings.len()
    }

    fn column(&self, field: &str) -> Option<&'a Column> {
        let place = self.fields.iter().position(|name| name == field);
        debug_assert!(
            place.is_some(),
            "the subscription to {} does not ask for the field `{field}`: add it there",
            self.kind
        );
        self.raw.columns.get(place?)
    }
}

impl<'a> Row<'a> {
    /// Its place in the batch.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The batch it belongs to.
    #[must_use]
    pub fn batch(&self) -> Batch<'a> {
        self.batch
    }

    /// A text field.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.batch.text(self.symbol(field))
    }

    /// A text field as its symbol.
    #[must_use]
    pub fn symbol(&self, field: &str) -> Symbol {
        self.batch.text_column(field).symbol(self.index)
    }

    /// A field that lists texts.
    pub fn texts(&self, field: &str) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let strings = &self.batch.raw.strings;
        symbols_of(self.batch.column(field), self.index)
            .iter()
            .map(move |&symbol| text_of(strings, Symbol(symbol)).unwrap_or(""))
    }

    /// A number field.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<u64> {
        number_of(self.batch.column(field), self.index)
    }

    /// A field that lists numbers.
    #[must_use]
    pub fn numbers(&self, field: &str) -> &'a [u64] {
        numbers_of(self.batch.column(field), self.index)
    }

    /// A yes-or-no field.
    #[must_use]
    pub fn flag(&self, field: &str) -> Option<bool> {
        flag_of(self.batch.column(field), self.index)
    }

    /// The hits in the file, in order of offset. The subscription must ask for `hits.pattern`; of the
    /// other `hits.` fields, what it asks for is filled in.
    pub fn hits(&self) -> impl Iterator<Item = Hit<'a>> + use<'a> {
        let row = self.index;
        let batch = self.batch;
        let column = |name: &str| {
            let place = batch.fields.iter().position(|field| field == name)?;
            batch.raw.columns.get(place)
        };
        let offsets = numbers_of(column("hits.offset"), row);
        let lengths = numbers_of(column("hits.length"), row);
        let lines = numbers_of(column("hits.line"), row);
        let columns = numbers_of(column("hits.column"), row);
        let texts = symbols_of(column("hits.text"), row);
        let contexts = symbols_of(column("hits.context"), row);
        let encodings = symbols_of(column("hits.encoding"), row);
        let strings = &batch.raw.strings;
        let small = |list: &[u64], n: usize| {
            list.get(n)
                .map_or(0, |&value| u32::try_from(value).unwrap_or(u32::MAX))
        };
        let text = move |list: &[u32], n: usize| {
            let symbol = Symbol(list.get(n).copied().unwrap_or(0));
            text_of(strings, symbol).unwrap_or("")
        };
        let patterns = numbers_of(batch.column("hits.pattern"), row);
        (0..patterns.len()).map(move |n| Hit {
            pattern: small(patterns, n),
            offset: offsets.get(n).copied().unwrap_or(0),
            length: small(lengths, n),
            line: small(lines, n),
            column: small(columns, n),
            text: text(texts, n),
            context: text(contexts, n),
            encoding: text(encodings, n),
        })
    }
}
