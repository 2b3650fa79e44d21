//! The schema: which fields each kind of event has, and how to read them.
//!
//! Plugins name fields as text at load; from then on a field is a `&'static Field`, and reading it is
//! one call.

use std::borrow::Cow;

use crate::{Body, Event, Hit, Kind, Process};

/// The type of a field's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "the variants are the columns of wit/merlon.wit"
)]
pub enum FieldType {
    Text,
    TextList,
    Number,
    NumberList,
    Flag,
}

/// The value of a field in one event.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// The event has no such value.
    Missing,
    /// UTF-8.
    Text(Cow<'a, str>),
    /// In order.
    TextList(Vec<Cow<'a, str>>),
    /// Unsigned.
    Number(u64),
    /// In order.
    NumberList(Vec<u64>),
    /// Yes or no.
    Flag(bool),
}

/// One event as one ruleset sees it: hits belong to the ruleset that declared the pattern.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The event.
    pub event: &'a Event,
    /// The ruleset's place in the catalogue.
    pub ruleset: usize,
}

/// One field of one kind of event.
pub struct Field {
    /// The name that plugins and prefilters use.
    pub name: &'static str,
    /// The type of its column.
    pub field_type: FieldType,
    /// Meaning and unit.
    pub meaning: &'static str,
    read: for<'a> fn(View<'a>) -> Value<'a>,
}

impl Field {
    /// Reads the field; an event of another kind has it missing.
    #[must_use]
    pub fn read<'a>(&self, view: View<'a>) -> Value<'a> {
        (self.read)(view)
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The fields of a kind.
#[must_use]
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::ProcessExec | Kind::ProcessFork => PROCESS,
        Kind::ProcessExit => EXIT,
        Kind::FileContent => FILE,
        Kind::ImageConfig => IMAGE_CONFIG,
        Kind::Object => OBJECT,
        Kind::Loss => LOSS,
    }
}

/// The field of that name.
#[must_use]
pub fn field(kind: Kind, name: &str) -> Option<&'static Field> {
    fields(kind).iter().find(|field| field.name == name)
}

const fn text(s: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(s))
}

fn number(n: impl Into<u64>) -> Value<'static> {
    Value::Number(n.into())
}

fn texts(list: &[String]) -> Value<'_> {
    Value::TextList(
        list.iter()
            .map(|item| Cow::Borrowed(item.as_str()))
            .collect(),
    )
}

fn known(s: &str) -> Value<'_> {
    if s.is_empty() {
        Value::Missing
    } else {
        text(s)
    }
}

macro_rules! table {
    ($name:ident, $open:ident: [$(($field:literal, $kind:ident, $meaning:literal, $read:expr),)*]) => {
        const $name: &[Field] = &[$(Field {
            name: $field,
            field_type: FieldType::$kind,
            meaning: $meaning,
            read: |view| $open(view, $read),
        },)*];
    };
}

fn process<'a>(view: View<'a>, read: fn(&'a Process) -> Value<'a>) -> Value<'a> {
    view.event.process().map_or(Value::Missing, read)
}

fn container<'a>(process: &'a Process, read: fn(&'a crate::Container) -> Value<'a>) -> Value<'a> {
    process.container.as_ref().map_or(Value::Missing, read)
}

fn view_of<'a>(view: View<'a>, read: fn(View<'a>) -> Value<'a>) -> Value<'a> {
    read(view)
}

fn hits<'a>(view: View<'a>, read: fn(&'a Hit) -> u64) -> Value<'a> {
    match view.event.file() {
        Some(file) => Value::NumberList(file.hits_of(view.ruleset).iter().map(read).collect()),
        None => Value::Missing,
    }
}

fn hit_texts<'a>(view: View<'a>, read: fn(&'a Hit) -> &'a str) -> Value<'a> {
    match view.event.file() {
        Some(file) => Value::TextList(
            file.hits_of(view.ruleset)
                .iter()
                .map(|hit| Cow::Borrowed(read(hit)))
                .collect(),
        ),
        None => Value::Missing,
    }
}

fn file<'a>(view: View<'a>, read: fn(&'a crate::FileEvent) -> Value<'a>) -> Value<'a> {
    view.event.file().map_or(Value::Missing, read)
}

fn object<'a>(view: View<'a>, read: fn(&'a crate::ObjectEvent) -> Value<'a>) -> Value<'a> {
    view.event.object().map_or(Value::Missing, read)
}

fn config<'a>(view: View<'a>, read: fn(&'a crate::ImageConfig) -> Value<'a>) -> Value<'a> {
    match &view.event.body {
        Body::ImageConfig(config) => read(config),
        _ => Value::Missing,
    }
}

fn loss<'a>(view: View<'a>, read: fn(&'a crate::Loss) -> Value<'a>) -> Value<'a> {
    match &view.event.body {
        Body::Loss(loss) => read(loss),
        _ => Value::Missing,
    }
}

fn exit<'a>(view: View<'a>, read: fn(&'a crate::Exit) -> Value<'a>) -> Value<'a> {
    match &view.event.body {
        Body::Exit(exit) => read(exit),
        _ => Value::Missing,
    }
}

fn origin(process: &Process) -> Value<'_> {
    text(match process.origin {
        crate::ExeOrigin::Plain => "plain",
        crate::ExeOrigin::UpperLayer => "upper_layer",
        crate::ExeOrigin::Memfd => "memfd",
    })
}

include!("field_tables.rs");
