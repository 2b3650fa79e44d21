//! Every format against its golden file; `cargo xtask bless` rewrites them.

use std::path::PathBuf;

use crate::report;
use merlon_model::Finding;
use merlon_sink::{Color, Format, Report, ReportError, Style, Summary, write};

fn rendered(format: Format, style: Style, findings: &[Finding], errors: &[ReportError]) -> String {
    let summary = report::summary(findings);
    let report = Report {
        findings,
        summary: &summary,
        errors,
    };
    let mut out = Vec::new();
    write(format, &report, &mut out, style).unwrap();
    String::from_utf8(out).unwrap()
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test is told by its environment to accept new output"
)]
fn golden(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var("MERLON_BLESS").is_ok() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} differs; look at it, then `cargo xtask bless`"
    );
}

fn full(format: Format, style: Style) -> String {
    rendered(format, style, &report::findings(), &report::errors())
}

fn style(color: Color, width: usize) -> Style {
    Style { color, width }
}

#[test]
fn the_table_groups_by_file_and_fits_the_terminal() {
    let plain = full(Format::Table, style(Color::NoColor, 100));
    golden("table.txt", &plain);
    golden(
        "table-narrow.txt",
        &full(Format::Table, style(Color::NoColor, 60)),
    );
    golden(
        "table-color.txt",
        &full(Format::Table, style(Color::Color, 100)),
    );
    assert!(
        !plain.contains('\u{1b}'),
        "nothing hostile reaches the terminal"
    );
    for line in plain.lines().filter(|line| line.starts_with(' ')) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn a_clean_table_is_one_line() {
    golden(
        "table-clean.txt",
        &rendered(Format::Table, Style::default(), &[], &[]),
    );
}

#[test]
fn json_wraps_findings_summary_and_errors_and_reads_back() {
    let text = full(Format::Json, Style::default());
    golden("json.json", &text);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], 1);
    let findings: Vec<Finding> = serde_json::from_value(document["findings"].clone()).unwrap();
    assert_eq!(findings, report::findings());
    let summary: Summary = serde_json::from_value(document["summary"].clone()).unwrap();
    assert_eq!(summary, report::summary(&findings));
}

#[test]
fn jsonl_is_one_finding_per_line() {
    let text = full(Format::Jsonl, Style::default());
    golden("jsonl.jsonl", &text);
    assert_eq!(text.lines().count(), report::findings().len());
    for line in text.lines() {
        serde_json::from_str::<Finding>(line).unwrap();
    }
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let schema = include_str!("../schema/sarif-2.1.0.json");
    // One pattern of the published schema, for a property that is not written here, is no valid one.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&serde_json::from_str(&schema).unwrap())
        .unwrap();
    let empty = rendered(Format::Sarif, Style::default(), &[], &[]);
    let text = full(Format::Sarif, Style::default());
    golden("sarif.sarif", &text);
    for text in [text, empty] {
        let document = serde_json::from_str(&text).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
    }
}

#[test]
fn sarif_has_what_code_hosts_show() {
    let text = full(Format::Sarif, Style::default());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && !uri.starts_with('/'), "{uri}");
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    }
}

#[test]
fn junit_has_a_suite_per_ruleset() {
    golden("junit.xml", &full(Format::Junit, Style::default()));
}

#[test]
fn gitlab_lists_what_fails() {
    let text = full(Format::Gitlab, Style::default());
    golden("gitlab.json", &text);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["vulnerabilities"].as_array().unwrap().len(), 5);
}
