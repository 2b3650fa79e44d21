//! Running a plugin inside `cargo test`: rows by field name in, findings by rule id out.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::Plugin;
use crate::bindings::merlon::plugin::process::Ancestor;
use crate::bindings::merlon::plugin::types::{
    Batch as RawBatch, Column, Finding as RawFinding, Manifest, NumberLists, TextLists,
};
use crate::fake::{RowWorld, World, with_world};
use crate::instance::Instance;
use crate::json::Value as Json;

/// A plugin and the world around it.
#[derive(Debug)]
pub struct Harness<P> {
    instance: Instance<P>,
    manifest: Manifest,
}

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the variants are the columns of wit/merlon.wit"
)]
pub enum Value {
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Numbers(Vec<u64>),
    Flag(bool),
}

/// One event.
#[derive(Debug, Clone, Default)]
pub struct TestRow {
    fields: BTreeMap<String, Value>,
    world: RowWorld,
}

/// A finding, with its rule's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The rule that spoke.
    pub rule: String,
    finding: RawFinding,
}

impl Answer {
    /// What it says under that key.
    #[must_use]
    pub fn evidence(&self, key: &str) -> Option<&str> {
        let mut pairs = self.finding.evidence.iter();
        pairs
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}

impl Deref for Answer {
    type Target = RawFinding;

    fn deref(&self) -> &RawFinding {
        &self.finding
    }
}

impl<P: Plugin> Harness<P> {
    /// A plugin with these settings, in a fresh world.
    ///
    /// # Errors
    /// The plugin refuses the settings.
    pub fn start(settings: &str) -> Result<Self, String> {
        with_world(|world| *world = World::default());
        let (instance, manifest) = Instance::start(settings)?;
        Ok(Self { instance, manifest })
    }

    /// What the plugin said about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Shows the rows, as one batch, to every subscription of that kind. Prefilters are the host's and
    /// are not applied.
    ///
    /// # Errors
    /// Nothing subscribes to the kind, or the plugin cannot answer.
    pub fn judge(&mut self, kind: &str, rows: &[TestRow]) -> Result<Vec<Answer>, String> {
        with_world(|world| world.rows = rows.iter().map(|row| row.world.clone()).collect());
        let subscriptions = self.manifest.subscriptions.iter().zip(0u32..);
        let batches: Vec<RawBatch> = subscriptions
            .filter(|(subscription, _)| subscription.kind == kind)
            .map(|(subscription, place)| batch_of(place, &subscription.fields, rows))
            .collect();
        if batches.is_empty() {
            return Err(format!("no subscription to {kind}"));
        }
        let mut answers = Vec::new();
        for batch in batches {
            let findings = self.instance.evaluate(&batch)?;
            answers.extend(findings.into_iter().map(|finding| self.answer(finding)));
        }
        Ok(answers)
    }

    fn answer(&self, finding: RawFinding) -> Answer {
        let rule = self.manifest.rules.get(finding.rule as usize);
        Answer {
            rule: rule.map(|rule| rule.id.clone()).unwrap_or_default(),
            finding,
        }
    }
}

impl TestRow {
    /// An event without values, at time 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields of a JSON object; names may contain dots, numbers are unsigned, nulls are missing.
    #[must_use]
    pub fn from_json(object: &Json) -> Self {
        let fields = object.as_object().into_iter().flatten();
        Self {
            fields: fields
                .filter_map(|(name, value)| Some((name.clone(), Value::from_json(value)?)))
                .collect(),
            world: RowWorld::default(),
        }
    }

    /// Gives a field a value.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// When it happened, in milliseconds.
    #[must_use]
    pub fn at(mut self, time: u64) -> Self {
        self.world.time = time;
        self
    }

    /// The bytes of its file.
    #[must_use]
    pub fn content(mut self, bytes: &[u8]) -> Self {
        self.world.content = Some(bytes.to_vec());
        self
    }

    /// The ancestors of its process, parent first.
    #[must_use]
    pub fn ancestors(mut self, ancestors: Vec<Ancestor>) -> Self {
        self.world.ancestors = ancestors;
        self
    }
}

impl Value {
    fn from_json(value: &Json) -> Option<Self> {
        Some(match value {
            Json::String(text) => Self::Text(text.clone()),
            Json::Bool(flag) => Self::Flag(*flag),
            Json::Number(number) => Self::Number(number.as_u64()?),
            Json::Array(items) => match items.iter().map(Json::as_u64).collect() {
                Some(numbers) if !items.is_empty() => Self::Numbers(numbers),
                _ => Self::Texts(
                    items
                        .iter()
                        .map(|item| item.as_str().unwrap_or_default().to_owned())
                        .collect(),
                ),
            },
            Json::Null | Json::Object(_) => return None,
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[&str]> for Value {
    fn from(texts: &[&str]) -> Self {
        Self::Texts(texts.iter().map(|&text| text.to_owned()).collect())
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(texts: [&str; N]) -> Self {
        Self::from(texts.as_slice())
    }
}

impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<Vec<u64>> for Value {
    fn from(numbers: Vec<u64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// The table of texts of a batch under construction.
struct Strings(Vec<String>);

impl Strings {
    fn symbol(&mut self, text: &str) -> u32 {
        let known = self.0.iter().skip(1).position(|known| known == text);
        let place = known.map_or(self.0.len(), |place| place + 1);
        if known.is_none() {
            self.0.push(text.to_owned());
        }
        u32::try_from(place).unwrap_or(0)
    }
}

fn batch_of(subscription: u32, fields: &[String], rows: &[TestRow]) -> RawBatch {
    let mut strings = Strings(vec![String::new()]);
    let columns = fields
        .iter()
        .map(|field| {
            let values: Vec<Option<&Value>> =
                rows.iter().map(|row| row.fields.get(field)).collect();
            column_of(&values, &mut strings)
        })
        .collect();
    RawBatch {
        subscription,
        rows: length(rows),
        strings: strings.0,
        columns,
    }
}

/// The first value that is not missing decides the type; one of another type is missing.
fn column_of(values: &[Option<&Value>], strings: &mut Strings) -> Column {
    match values.iter().find_map(|value| *value) {
        None | Some(Value::Text(_)) => Column::Texts(
            values
                .iter()
                .map(|value| match value {
                    Some(Value::Text(text)) => strings.symbol(text),
                    _ => 0,
                })
                .collect(),
        ),
        Some(Value::Texts(_)) => {
            let mut lists = TextLists {
                ends: Vec::new(),
                items: Vec::new(),
            };
            for value in values {
                if let Some(Value::Texts(texts)) = value {
                    lists
                        .items
                        .extend(texts.iter().map(|text| strings.symbol(text)));
                }
                lists.ends.push(length(&lists.items));
            }
            Column::TextLists(lists)
        }
        Some(Value::Number(_)) => Column::Numbers(
            values
                .iter()
                .map(|value| match value {
                    Some(Value::Number(number)) => *number,
                    _ => u64::MAX,
                })
                .collect(),
        ),
        Some(Value::Numbers(_)) => {
            let mut lists = NumberLists {
                ends: Vec::new(),
                items: Vec::new(),
            };
            for value in values {
                if let Some(Value::Numbers(numbers)) = value {
                    lists.items.extend(numbers);
                }
                lists.ends.push(length(&lists.items));
            }
            Column::NumberLists(lists)
        }
        Some(Value::Flag(_)) => Column::Flags(
            values
                .iter()
                .map(|value| match value {
                    Some(Value::Flag(flag)) => u8::from(*flag),
                    _ => 2,
                })
                .collect(),
        ),
    }
}

fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
