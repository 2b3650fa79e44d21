//! Every case of the ruleset: the host's matcher looks for the patterns, the plugin judges, and no
//! finding repeats a secret.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::Path;

use merlon_matching::{Budget, CaseRule, Pattern, PatternSet, Scratch, Source};
use merlon_model::Hit;
use merlon_plugin_secrets::Secrets;
use merlon_sdk::Manifest;
use merlon_sdk::bindings::merlon::plugin::types::PatternSource;
use merlon_sdk::json::{Value as Json, json};
use merlon_sdk::test::{Answer, Harness, TestRow};
use merlon_yaml::{Limits, Node, parse};

fn cases() -> Vec<Json> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let documents = parse(&text, &file.display().to_string(), &Limits::default());
        assert!(documents.problems.is_empty(), "{:?}", documents.problems);
        let items = documents.documents.iter().flat_map(Node::items);
        cases.extend(items.map(Node::to_json));
    }
    cases
}

fn patterns(manifest: &Manifest) -> PatternSet {
    let patterns = manifest.patterns.iter().map(|pattern| Pattern {
        ruleset: 0,
        id: pattern.id,
        source: match &pattern.source {
            PatternSource::Literal(bytes) => Source::Literal(bytes.clone()),
            PatternSource::Regex(regex) => Source::Regex(regex.clone()),
        },
        case: CaseRule::Sensitive,
        files: pattern.files.clone(),
    });
    let (set, refusals) = PatternSet::compile(patterns.collect(), &Budget::default());
    let reasons: Vec<String> = refusals
        .iter()
        .map(|refusal| {
            let regex = &manifest.patterns[refusal.pattern as usize];
            format!("{:?} {}", regex.source, refusal.reason)
        })
        .collect();
    assert!(reasons.is_empty(), "{reasons:#?}");
    set
}

fn row(path: &str, hits: &[Hit]) -> TestRow {
    let numbers = |read: fn(&Hit) -> u64| -> Vec<u64> { hits.iter().map(read).collect() };
    let texts = |read: fn(&Hit) -> String| -> Vec<String> { hits.iter().map(read).collect() };
    TestRow::new()
        .with("path", path)
        .with("type", "text")
        .with("hits.pattern", numbers(|hit| u64::from(hit.pattern)))
        .with("hits.offset", numbers(|hit| hit.offset))
        .with("hits.length", numbers(|hit| u64::from(hit.length)))
        .with("hits.line", numbers(|hit| u64::from(hit.line)))
        .with("hits.column", numbers(|hit| u64::from(hit.column)))
        .with("hits.text", texts(|hit| hit.text.clone()))
        .with("hits.context", texts(|hit| hit.context.clone()))
}

struct Scanner {
    harness: Harness<Secrets>,
    set: PatternSet,
}

impl Scanner {
    fn new(settings: &str) -> Self {
        let harness = Harness::<Secrets>::start(settings).unwrap();
        let set = patterns(harness.manifest());
        Self { harness, set }
    }

    fn scan(&mut self, path: &str, content: &str) -> (Vec<Hit>, Vec<Answer>) {
        let found = self.set.scan(path, content.as_bytes(), &mut Scratch::new());
        let hits: Vec<Hit> = found.into_iter().flat_map(|hits| hits.hits).collect();
        let answers = self
            .harness
            .judge("file.content", &[row(path, &hits)])
            .unwrap();
        (hits, answers)
    }
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {json}"))
}

