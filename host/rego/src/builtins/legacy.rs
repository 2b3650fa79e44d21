//! Builtins of Rego v0, and `trace`.

use regorus::Value;

use super::Tools;

pub(super) fn any(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(match arguments.first() {
        Some(Value::Array(items)) => items.iter().any(|item| *item == Value::Bool(true)).into(),
        Some(Value::Set(items)) => items.contains(&Value::Bool(true)).into(),
        _ => Value::Undefined,
    })
}

pub(super) fn all(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(match arguments.first() {
        Some(Value::Array(items)) => items.iter().all(|item| *item == Value::Bool(true)).into(),
        Some(Value::Set(items)) => items.iter().all(|item| *item == Value::Bool(true)).into(),
        _ => Value::Undefined,
    })
}

pub(super) fn set_diff(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(match arguments {
        [Value::Set(left), Value::Set(right)] => left.difference(right).into_value(),
        _ => Value::Undefined,
    })
}

/// Nobody listens.
pub(super) fn trace(_: &Tools, _: &[Value]) -> anyhow::Result<Value> {
    Ok(Value::Bool(true))
}
