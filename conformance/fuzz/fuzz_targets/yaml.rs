//! Any text as YAML: it is read within its limits, every place lies in the text, and what is JSON means
//! the same to us as to a parser of JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merlon_yaml::{Limits, Node, NodeValue, Span, parse};
use serde_json::Value;

const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    nodes: 1 << 14,
    depth: 64,
    expansion: 1 << 18,
};

fuzz_target!(|text: &str| {
    let read = parse(text, "fuzz.yaml", &LIMITS);
    let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap();
    let within = |span: Span| (1..=lines + 1).contains(&span.line) && span.column > 0;
    let mut nodes = 0;
    for document in &read.documents {
        check(document, 0, &mut nodes, &within);
    }
    assert!(nodes <= LIMITS.nodes, "{nodes} nodes");
    for problem in &read.problems {
        assert!(problem.span.is_none_or(within), "{problem:?}");
        assert!(!problem.to_string().is_empty());
    }
    if let Ok(value) = serde_json::from_str::<Value>(text)
        && read.problems.is_empty()
        && (value.is_object() || value.is_array())
    {
        assert_eq!(read.documents.len(), 1);
        assert_eq!(read.documents[0].to_json(), as_go_writes(value));
    }
});

/// `2.0` is `2`, as in what Kubernetes makes of YAML.
fn as_go_writes(value: Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(as_go_writes).collect(),
        Value::Object(entries) => {
            let entries = entries.into_iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key, as_go_writes(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn check(node: &Node, depth: usize, nodes: &mut usize, within: &impl Fn(Span) -> bool) {
    *nodes += 1;
    assert!(depth <= LIMITS.depth, "depth {depth}");
    assert!(within(node.span), "{:?}", node.span);
    match &node.value {
        NodeValue::List(items) => {
            for item in items {
                check(item, depth + 1, nodes, within);
            }
        }
        NodeValue::Map(entries) => {
            for (key, item) in entries {
                assert!(within(key.span), "{key:?}");
                check(item, depth + 1, nodes, within);
            }
        }
        _ => {}
    }
}