#[test]
fn every_case_gets_the_findings_it_expects_and_no_finding_repeats_a_secret() {
    let mut scanner = Scanner::new("{}");
    let mut wrong = Vec::new();
    for case in cases() {
        let mut found = Vec::new();
        for file in case["files"].as_array().unwrap() {
            let path = text(file, "path");
            let (hits, answers) = scanner.scan(path, text(file, "content"));
            for answer in &answers {
                found.push((answer.rule.clone(), path.to_owned()));
                for hit in hits.iter().filter(|hit| hit.text.len() > 8) {
                    let shown = format!("{:?}", **answer);
                    assert!(
                        !shown.contains(&hit.text),
                        "{} shows a secret: {shown}",
                        case["name"]
                    );
                }
            }
        }
        let expected = case["expect"].as_array().unwrap().iter();
        let expected: Vec<_> = expected
            .map(|one| {
                (
                    text(one, "rule").to_owned(),
                    text(one, "subject").to_owned(),
                )
            })
            .collect();
        if found != expected {
            wrong.push(format!(
                "{}: expected {expected:?}, found {found:?}",
                case["name"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_that_has_a_pattern_has_a_case() {
    let expected: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| case["expect"].as_array().unwrap().clone())
        .map(|one| text(&one, "rule").to_owned())
        .collect();
    let missing: Vec<&str> = merlon_plugin_secrets::rules::all()
        .iter()
        .filter(|rule| !rule.regexes.is_empty() && !expected.contains(rule.id))
        .map(|rule| rule.id)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_pattern_has_a_literal_that_the_one_pass_can_look_for() {
    let scanner = Scanner::new("{}");
    let ungated: Vec<_> = scanner
        .set
        .ungated()
        .iter()
        .map(|one| one.pattern)
        .collect();
    let manifest = scanner.harness.manifest();
    let slow: Vec<_> = ungated
        .iter()
        .map(|id| format!("{:?}", manifest.patterns[*id as usize].source))
        .collect();
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn the_identity_of_a_secret_does_not_depend_on_its_file_and_changes_with_the_key() {
    let line = format!("k={}{}\n", "AKIA", "IOSFODNN7EXAMPLE");
    let mut scanner = Scanner::new("{}");
    let (_, first) = scanner.scan("etc/leaked", &line);
    let (_, second) = scanner.scan("srv/other", &format!("\n\n# moved\n{line}"));
    assert_eq!(first[0].distinct, second[0].distinct);
    assert!(
        first[0]
            .distinct
            .as_deref()
            .unwrap()
            .starts_with("=aws-access-key-id:")
    );
    assert_eq!(first[0].evidence("snippet"), Some("k=AKIA***"));
    let place = second[0].location.unwrap();
    assert_eq!(
        (place.line, place.column, place.length),
        (Some(4), Some(3), Some(20))
    );
    let (_, keyed) = Scanner::new(r#"{"hash_key":"ours"}"#).scan("etc/leaked", &line);
    assert_ne!(first[0].distinct, keyed[0].distinct);
}

#[test]
fn a_wrong_checksum_is_reported_or_required_as_the_operator_chose() {
    let line = format!("t={}{}\n", "ghp_", "q7Zp2LmX9vK4tR8wN3bY6cJ1hF5gD0sA2eU7");
    let (_, reported) = Scanner::new("{}").scan("a", &line);
    assert_eq!(reported[0].evidence("checksum"), Some("wrong"));
    let (_, required) = Scanner::new(r#"{"checksums":"require"}"#).scan("a", &line);
    assert!(required.is_empty());
    assert!(Harness::<Secrets>::start(r#"{"checksums":"maybe"}"#).is_err());
}

#[test]
fn the_environment_and_the_history_of_an_image_are_read() {
    let config = json!({
        "config": {"Env": ["PATH=/bin", format!("KEY={}{}", "AKIA", "IOSFODNN7EXAMPLE")]},
        "history": [{"created_by": "RUN API_TOKEN=q7Zp2LmX9vK4tR8wN3bY6cJ1 make"}]
    });
    let row = TestRow::new().with("config", config.to_string());
    let answers = Harness::<Secrets>::start("{}")
        .unwrap()
        .judge("image.config", &[row])
        .unwrap();
    let found: Vec<_> = answers
        .iter()
        .map(|answer| (answer.rule.as_str(), answer.failed_paths[0].as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("aws-access-key-id", "config.Env[1]"),
            ("secret-in-environment", "history[0].created_by"),
        ]
    );
}

#[test]
fn plain_values_of_variables_in_objects_are_found_and_references_are_not() {
    let object = json!({"kind": "Pod", "spec": {"containers": [{"name": "web", "env": [
        {"name": "DB_PASSWORD", "value": "hV7k-2Qp9z"},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "a", "key": "token"}}},
        {"name": "TOKEN_FILE", "value": "/run/secrets/q7Zp2LmX9vK4tR8w"},
        {"name": "DB_PASSWORD", "value": "$(FROM_SECRET)"},
    ]}]}});
    let row = TestRow::new().with("object", object.to_string());
    let answers = Harness::<Secrets>::start("{}")
        .unwrap()
        .judge("k8s.object", &[row])
        .unwrap();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].rule, "secret-in-environment");
    assert_eq!(answers[0].failed_paths, ["spec.containers[0].env[0].value"]);
    assert_eq!(answers[0].evidence("snippet"), Some("hV7k***"));
}
