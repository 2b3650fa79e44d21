//! JUnit XML, against what the schema of Jenkins' xUnit plugin (`junit-10.xsd`, 3.1.4) lets an element hold.

use crate::formats::{full, golden, rendered, replaced};
use merlon_sink::{Format, Style};
use roxmltree::{Document, Node};

/// What the schema says about one element.
struct Element {
    name: &'static str,
    needs: &'static [&'static str],
    may_have: &'static [&'static str],
    holds: &'static [&'static str],
}

const TOLD: [&str; 2] = ["type", "message"];
const SCHEMA: [Element; 6] = [
    Element {
        name: "testsuites",
        needs: &[],
        may_have: &["name", "time", "tests", "failures", "errors"],
        holds: &["testsuite"],
    },
    Element {
        name: "testsuite",
        needs: &["name", "tests", "failures", "errors"],
        may_have: &["skipped", "time", "timestamp", "hostname", "id", "package"],
        holds: &["testcase"],
    },
    Element {
        name: "testcase",
        needs: &["name"],
        may_have: &["classname", "time", "group"],
        holds: &["skipped", "error", "failure"],
    },
    outcome("skipped"),
    outcome("error"),
    outcome("failure"),
];

const fn outcome(name: &'static str) -> Element {
    Element {
        name,
        needs: &[],
        may_have: &TOLD,
        holds: &[],
    }
}

fn check(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let element = SCHEMA.iter().find(|element| element.name == name).unwrap();
    for attribute in element.needs {
        assert!(node.has_attribute(*attribute), "{name} lacks {attribute}");
    }
    for attribute in node.attributes() {
        let mut known = element.needs.iter().chain(element.may_have);
        assert!(
            known.any(|known| *known == attribute.name()),
            "{name} has {attribute:?}"
        );
    }
    for child in node.children().filter(Node::is_element) {
        assert!(
            element.holds.contains(&child.tag_name().name()),
            "{child:?}"
        );
        check(child);
    }
}

/// The counts that a suite says, and those that its cases come to.
fn counts_add_up(suite: Node<'_, '_>) {
    let cases: Vec<_> = suite
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .collect();
    let with = |tag: &str| {
        let has = |case: &&Node<'_, '_>| case.children().any(|child| child.has_tag_name(tag));
        cases.iter().filter(has).count().to_string()
    };
    assert_eq!(suite.attribute("tests"), Some(&*cases.len().to_string()));
    assert_eq!(suite.attribute("failures"), Some(&*with("failure")));
    assert_eq!(suite.attribute("errors"), Some(&*with("error")));
    if let Some(skipped) = suite.attribute("skipped") {
        assert_eq!(skipped, with("skipped"));
    }
}

#[test]
fn junit_has_a_suite_per_ruleset_and_is_valid_by_the_schema_of_jenkins() {
    let text = full(Format::Junit, Style::default());
    golden("junit.xml", &text);
    let empty = rendered(Format::Junit, Style::default(), &[], &[]);
    for text in [text, empty] {
        let document = Document::parse(&text).unwrap();
        check(document.root_element());
        let suites = document.descendants();
        let suites = suites.filter(|node| node.tag_name().name().starts_with("testsuite"));
        suites.for_each(counts_add_up);
    }
}

#[test]
fn cases_about_one_path_in_two_layers_have_names_of_their_own() {
    let replaced = replaced(&[(0, Some(1)), (1, None)]);
    let text = rendered(Format::Junit, Style::default(), &replaced, &[]);
    let document = Document::parse(&text).unwrap();
    let cases = document.descendants();
    let cases = cases.filter(|node| node.has_tag_name("testcase"));
    let names: Vec<_> = cases.filter_map(|case| case.attribute("name")).collect();
    let expected = [
        "secrets/aws-access-key root/.aws/credentials:2 (layer 0)",
        "secrets/aws-access-key root/.aws/credentials:2 (layer 1)",
    ];
    assert_eq!(names, expected);
}
