//! Cases: files and objects with the findings they must give.

use merlon_plugin_secrets::base64::decode;
use merlon_plugin_secrets::{Secrets, inline};
use merlon_sdk::json::{Value as Json, json};
use merlon_sdk::test::{Harness, TestRow};

use crate::scanner::{Scanner, documents, text};

const ENVIRONMENT: &str = "secret-in-environment";

/// The bytes of a file of a case, and the type that the host would give it.
fn content(file: &Json) -> (Vec<u8>, &'static str) {
    match file["base64"].as_str() {
        Some(base64) => (decode(base64).unwrap(), "elf"),
        None => (text(file, "content").as_bytes().to_vec(), "text"),
    }
}

#[test]
fn every_case_gets_the_findings_it_expects_and_no_finding_repeats_a_secret() {
    let mut shipped = Scanner::new("{}");
    let mut wrong = Vec::new();
    for case in documents("cases") {
        let mut own = case
            .get("settings")
            .map(|own| Scanner::new(&own.to_string()));
        let scanner = own.as_mut().unwrap_or(&mut shipped);
        let mut found = Vec::new();
        for file in case["files"].as_array().unwrap() {
            let path = text(file, "path");
            let (bytes, kind) = content(file);
            let (hits, answers) = scanner.scan_as(kind, path, &bytes);
            for answer in &answers {
                found.push((answer.rule.clone(), path.to_owned()));
                for hit in hits.iter().filter(|hit| hit.text.len() > 8) {
                    let shown = format!("{:?}", **answer);
                    let own = answer.rule == inline::UNUSED;
                    assert!(
                        own || !shown.contains(&hit.text),
                        "{}: {shown}",
                        case["name"]
                    );
                }
            }
        }
        let expected = case["expect"].as_array().unwrap().iter();
        let mut expected: Vec<_> = expected
            .map(|one| {
                (
                    text(one, "rule").to_owned(),
                    text(one, "subject").to_owned(),
                )
            })
            .collect();
        expected.sort();
        found.sort();
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
fn each_secret_in_the_texts_of_an_image_is_found_once() {
    let mut scanner = Scanner::new("{}");
    let key = format!("AWS_ACCESS_KEY_ID={}{}", "AKIA", "IOSFODNN7EXAMPLE");
    for (place, text, expected) in [
        ("config.Env[0]", "PATH=/bin:/token/x1", None),
        ("config.Env[1]", &*key, Some("aws-access-key-id")),
        ("config.Env[2]", "MYSQL_PWD=hV7k-2Qp9z", Some(ENVIRONMENT)),
        ("config.Env[3]", "API_TOKEN=hV7k-2Qp9z", Some(ENVIRONMENT)),
        ("config.Env[4]", "TOKEN_FILE=/run/q7Zp2LmX9vK4tR8w", None),
        ("config.Env[5]", "DB_PASSWORD=${FROM_SECRET1}", None),
        (
            "config.Entrypoint[1]",
            "--auth-key=hV7k-2Qp9z",
            Some(ENVIRONMENT),
        ),
        (
            "history[0].created_by",
            "RUN MYSQL_PWD='hV7k-2Qp9z' make",
            Some(ENVIRONMENT),
        ),
        // A file of that content is not the environment of a program.
        ("srv/notes", "MYSQL_PWD=hV7k-2Qp9z", None),
    ] {
        let (_, answers) = scanner.scan(place, text);
        let found: Vec<_> = answers.iter().map(|answer| &*answer.rule).collect();
        assert_eq!(found, Vec::from_iter(expected), "{place}: {text}");
    }
    // Two rules claim it.
    let step = "RUN API_TOKEN=q7Zp2LmX9vK4tR8wN3bY6cJ1 make";
    let (_, answers) = scanner.scan("history[1].created_by", step);
    assert_eq!(answers.len(), 1);
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
    assert_eq!(answers[0].rule, ENVIRONMENT);
    assert_eq!(answers[0].failed_paths, ["spec.containers[0].env[0].value"]);
    assert_eq!(answers[0].evidence("snippet"), Some("hV7k***"));
}
