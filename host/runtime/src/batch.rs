//! Events as columns: only the fields a plugin asked for, texts as symbols into one table per batch.

use std::borrow::Cow;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use merlon_model::{Event, Field, FieldType, Value, View};

use crate::bindings::exports::merlon::plugin::detector::Batch;
use crate::bindings::merlon::plugin::types::{Column, NumberLists, TextLists};
use crate::manifest::Subscription;

/// The texts of one batch, each once. Symbol 0 is the missing value.
struct Symbols {
    strings: Vec<String>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Symbols {
    fn new() -> Self {
        Self {
            strings: vec![String::new()],
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    fn intern(&mut self, text: Cow<'_, str>) -> u32 {
        let Self {
            strings,
            index,
            hasher,
        } = self;
        let hash = hasher.hash_one(&*text);
        let same = |symbol: &u32| strings.get(*symbol as usize).is_some_and(|s| *s == *text);
        if let Some(symbol) = index.find(hash, same) {
            return *symbol;
        }
        // A batch holds at most some thousand rows; 2^32 distinct texts do not fit in memory.
        let symbol = u32::try_from(strings.len()).unwrap_or(0);
        index.insert_unique(hash, symbol, |symbol| {
            hasher.hash_one(strings.get(*symbol as usize).map_or("", String::as_str))
        });
        strings.push(text.into_owned());
        symbol
    }
}

/// A number that the event does not have, as `wit/merlon.wit` says.
const NO_NUMBER: u64 = u64::MAX;
/// A flag that the event does not have.
const NO_FLAG: u8 = 2;

/// Encodes the rows for one subscription.
pub(crate) fn encode(
    place: u32,
    subscription: &Subscription,
    rows: &[Event],
    ruleset: usize,
) -> Batch {
    let mut symbols = Symbols::new();
    let columns = subscription
        .fields
        .iter()
        .map(|field| column(field, rows, ruleset, &mut symbols))
        .collect();
    Batch {
        subscription: place,
        rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        strings: symbols.strings,
        columns,
    }
}

/// Encodes and drops: what encoding costs alone, for the bench.
#[must_use]
pub fn encode_only(subscription: &Subscription, rows: &[Event]) -> usize {
    encode(0, subscription, rows, 0).strings.len()
}

fn column(field: &Field, rows: &[Event], ruleset: usize, symbols: &mut Symbols) -> Column {
    let values = rows.iter().map(|event| field.read(View { event, ruleset }));
    match field.field_type {
        FieldType::Text => Column::Texts(texts(values, symbols)),
        FieldType::TextList => {
            let mut lists = TextLists {
                ends: Vec::with_capacity(rows.len()),
                items: Vec::new(),
            };
            for value in values {
                if let Value::TextList(items) = value {
                    lists
                        .items
                        .extend(items.into_iter().map(|item| symbols.intern(item)));
                }
                lists
                    .ends
                    .push(u32::try_from(lists.items.len()).unwrap_or(u32::MAX));
            }
            Column::TextLists(lists)
        }
        FieldType::Number => Column::Numbers(
            values
                .map(|value| {
                    if let Value::Number(n) = value {
                        n
                    } else {
                        NO_NUMBER
                    }
                })
                .collect(),
        ),
        FieldType::NumberList => {
            let mut lists = NumberLists {
                ends: Vec::with_capacity(rows.len()),
                items: Vec::new(),
            };
            for value in values {
                if let Value::NumberList(items) = value {
                    lists.items.extend(items);
                }
                lists
                    .ends
                    .push(u32::try_from(lists.items.len()).unwrap_or(u32::MAX));
            }
            Column::NumberLists(lists)
        }
        FieldType::Flag => Column::Flags(
            values
                .map(|value| {
                    if let Value::Flag(flag) = value {
                        u8::from(flag)
                    } else {
                        NO_FLAG
                    }
                })
                .collect(),
        ),
    }
}

/// Neighbouring rows often hold the very same text; comparing with the last one is cheaper than hashing.
fn texts<'a>(values: impl Iterator<Item = Value<'a>>, symbols: &mut Symbols) -> Vec<u32> {
    let mut last: (Cow<'a, str>, u32) = (Cow::Borrowed(""), 0);
    values
        .map(|value| {
            let Value::Text(text) = value else { return 0 };
            if last.1 == 0 || last.0 != text {
                let symbol = symbols.intern(text.clone());
                last = (text, symbol);
            }
            last.1
        })
        .collect()
}
