//! What the engine's own builtins will produce, in bytes, estimated from their arguments.

use regorus::Value;

use crate::budget::Budget;

type Cost = fn(&[Value], &Budget) -> usize;

/// A value of an array, with its place in the vector.
const ITEM: usize = 24;
/// An entry of a set or object, with its share of the tree.
const ENTRY: usize = 64;
/// The longest whole number that arithmetic and formatting may make: far beyond any honest one.
const DIGITS: usize = 1_024;

pub(super) const COSTS: [(&str, Cost); 48] = [
    ("array.concat", shallow),
    ("array.reverse", shallow),
    ("array.slice", shallow),
    ("base64.decode", texts),
    ("base64.encode", texts),
    ("base64url.decode", texts),
    ("base64url.encode", texts),
    ("base64url.encode_no_pad", texts),
    ("bits.lsh", shift),
    ("concat", concat),
    ("format_int", numbers),
    ("glob.match", glob),
    ("hex.decode", texts),
    ("hex.encode", texts),
    ("indexof_n", pieces),
    ("intersection", nested),
    ("json.filter", nested),
    ("json.is_valid", parsed),
    ("json.marshal", written),
    ("json.marshal_with_options", written),
    ("json.patch", nested),
    ("json.remove", nested),
    ("json.unmarshal", parsed),
    ("lower", texts),
    ("numbers.range", range),
    ("numbers.range_step", range),
    ("object.filter", shallow),
    ("object.keys", shallow),
    ("object.remove", shallow),
    ("object.union", nested),
    ("object.union_n", nested),
    ("product", product),
    ("replace", replace),
    ("sort", shallow),
    ("split", pieces),
    ("strings.reverse", texts),
    ("substring", texts),
    ("sum", sum),
    ("to_number", digits),
    ("trim", texts),
    ("trim_space", texts),
    ("union", nested),
    ("upper", texts),
    ("urlquery.decode", texts),
    ("urlquery.encode", texts),
    ("walk", walked),
    ("yaml.marshal", written),
    ("yaml.unmarshal", parsed),
];

fn length(value: Option<&Value>) -> usize {
    match value {
        Some(Value::String(text)) => text.len(),
        Some(Value::Array(items)) => items.len().saturating_mul(ITEM),
        Some(Value::Set(items)) => items.len().saturating_mul(ENTRY),
        Some(Value::Object(fields)) => fields.len().saturating_mul(ENTRY),
        _ => 0,
    }
}

fn shallow(arguments: &[Value], _: &Budget) -> usize {
    arguments.iter().map(|value| length(Some(value))).sum()
}

/// Case changes and escapes make a text at most four times as long.
fn texts(arguments: &[Value], _: &Budget) -> usize {
    length(arguments.first()).saturating_mul(4)
}

fn pieces(arguments: &[Value], _: &Budget) -> usize {
    let (text, separator) = (length(arguments.first()), length(arguments.get(1)));
    let pieces = text.checked_div(separator).unwrap_or(text) + 1;
    text.saturating_add(pieces.saturating_mul(ITEM + 32))
}

fn concat(arguments: &[Value], _: &Budget) -> usize {
    let separator = length(arguments.first());
    let add = |sum: usize, item: &Value| {
        sum.saturating_add(length(Some(item)))
            .saturating_add(separator)
    };
    match arguments.get(1) {
        Some(Value::Array(items)) => items.iter().fold(0, add),
        Some(Value::Set(items)) => items.iter().fold(0, add),
        _ => 0,
    }
}

fn replace(arguments: &[Value], _: &Budget) -> usize {
    let (text, old) = (length(arguments.first()), length(arguments.get(1)));
    let times = text.checked_div(old).unwrap_or(text + 1);
    text.saturating_add(times.saturating_mul(length(arguments.get(2))))
}

fn range(arguments: &[Value], _: &Budget) -> usize {
    let bound = |place: usize| arguments.get(place).and_then(|value| value.as_i64().ok());
    let (Some(from), Some(to)) = (bound(0), bound(1)) else {
        return usize::MAX;
    };
    let step = bound(2).map_or(1, |step| step.unsigned_abs().max(1));
    usize::try_from(from.abs_diff(to) / step)
        .unwrap_or(usize::MAX)
        .saturating_add(1)
        .saturating_mul(ITEM)
}

fn shift(arguments: &[Value], _: &Budget) -> usize {
    match arguments.get(1).and_then(|value| value.as_u64().ok()) {
        Some(by) if by <= DIGITS as u64 => arguments.first().map_or(0, number),
        Some(_) => usize::MAX,
        None => 0,
    }
}

