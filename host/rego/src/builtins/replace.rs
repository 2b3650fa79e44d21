//! `strings.replace_n` as Go's `strings.Replacer` does it: in one pass, so that what was put in is not
//! replaced again.

use regorus::Value;

use super::{Tools, text};

pub(super) fn replace_n(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    let (Some(Value::Object(patterns)), Some(mut rest)) =
        (arguments.first(), text(arguments.get(1)))
    else {
        return Ok(Value::Undefined);
    };
    let mut pairs = Vec::new();
    for (old, new) in patterns.iter_sorted() {
        let (Value::String(old), Value::String(new)) = (old, new) else {
            return Ok(Value::Undefined);
        };
        if !old.is_empty() {
            pairs.push((&**old, &**new));
        }
    }
    // Every position tries every pattern.
    tools.budget.spend(
        "strings.replace_n",
        rest.len().saturating_mul(pairs.len().div_ceil(8)),
    )?;
    let mut result = String::new();
    while let Some(next) = rest.chars().next() {
        if let Some((old, new)) = pairs.iter().find(|(old, _)| rest.starts_with(old)) {
            tools.budget.spend("strings.replace_n", new.len())?;
            result.push_str(new);
            rest = rest.get(old.len()..).unwrap_or_default();
        } else {
            result.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    tools.budget.spend("strings.replace_n", result.len())?;
    Ok(Value::from(result))
}
