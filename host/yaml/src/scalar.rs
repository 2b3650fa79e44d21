//! Scalars as Kubernetes reads them: sigs.k8s.io/yaml, which is go-yaml v2 and YAML 1.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Number;

use crate::node::NodeValue;

/// What an unquoted scalar means.
pub(crate) fn plain(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            NodeValue::Bool(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            NodeValue::Bool(false)
        }
        _ => number(text).map_or_else(|| NodeValue::Text(text.to_owned()), NodeValue::Number),
    }
}

/// What a scalar with a tag means; the error says what it cannot be.
pub(crate) fn tagged(tag: &str, text: &str) -> Result<NodeValue, String> {
    let Some(standard) = tag.strip_prefix("tag:yaml.org,2002:") else {
        return Ok(NodeValue::Text(text.to_owned()));
    };
    let value = match standard {
        "binary" => return binary(text),
        "int" | "float" | "bool" | "null" => plain(text),
        _ => return Ok(NodeValue::Text(text.to_owned())),
    };
    let fits = match (&value, standard) {
        (NodeValue::Null, "null") | (NodeValue::Bool(_), "bool") => true,
        // `1.0` has become the integer 1 by now, which is what Kubernetes sees too.
        (NodeValue::Number(number), "int") => !number.is_f64() && !text.contains('.'),
        (NodeValue::Number(_), "float") => true,
        _ => false,
    };
    if fits {
        Ok(value)
    } else {
        Err(format!("`{text}` cannot be read as !!{standard}"))
    }
}

fn binary(text: &str) -> Result<NodeValue, String> {
    let packed: String = text.split_ascii_whitespace().collect();
    match STANDARD.decode(packed) {
        Ok(bytes) => Ok(NodeValue::Text(
            String::from_utf8_lossy(&bytes).into_owned(),
        )),
        Err(error) => Err(format!("the !!binary is not base64: {error}")),
    }
}

/// The text of a key: Kubernetes turns every scalar key into text, after reading it as a value.
pub(crate) fn key(value: NodeValue) -> Option<String> {
    match value {
        NodeValue::Text(text) => Some(text),
        NodeValue::Bool(flag) => Some(flag.to_string()),
        NodeValue::Number(number) => Some(number.to_string()),
        NodeValue::Null | NodeValue::List(_) | NodeValue::Map(_) => None,
    }
}

/// A float as Go writes it into JSON: without a fraction when it has none.
pub(crate) fn float(value: f64) -> Option<Number> {
    /// Below it, every whole f64 is one i64.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "whole and in range")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if first == b'.' {
        // A float that begins with its point may not hold `_`.
        return is_float(text).then(|| text.parse().ok().and_then(float))?;
    }
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-')) {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| {
        let value: f64 = is_float(&digits).then(|| digits.parse().ok())??;
        float(value)
    })
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        Some(_) if digits.starts_with('0') => (8, digits),
        _ => (10, digits),
    };
    // `from_str_radix` would take a second sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        0i64.checked_sub_unsigned(value).map(Number::from)
    } else {
        Some(value.into())
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mantissa = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if exponent.is_empty() || !digits(exponent) {
                return false;
            }
            mantissa
        }
        None => unsigned,
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::node::{Node, Span};

    fn json_of(value: NodeValue) -> Value {
        let span = Span::default();
        Node { span, value }.to_json()
    }

    /// Every line was read off sigs.k8s.io/yaml 1.4.0.
    #[test]
    fn scalars_are_read_as_kubernetes_reads_them() {
        let cases: Value = serde_json::from_str(r#"{
            "yes": true, "YES": true, "yEs": "yEs", "on": true, "oN": "oN", "Off": false, "y": true,
            "N": false, "tRue": "tRue", "0600": 384, "0o600": 384, "0O17": 15, "0x1F": 31, "0X1F": 31,
            "+0x1f": 31, "-0x1f": -31, "0b101": 5, "-0b101": -5, "0b2": "0b2", "1_000": 1000,
            "1_0.5": 10.5, "08": 8, "09.5": 9.5, "1e3": 1000, "1.0": 1, ".5": 0.5, "5.": 5, "+5": 5,
            "+.5": 0.5, "-.5": -0.5, "-0": 0, "-0.0": 0, "1e400": "1e400", "0x": "0x", "0_": 0,
            "1__2": 12, "_1": "_1", "00": 0, "12345678901234567890": 12345678901234567890,
            "0xFFFFFFFFFFFFFFFF": 18446744073709551615, "-9223372036854775808": -9223372036854775808, "2001-01-01": "2001-01-01",
            "190:20:30": "190:20:30", "1e-7": 1e-7, "1.e5": 100000, "1e+5": 100000, "0x1p4": "0x1p4",
            "1_e3": 1000, "-017": -15, "0x_1f": 31, ".e5": ".e5", ".1e5": 10000, "._5": "._5",
            "+": "+", "-": "-", "0.1.2": "0.1.2", "1e": "1e", ".": ".", "...": "...", "=": "=", "~": null,
            "nUll": "nUll", "10m": "10m", "+-5": "+-5", "0x-1": "0x-1"
        }"#).unwrap();
        for (text, wanted) in cases.as_object().unwrap() {
            assert_eq!(&json_of(plain(text)), wanted, "{text}");
        }
    }

    #[test]
    fn a_tag_decides_what_a_scalar_is() {
        let standard = |tag: &str, text: &str| tagged(&format!("tag:yaml.org,2002:{tag}"), text);
        for (tag, text, wanted) in [
            ("str", "yes", json!("yes")),
            ("str", "~", json!("~")),
            ("int", "3", json!(3)),
            ("float", "3", json!(3)),
            ("bool", "yes", json!(true)),
            ("null", "", json!(null)),
            ("binary", "aGVs\n bG8=", json!("hello")),
            ("timestamp", "2001-01-01", json!("2001-01-01")),
            ("python/none", "x", json!("x")),
        ] {
            assert_eq!(
                json_of(standard(tag, text).unwrap()),
                wanted,
                "{tag} {text}"
            );
        }
        assert_eq!(json_of(tagged("!foo", "12").unwrap()), json!("12"));
        for (tag, text) in [
            ("int", "3.0"),
            ("int", "abc"),
            ("null", "x"),
            ("bool", "3"),
            ("binary", "*"),
        ] {
            assert!(standard(tag, text).is_err(), "{tag} {text}");
        }
    }
}
