//! Objects as Rego values.

use std::collections::BTreeMap;

use regorus::Value;

/// As deep as serde_json reads; deeper documents come only from elsewhere.
const DEPTH: usize = 128;

/// The value of `json`, or nothing when it is nested deeper than a policy can walk.
pub(crate) fn value(json: &serde_json::Value) -> Option<Value> {
    nested(json, DEPTH)
}

fn nested(json: &serde_json::Value, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => number_value(number),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::from(
            items
                .iter()
                .map(|item| nested(item, depth))
                .collect::<Option<Vec<_>>>()?,
        ),
        serde_json::Value::Object(fields) => Value::from(
            fields
                .iter()
                .map(|(key, item)| Some((Value::from(key.as_str()), nested(item, depth)?)))
                .collect::<Option<BTreeMap<_, _>>>()?,
        ),
    })
}

fn number_value(number: &serde_json::Number) -> Value {
    if let Some(whole) = number.as_i64() {
        Value::from(whole)
    } else if let Some(whole) = number.as_u64() {
        Value::from(whole)
    } else {
        number.as_f64().map_or(Value::Null, Value::from)
    }
}

/// An object of the named fields.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(
        fields
            .into_iter()
            .map(|(key, value)| (Value::from(key), value))
            .collect::<BTreeMap<_, _>>(),
    )
}

/// The text of the field, empty when it is none.
pub(crate) fn text<'j>(json: &'j serde_json::Value, path: &[&str]) -> &'j str {
    path.iter()
        .try_fold(json, |value, key| value.get(key))
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
}
