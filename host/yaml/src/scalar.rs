//! Plain scalars as Kubernetes reads them: YAML 1.1 booleans, octal and hexadecimal integers.
//!
//! sigs.k8s.io/yaml reads with go-yaml v2: `yes`, `no`, `on`, `off` are booleans, `y` and `n` are not.

use serde_json::Number;

use crate::node::NodeValue;

/// What an unquoted scalar means.
pub(crate) fn plain(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeValue::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return NodeValue::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return NodeValue::Bool(false);
        }
        _ => {}
    }
    match number(text) {
        Some(number) => NodeValue::Number(number),
        None => NodeValue::Text(text.to_owned()),
    }
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits))
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = if let Some(hex) = digits.strip_prefix("0x") {
        (16, hex)
    } else if let Some(binary) = digits.strip_prefix("0b") {
        (2, binary)
    } else if let Some(octal) = digits.strip_prefix("0o") {
        (8, octal)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(value.into());
    }
    // -2^63 has no positive twin.
    0i64.checked_sub_unsigned(value).map(Number::from)
}

fn float(text: &str) -> Option<Number> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let plausible = unsigned
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_digit() || b == b'.');
    if !plausible {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::node::{Node, Span};

    #[test]
    fn scalars_are_read_as_kubernetes_reads_them() {
        for (text, wanted) in [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("y", json!("y")),
            ("0600", json!(384)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("-12", json!(-12)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1_000", json!(1000)),
            ("1.5e3", json!(1500.0)),
            ("~", json!(null)),
            ("1.2.3", json!("1.2.3")),
            ("10m", json!("10m")),
            ("2024-01-01", json!("2024-01-01")),
            ("-", json!("-")),
            ("089", json!(89.0)),
        ] {
            let node = Node {
                span: Span::default(),
                value: plain(text),
            };
            assert_eq!(node.to_json(), wanted, "{text}");
        }
    }
}
