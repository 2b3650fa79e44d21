//! What a ruleset asks for: capabilities, event fields, memory and time.

use std::collections::BTreeSet;

use merlon_model::{Kind, fields};
use merlon_yaml::Node;

use crate::capability::Capability;
use crate::document::{Document, plain};
use crate::limits::{RulesetLimits, parse_duration};

pub(crate) fn requires(document: &mut Document<'_>, tree: &Node) -> (Vec<Capability>, Vec<String>) {
    let Some(node) = Document::present(tree, "requires") else {
        return Default::default();
    };
    let known = ["capabilities", "fields"];
    if !document.expect_map(node, "`requires`", &known) {
        return Default::default();
    }
    let capabilities = capabilities(document, node, "capabilities");
    let names: BTreeSet<&str> = Kind::ALL
        .into_iter()
        .flat_map(fields)
        .map(|field| field.name)
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let wanted = document.texts(node, "fields");
    for field in &wanted {
        if !names.contains(&&*field.text) {
            document.wrong_word(field, "event field", &names);
        }
    }
    (capabilities, plain(wanted))
}

/// Reads a list of capabilities.
#[must_use]
pub fn capabilities(document: &mut Document<'_>, map: &Node, key: &str) -> Vec<Capability> {
    let mut found = Vec::new();
    for word in document.texts(map, key) {
        match Capability::parse(&word.text) {
            Some(capability) if !found.contains(&capability) => found.push(capability),
            Some(_) => {}
            None => {
                let names = Capability::ALL.map(Capability::name);
                document.wrong_word(&word, "capability", &names);
            }
        }
    }
    found
}

/// Reads `memory` and `deadline`.
#[must_use]
pub fn limits(document: &mut Document<'_>, node: &Node) -> RulesetLimits {
    if !document.expect_map(node, "`limits`", &["memory", "deadline"]) {
        return RulesetLimits::default();
    }
    RulesetLimits {
        memory: document.size(node, "memory"),
        deadline: document.parsed(node, "deadline", parse_duration),
    }
}
