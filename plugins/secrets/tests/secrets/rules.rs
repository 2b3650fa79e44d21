//! Every rule finds its example and not its counter-example.

use std::collections::BTreeSet;

use merlon_plugin_secrets::base64::decode;
use merlon_plugin_secrets::rules::{self, Rank};
use regex_lite::Regex;

use crate::scanner::{Scanner, documents};

/// Found by the judge of another rule.
const WITHOUT_PATTERN: &str = "kubernetes-service-account-token";

#[test]
fn every_rule_finds_its_example_and_not_its_counter_example() {
    let mut scanner = Scanner::new("{}");
    let mut wrong = Vec::new();
    for rule in documents("rules") {
        let id = rule["id"].as_str().unwrap();
        if id == WITHOUT_PATTERN {
            continue;
        }
        // Of `**/{a,b}`, a file called `a`; of `{a[[]*,b}`, one called `a[0]`.
        let glob = rule["files"].as_str().unwrap_or("**/{example,}");
        let name = glob.split(['{', ',']).nth(1).unwrap();
        let path = format!("root/{}", name.replace("[[]*", "[0]"));
        let mut found = |field: &str| -> Vec<String> {
            let Some(content) = rule[field].as_str() else {
                return vec!["nothing to read".to_owned()];
            };
            let bytes = match content.strip_prefix("base64:") {
                Some(base64) => decode(base64).unwrap(),
                None => content.as_bytes().to_vec(),
            };
            let (_, answers) = scanner.scan_as("text", &path, &bytes);
            answers.iter().map(|answer| answer.rule.clone()).collect()
        };
        let example = found("example");
        if example != [id] {
            wrong.push(format!("{id}: its example gives {example:?}"));
        }
        let counter = found("counter_example");
        if counter
            .iter()
            .any(|rule| rule == id || rule == "nothing to read")
        {
            wrong.push(format!("{id}: its counter-example gives {counter:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_more_than_220_rules_and_each_says_how_to_rotate_and_where() {
    let rules = rules::shipped().unwrap();
    assert!(rules.len() >= 220, "{}", rules.len());
    let poor: Vec<_> = rules
        .iter()
        .filter(|rule| rule.rotate.len() < 20 || rule.page.is_empty() || rule.vendor.is_empty())
        .map(|rule| &rule.id)
        .collect();
    assert!(poor.is_empty(), "{poor:?}");
}

#[test]
fn every_example_holds_a_keyword_of_its_rule_and_matches_the_pattern_in_an_object() {
    let mut wrong = Vec::new();
    let documents = documents("rules");
    for rule in rules::shipped().unwrap() {
        let one = documents.iter().find(|one| one["id"] == rule.id.as_str());
        let Some(example) = one.and_then(|one| one["example"].as_str()) else {
            continue;
        };
        // Objects hold no bytes but those of texts.
        if example.starts_with("base64:") {
            continue;
        }
        let lower = example.to_ascii_lowercase();
        let mut words = rule.keywords.iter();
        if !words.any(|word| word.len() >= 3 && lower.contains(&word.to_ascii_lowercase())) {
            wrong.push(format!("{}: no keyword", rule.id));
        }
        let patterns: Result<Vec<Regex>, _> =
            rule.patterns.iter().map(|one| Regex::new(one)).collect();
        match patterns {
            Ok(patterns) if patterns.iter().any(|one| one.is_match(example)) => {}
            Ok(_) => wrong.push(format!("{}: no match", rule.id)),
            Err(error) => wrong.push(format!("{}: {error}", rule.id)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_file_holds_the_token_of_a_vendor_as_it_stands() {
    let mut scanner = Scanner::new("{}");
    let rules = rules::shipped().unwrap();
    let vendors = |id: &str| {
        let mut rules = rules.iter();
        rules.any(|rule| rule.id == id && rule.rank <= Rank::Named)
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["rules", "cases"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let content = std::fs::read_to_string(&path).unwrap();
            let (_, answers) = scanner.scan("x.yaml", &content);
            let vendors = answers.iter().filter(|answer| vendors(&answer.rule));
            let lines = vendors.map(|answer| {
                let line = answer.location.unwrap().line.unwrap();
                format!("{}:{line}: {}", path.display(), answer.rule)
            });
            found.extend(lines);
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
