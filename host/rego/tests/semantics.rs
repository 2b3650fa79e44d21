//! Rego means here what it means in OPA.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its measurements are printed"
)]

use merlon_rego::{Evaluation, Limits, Policies, PolicySource};
use serde_json::{Value, json};

fn compile(text: &str) -> Result<Policies, merlon_rego::RegoError> {
    let source = PolicySource {
        path: "policy.rego".to_owned(),
        text: text.to_owned(),
    };
    Policies::compile(&[], &[source], &json!({}), Limits::default())
}

fn evaluate(text: &str, object: &Value) -> Evaluation {
    let policies = compile(text).unwrap_or_else(|error| panic!("{error}"));
    policies.evaluator(&[]).unwrap().evaluate(object)
}

fn messages(text: &str, object: &Value) -> Vec<String> {
    let evaluation = evaluate(text, object);
    assert_eq!(evaluation.faults, [], "{text}");
    evaluation.answers.into_iter().map(|a| a.message).collect()
}

/// Whether a body holds for an object, in Rego v1.
fn holds(body: &str, object: &Value) -> bool {
    let text = format!(
        "package p\nimport rego.v1\nf(x) if x == 1\ng(x) := x\nallowed := {{\"a\": true}}\nmissing := input.nowhere\ndeny contains \"yes\" if {{\n  {body}\n}}"
    );
    !messages(&text, object).is_empty()
}