fn numbers(arguments: &[Value], _: &Budget) -> usize {
    arguments.iter().map(number).fold(0, usize::saturating_add)
}

/// A number that is too long to be printed in time costs everything.
fn number(value: &Value) -> usize {
    match value {
        Value::Number(number) if number.as_f64().is_none_or(f64::is_infinite) => usize::MAX,
        Value::Number(_) => 320,
        _ => 0,
    }
}

fn product(arguments: &[Value], _: &Budget) -> usize {
    match arguments.first() {
        Some(Value::Array(items)) => digits_of(items.iter()),
        Some(Value::Set(items)) => digits_of(items.iter()),
        _ => 0,
    }
}

/// The digits of a product are as many as those of its factors.
fn digits_of<'v>(items: impl Iterator<Item = &'v Value>) -> usize {
    let digits = items.map(|item| match item {
        Value::Number(number) => number
            .as_f64()
            .map_or(f64::MAX, |n| n.abs().max(1.0).log10()),
        _ => 0.0,
    });
    if digits.sum::<f64>() > DIGITS as f64 {
        usize::MAX
    } else {
        DIGITS
    }
}

/// A sum has the digits of its longest number.
fn sum(arguments: &[Value], budget: &Budget) -> usize {
    match arguments.first() {
        Some(Value::Array(items)) => items.iter().map(number).fold(0, usize::max),
        Some(Value::Set(items)) => items.iter().map(number).fold(0, usize::max),
        _ => numbers(arguments, budget),
    }
}

fn digits(arguments: &[Value], _: &Budget) -> usize {
    if length(arguments.first()) > DIGITS {
        usize::MAX
    } else {
        0
    }
}

/// A glob becomes a regex of a few bytes per character.
fn glob(arguments: &[Value], _: &Budget) -> usize {
    if length(arguments.first()) > DIGITS {
        usize::MAX
    } else {
        length(arguments.first()).saturating_mul(64)
    }
}

/// A byte of text (`[[[...`, `0,0,0...`) is at most one value.
fn parsed(arguments: &[Value], _: &Budget) -> usize {
    length(arguments.first()).saturating_mul(ENTRY)
}

fn nested(arguments: &[Value], budget: &Budget) -> usize {
    let mut size = Size::within(budget);
    arguments.iter().for_each(|value| size.add(value, 0));
    size.values.saturating_mul(ENTRY).saturating_add(size.bytes)
}

fn written(arguments: &[Value], budget: &Budget) -> usize {
    let mut size = Size::within(budget);
    arguments
        .first()
        .into_iter()
        .for_each(|value| size.add(value, 0));
    // A control character becomes `\u0000`; a line of indented text starts with its depth.
    let indent = match arguments.get(1) {
        Some(Value::Object(options)) => options.values().map(|v| length(Some(v))).sum(),
        _ => 2,
    };
    size.bytes
        .saturating_mul(6)
        .saturating_add(size.depths.saturating_mul(indent))
        .saturating_add(size.values.saturating_mul(8))
}

fn walked(arguments: &[Value], budget: &Budget) -> usize {
    let mut size = Size::within(budget);
    arguments
        .first()
        .into_iter()
        .for_each(|value| size.add(value, 0));
    size.values
        .saturating_mul(2 * ENTRY)
        .saturating_add(size.depths.saturating_mul(ITEM))
}

/// How much there is in a value, counted until the budget cannot hold it: a value whose parts are shared
/// may stand for more than any memory holds.
struct Size {
    values: usize,
    bytes: usize,
    depths: usize,
    limit: usize,
}

impl Size {
    fn within(budget: &Budget) -> Self {
        Self {
            values: 0,
            bytes: 0,
            depths: 0,
            limit: budget.left(),
        }
    }

    fn add(&mut self, value: &Value, depth: usize) {
        if self.values.saturating_mul(ITEM) > self.limit {
            return;
        }
        self.values += 1;
        self.depths = self.depths.saturating_add(depth);
        match value {
            Value::String(text) => self.bytes = self.bytes.saturating_add(text.len() + 2),
            Value::Number(_) => self.bytes = self.bytes.saturating_add(number(value) / 16),
            Value::Array(items) => items.iter().for_each(|item| self.add(item, depth + 1)),
            Value::Set(items) => items.iter().for_each(|item| self.add(item, depth + 1)),
            Value::Object(fields) => fields.iter().for_each(|(key, item)| {
                self.add(key, depth + 1);
                self.add(item, depth + 1);
            }),
            Value::Null | Value::Bool(_) | Value::Undefined => {}
        }
    }
}
