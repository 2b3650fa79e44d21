//! Every format against its golden file; `cargo xtask bless` rewrites them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::report;
use merlon_model::{DeletedBy, Finding, Subject};
use merlon_sink::{Color, Exempted, Format, Report, ReportError, Style, Summary, sort, write};

pub(crate) fn rendered(
    format: Format,
    style: Style,
    findings: &[Finding],
    errors: &[ReportError],
) -> String {
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
pub(crate) fn golden(name: &str, actual: &str) {
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

pub(crate) fn full(format: Format, style: Style) -> String {
    rendered(format, style, &report::findings(), &report::errors())
}

fn style(color: Color, width: usize) -> Style {
    Style {
        color,
        width,
        ..Style::default()
    }
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

/// The findings of one file that so many layers bring, and of the layers that delete it.
pub(crate) fn replaced(layers: &[(u32, Option<u32>)]) -> Vec<Finding> {
    let all = report::findings();
    let key = all
        .iter()
        .find(|finding| finding.rule == "secrets/aws-access-key")
        .unwrap();
    let of = |(layer, deleted_by): &(u32, Option<u32>)| {
        let mut finding = key.clone();
        if let Subject::File(file) = &mut finding.subject {
            Arc::make_mut(file.layer.as_mut().unwrap()).index = *layer;
            file.deleted_by = deleted_by.map(|index| DeletedBy { index });
        }
        finding
    };
    layers.iter().map(of).collect()
}

#[test]
fn a_file_that_layers_replace_is_one_group_for_each_layer() {
    let layers = [(2, Some(3)), (0, Some(2)), (3, None)];
    let mut replaced = [replaced(&layers), replaced(&layers)].concat();
    sort(&mut replaced);
    let table = rendered(Format::Table, style(Color::NoColor, 100), &replaced, &[]);
    let headings: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_once("/root/.aws/credentials  "))
        .map(|(_, layers)| layers)
        .collect();
    let expected = [
        "layer 0, deleted by layer 2",
        "layer 2, deleted by layer 3",
        "layer 3",
    ];
    assert_eq!(headings, expected, "{table}");
}

#[test]
fn a_table_may_count_exempted_findings_without_listing_them() {
    let counted = Style {
        exempted: Exempted::Counted,
        ..Style::default()
    };
    let table = full(Format::Table, counted);
    assert!(!table.contains("[exempted]"), "{table}");
    assert!(table.contains("; 1 exempted"), "{table}");
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

/// What a schema has against a document.
fn problems(schema: &serde_json::Value, text: &str) -> Vec<String> {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap();
    let document = serde_json::from_str(text).unwrap();
    let errors = validator.iter_errors(&document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let schema = include_str!("../schema/sarif-2.1.0.json");
    // One pattern of the published schema, for a property that is not written here, is no valid one.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema = serde_json::from_str(&schema).unwrap();
    let empty = rendered(Format::Sarif, Style::default(), &[], &[]);
    let text = full(Format::Sarif, Style::default());
    golden("sarif.sarif", &text);
    for text in [text, empty] {
        assert_eq!(problems(&schema, &text), Vec::<String>::new());
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
fn an_exempted_result_is_suppressed_and_says_why() {
    let document: serde_json::Value =
        serde_json::from_str(&full(Format::Sarif, Style::default())).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<_> = results
        .iter()
        .filter_map(|result| result["suppressions"][0]["justification"].as_str())
        .collect();
    assert_eq!(suppressed, ["the image needs it until 2.0"]);
}

#[test]
fn gitlab_lists_what_fails() {
    let text = full(Format::Gitlab, Style::default());
    golden("gitlab.json", &text);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["vulnerabilities"].as_array().unwrap().len(), 5);
}

#[test]
fn gitlab_secrets_lists_the_secrets_and_says_how_much_else_there_is() {
    let text = full(Format::GitlabSecrets, Style::default());
    golden("gitlab-secrets.json", &text);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secrets = document["vulnerabilities"].as_array().unwrap();
    assert_eq!(secrets.len(), 1);
    assert_eq!(
        secrets[0]["identifiers"][0]["value"],
        "secrets/aws-access-key"
    );
    let said = document["scan"]["messages"].to_string();
    assert!(said.contains("4 findings are no secrets"), "{said}");
}

#[test]
fn gitlab_reports_are_valid_by_what_gitlab_asks_for_even_of_hostile_and_endless_text() {
    let mut findings = report::findings();
    let mut endless = findings.last().unwrap().clone();
    endless.title = "t".repeat(300);
    endless.message = "m".repeat((1 << 20) + 1);
    endless.remediation = "\u{e4}".repeat(7001);
    endless.references = vec!["https://".to_owned(), "javascript:alert(1)".to_owned()];
    endless.controls = vec![String::new()];
    endless
        .evidence
        .insert("secret_hash".to_owned(), "00".to_owned());
    findings.push(endless);
    let kinds = [
        (Format::Gitlab, "sast"),
        (Format::GitlabSecrets, "secret_detection"),
    ];
    for (format, kind) in kinds {
        let mut schema: serde_json::Value =
            serde_json::from_str(include_str!("../schema/gitlab-15.2.1.json")).unwrap();
        schema["allOf"] = serde_json::json!([{ "$ref": format!("#/definitions/{kind}") }]);
        let empty = rendered(format, Style::default(), &[], &[]);
        let some = rendered(format, Style::default(), &findings, &report::errors());
        for text in [some, empty] {
            assert_eq!(problems(&schema, &text), Vec::<String>::new());
        }
        let other = match format {
            Format::Gitlab => Format::GitlabSecrets,
            _ => Format::Gitlab,
        };
        let wrong = rendered(other, Style::default(), &findings, &[]);
        assert!(!problems(&schema, &wrong).is_empty(), "the schema refuses");
    }
}