#[test]
fn a_negated_call_with_an_undefined_argument_is_undefined() {
    let object = json!({"name": "bob", "five": 5, "list": ["a"], "no": false});
    for (body, expected) in [
        ("not f(input.missing)", false),
        ("not f(input.five)", true),
        (r#"not startswith(input.missing, "a")"#, false),
        (r#"not startswith(input.name, "a")"#, true),
        ("not input.missing > 5", false),
        ("not input.five > 5", true),
        ("not input.missing == 5", true),
        ("not input.five == 5", false),
        ("not input.missing != 5", false),
        ("not input.missing", true),
        ("not input.no", true),
        (r#"not "a" in input.missing"#, false),
        (r#"not "b" in input.list"#, true),
        ("not allowed[input.missing]", false),
        ("not allowed[input.name]", true),
        ("not allowed[missing]", false),
        ("not f(missing)", false),
        ("not g(input.missing) == 5", false),
        ("not g(input.five) == 5", false),
        ("not g(input.five) == 6", true),
        ("not input.missing + 1 == 2", false),
        ("not (input.five + 1) * 2 == 13", true),
        ("not {input.missing} == {1}", false),
        ("not f(g(g(input.missing)))", false),
        (
            r#"not startswith(concat("", ["(", input.name]), "(a")"#,
            true,
        ),
        (r#"not f(input.missing) with input as {"missing": 2}"#, true),
        ("x := input.five; not f(x)", true),
        (
            "not f([y | y := input.list[_]; not f(input.missing)])",
            true,
        ),
        (
            "count([y | y := input.list[_]; not f(input.missing)]) == 0",
            true,
        ),
        (
            "count([y | y := input.list[_]; not f(input.five)]) == 1",
            true,
        ),
        ("every y in input.list { not f(y) }", true),
        ("print(input.missing)", true),
    ] {
        assert_eq!(holds(body, &object), expected, "{body}");
    }
}

#[test]
fn a_negation_that_is_a_whole_body_without_braces_is_rewritten_too() {
    let text = "package p\nimport rego.v1\nf(x) if x == 1\ndeny contains \"a\" if not f(input.x)\nwarn contains \"b\" if not f(input.missing)";
    assert_eq!(messages(text, &json!({"x": 2})), ["a"]);
}

#[test]
fn a_wildcard_inside_a_negated_call_is_refused_with_its_line() {
    let text = "package p\nimport rego.v1\nf(x) if x == 1\ndeny contains \"a\" if {\n  true\n  not f(input.xs[_])\n}";
    let error = compile(text).unwrap_err();
    assert_eq!(error.problems[0].line, 6, "{error}");
    assert!(error.to_string().contains("bind the element"), "{error}");
}

#[test]
fn lines_of_problems_survive_rewriting() {
    let text = "package p\nimport rego.v1\ndeny contains \"a\" if {\n  not startswith(input.a,\n    \"x\")\n  print(1,\n   2)\n  input.b == unbound_name\n}";
    let error = compile(text).unwrap_err();
    assert_eq!(error.problems[0].line, 8, "{error}");
}

#[test]
fn a_builtin_that_fails_is_undefined() {
    assert!(!holds("to_number(\"x\") == 1", &json!({})));
    assert!(holds(
        "not input.a; x := object.get(input, \"a\", 1); x == 1",
        &json!({})
    ));
    assert!(!holds("sprintf(\"%d\", 5) == \"5\"", &json!({})));
    assert!(!holds("regex.match(\"(\", \"a\")", &json!({})));
}

#[test]
fn word_classes_are_ascii() {
    assert!(!holds(
        r"regex.match(`^\w+$`, input.name)",
        &json!({"name": "é"})
    ));
    assert!(holds(
        r"regex.match(`^\w+$`, input.name)",
        &json!({"name": "e"})
    ));
    assert!(holds(
        r#"regex.replace("foobar", `o+`, "<$0>") == "f<oo>bar"; regex.split(`,\s*`, "a, b") == ["a", "b"]"#,
        &json!({})
    ));
    assert!(holds(
        r#"regex.find_n("a.", "abacad", 2) == ["ab", "ac"]; regex.find_all_string_submatch_n("a(.)", "abac", -1) == [["ab", "b"], ["ac", "c"]]"#,
        &json!({})
    ));
    assert!(holds(
        r#"regex.template_match("urn:{.*}", "urn:a", "{", "}")"#,
        &json!({})
    ));
}

#[test]
fn builtins_of_both_languages_are_there() {
    for body in [
        r#"net.cidr_contains("10.0.0.0/8", "10.1.2.3")"#,
        r#"not net.cidr_contains("10.0.0.0/8", "11.1.2.3")"#,
        r#"net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")"#,
        r#"count(net.cidr_expand("10.0.0.0/30")) == 4"#,
        r#"any([false, true]); not any([false]); all([true, true])"#,
        r#"re_match("^a", "abc")"#,
        r#"sprintf("%s is %d", ["a", 5]) == "a is 5""#,
        r#"strings.replace_n({"a": "b", "b": "c"}, "ab") == "bc""#,
        r#"base64.decode("YQ==") == "a"; json.unmarshal("[1]") == [1]; yaml.unmarshal("a: 1") == {"a": 1}"#,
        r#"semver.compare("1.19.14", "1.9.0") == 1"#,
        r#"glob.match("*.example.com", ["."], "a.example.com")"#,
        r#"units.parse_bytes("1Mi") == 1048576"#,
        r#"object.union({"a": 1}, {"b": 2}) == {"a": 1, "b": 2}"#,
        r#"numbers.range(1, 3) == [1, 2, 3]; concat(",", ["a", "b"]) == "a,b""#,
        r#"walk({"a": [1]}, [p, v]); v == 1; p == ["a", 0]"#,
        r#"some p, v; walk({"a": {"b": 7}}, [p, v]); v == 7; p[0] == "a""#,
        r#"split("a/b", "/") == ["a", "b"]; lower("A") == "a"; trim(" a ", " ") == "a""#,
        r#"count({x | x := input.a[_]}) == 2"#,
    ] {
        assert!(holds(body, &json!({"a": [1, 2]})), "{body}");
    }
}

#[test]
fn both_languages_are_read() {
    let v0 = "package p\ndeny[msg] { input.a == 1; msg := \"v0\" }\nwarn[msg] { any([true]); msg = \"w\" }";
    assert_eq!(messages(v0, &json!({"a": 1})), ["v0", "w"]);
    let v1 = "package p\ndeny contains msg if { input.a == 1; msg := \"v1\" }";
    assert_eq!(messages(v1, &json!({"a": 1})), ["v1"]);
    let error = compile("package p\n\ndeny contains {").unwrap_err();
    assert_eq!(
        (error.problems[0].file.as_str(), error.problems[0].line > 0),
        ("policy.rego", true)
    );
}

#[test]
fn what_depends_on_the_outside_is_refused() {
    for (call, word) in [
        (r#"http.send({"url": "https://example.com"})"#, "no network"),
        ("time.now_ns()", "same answer"),
        ("opa.runtime()", "machine"),
        (r#"rand.intn("a", 5)"#, "same answer"),
        ("no_such_function(1)", "no function"),
        ("count(1, 2, 3)", "takes 1"),
        ("{ [p, v] := walk(input) }", "second argument"),
    ] {
        let text = format!("package p\nimport rego.v1\n\ndeny contains \"a\" if {call}");
        let error = compile(&text).unwrap_err().to_string();
        assert!(
            error.starts_with("policy.rego:4: ") && error.contains(word),
            "{error}"
        );
    }
}

#[test]
fn recursion_is_refused_and_shadowing_is_not() {
    for text in [
        "package p\nf(x) := f(x - 1)\ndeny contains 1 if f(3)",
        "package p\na := b\nb := a\ndeny contains \"x\" if a",
        "package p\nf(x) := g(x)\ng(x) := f(x)\ndeny contains \"x\" if f(1)",
        "package p\ndeny contains \"x\" if data.p.deny",
        "package p\ndeny contains \"x\" if data[\"p\"]",
        "package p\nf(x) := x\ng(x) := y if { y := f(x) with f as g }\ndeny contains \"x\" if g(1)",
    ] {
        let error = compile(text).unwrap_err().to_string();
        assert!(error.contains("recursion"), "{text}: {error}");
    }
    let fine = "package p\ncontainer := 1\nname(container) := container.name\nnames contains name(c) if some c in input.cs\nf(names) := names\ndeny contains x if { some x in names; f(x) }";
    assert_eq!(messages(fine, &json!({"cs": [{"name": "a"}]})), ["a"]);
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = "package p\nimport rego.v1\ndeny contains \"a\" if http.send({})\nwarn contains \"b\" if nope(1)\nskip contains \"c\" if skip";
    let error = compile(text).unwrap_err();
    let lines = error.problems.iter().map(|p| p.line).collect::<Vec<_>>();
    assert_eq!(lines, [3, 4, 5], "{error}");
}
