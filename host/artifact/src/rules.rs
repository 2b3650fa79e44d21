//! The rules that `ruleset.yaml` describes.

use std::collections::BTreeMap;

use merlon_model::{Confidence, Rule, Severity};
use merlon_yaml::Node;

use crate::document::{Document, plain};

/// Lower-case words joined by `-`.
pub(crate) fn name(document: &mut Document<'_>, tree: &Node, what: &str) -> String {
    let Some(found) = document.required_text(tree, "id", what) else {
        return String::new();
    };
    if !is_name(&found.text) {
        let message = format!("`{}` is no id of {what}", found.text);
        let hint = "lower-case words and digits, joined by `-`";
        document.error_with_hint(found.span, message, hint);
    }
    found.text
}

pub(crate) fn rules(document: &mut Document<'_>, tree: &Node) -> Vec<Rule> {
    let Some(node) = Document::present(tree, "rules") else {
        return Vec::new();
    };
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let items = document.list(node, "`rules`");
    let mut rules = Vec::with_capacity(items.len());
    for item in items {
        let Some(rule) = rule(document, item) else {
            continue;
        };
        let span = item.field("id").map_or(item.span, |id| id.span);
        if let Some(line) = seen.insert(rule.id.to_string(), span.line) {
            let message = format!("the rule `{}` stands here a second time", rule.id);
            let hint = format!("first on line {line}");
            document.error_with_hint(span, message, hint);
        }
        rules.push(rule);
    }
    rules
}

fn rule(document: &mut Document<'_>, node: &Node) -> Option<Rule> {
    const KEYS: [&str; 9] = [
        "id",
        "title",
        "severity",
        "confidence",
        "attack",
        "controls",
        "remediation",
        "references",
        "kinds",
    ];
    if !document.expect_map(node, "a rule", &KEYS) {
        return None;
    }
    if Document::present(node, "severity").is_none() {
        document.error(node.span, "a rule needs `severity`");
    }
    let severities = Severity::ALL.map(|severity| (severity.name(), severity));
    let confidences = [
        ("low", Confidence::Low),
        ("medium", Confidence::Medium),
        ("high", Confidence::High),
    ];
    Some(Rule {
        id: name(document, node, "a rule").into(),
        title: required(document, node, "title", "a rule"),
        severity: document
            .word(node, "severity", &severities)
            .unwrap_or(Severity::Medium),
        confidence: document
            .word(node, "confidence", &confidences)
            .unwrap_or_default(),
        attack: plain(document.texts(node, "attack")),
        controls: plain(document.texts(node, "controls")),
        remediation: optional(document, node, "remediation"),
        references: plain(document.texts(node, "references")),
        kinds: plain(document.texts(node, "kinds")),
    })
}

fn optional(document: &mut Document<'_>, tree: &Node, key: &str) -> String {
    let found = document.text(tree, key);
    found.map(|found| found.text).unwrap_or_default()
}

pub(crate) fn required(document: &mut Document<'_>, tree: &Node, key: &str, what: &str) -> String {
    let found = document.required_text(tree, key, what);
    found.map(|found| found.text).unwrap_or_default()
}

fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= 64 && text.split('-').all(is_word)
}
