//! What a report has to be: valid by its schema, and about the leak.

use serde_json::{Value, json};

const SARIF: &str = include_str!("../../../sink/tests/schema/sarif-2.1.0.json");
const GITLAB: &str = include_str!("../../../sink/tests/schema/gitlab-15.2.1.json");

fn validate(schema: &Value, document: &Value) {
    let validator = jsonschema::options().build(schema).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
}

/// Checks a SARIF report and counts its results.
pub(crate) fn sarif(text: &str) -> usize {
    // One pattern of the published schema, for a property that is not written here, is no valid one.
    let schema = SARIF.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let document: Value = serde_json::from_str(text).unwrap();
    validate(&serde_json::from_str(&schema).unwrap(), &document);
    document["runs"][0]["results"].as_array().unwrap().len()
}

/// Checks a report of GitLab of that type and counts its vulnerabilities.
pub(crate) fn gitlab(text: &str, kind: &str) -> usize {
    let mut schema: Value = serde_json::from_str(GITLAB).unwrap();
    schema["allOf"] = json!([{ "$ref": format!("#/definitions/{kind}") }]);
    let document: Value = serde_json::from_str(text).unwrap();
    validate(&schema, &document);
    document["vulnerabilities"].as_array().unwrap().len()
}

/// Counts the failures of a JUnit report.
pub(crate) fn junit(text: &str) -> usize {
    let document = roxmltree::Document::parse(text).unwrap();
    let failures = document.descendants();
    failures.filter(|node| node.has_tag_name("failure")).count()
}
