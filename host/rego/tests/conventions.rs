//! Which rules of Rego are asked, what they see, and whose answers they give.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use merlon_model::{Outcome, Rule};
use merlon_rego::{Evaluation, Limits, Policies, PolicySource, Strength};
use serde_json::{Value, json};

fn compile(rules: &Value, settings: &Value, texts: &[&str]) -> Policies {
    let rules: Vec<Rule> = serde_json::from_value(rules.clone()).unwrap();
    let sources = texts.iter().enumerate().map(|(n, text)| PolicySource {
        path: format!("{n}.rego"),
        text: (*text).to_owned(),
    });
    Policies::compile(
        &rules,
        &sources.collect::<Vec<_>>(),
        settings,
        Limits::default(),
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

fn rule(id: &str, kinds: &[&str]) -> Value {
    json!({"id": id, "title": format!("The title of {id}"), "severity": "high", "kinds": kinds})
}

fn judge(policies: &Policies, object: &Value) -> Evaluation {
    let evaluation = policies.evaluator(&[]).unwrap().evaluate(object);
    assert_eq!(evaluation.faults, []);
    evaluation
}

fn ids(policies: &Policies, evaluation: &Evaluation) -> Vec<(String, String)> {
    let answers = evaluation.answers.iter();
    answers
        .map(|a| (policies.rules()[a.rule].id.to_string(), a.message.clone()))
        .collect()
}

#[test]
fn an_answer_belongs_to_the_rule_it_names_or_to_its_package() {
    let policies = compile(
        &json!([rule("host-pid", &[]), rule("other", &[])]),
        &json!({}),
        &[
            "package nsa.host_pid\ndeny contains \"by package\" if true\ndeny contains {\"msg\": \"by name\", \"rule\": \"other\"} if true",
        ],
    );
    let evaluation = judge(&policies, &json!({"kind": "Pod"}));
    let expected = [("host-pid", "by package"), ("other", "by name")];
    assert_eq!(
        ids(&policies, &evaluation),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert!(evaluation.passed.is_empty());
}

#[test]
fn the_only_declared_rule_owns_every_package_and_nobodys_package_gets_a_rule() {
    let text = "package main\nwarn_later contains \"w\" if input.a\nskip contains \"s\" if input.b";
    let one = compile(&json!([rule("only", &[])]), &json!({}), &[text]);
    assert_eq!(ids(&one, &judge(&one, &json!({"a": 1})))[0].0, "only");
    let none = compile(
        &json!([]),
        &json!({}),
        &[text, "package x.my_policy\ndeny contains \"d\" if input.a"],
    );
    let names: Vec<_> = none
        .rules()
        .iter()
        .map(|r| (&*r.id, r.title.as_str()))
        .collect();
    assert_eq!(names, [("main", "Main"), ("my-policy", "My policy")]);
    let warned = judge(&none, &json!({"a": 1}));
    assert_eq!(warned.answers[0].advisory, Strength::Advisory);
    assert_eq!(warned.answers[1].advisory, Strength::Deny);
    let skipped = judge(&none, &json!({"b": 1}));
    assert_eq!(skipped.answers[0].outcome, Outcome::Skip);
    assert_eq!(skipped.passed, [1]);
}

#[test]
fn kinds_decide_what_a_rule_sees_and_the_inventory_is_asked_for() {
    let policies = compile(
        &json!([
            rule("pods", &["Pod"]),
            rule("all", &[]),
            rule("whole", &["Inventory"])
        ]),
        &json!({}),
        &[
            "package pods\ndeny contains \"x\" if true",
            "package all\ndeny contains \"x\" if true",
            "package whole\ndeny contains {\"msg\": o.metadata.name, \"object\": {\"apiVersion\": o.apiVersion, \"kind\": o.kind, \"namespace\": \"n\", \"name\": o.metadata.name}} if some o in data.inventory.objects",
        ],
    );
    let failed = |kind: &str| {
        let evaluation = judge(&policies, &json!({"kind": kind}));
        let failed: Vec<_> = evaluation.answers.iter().map(|a| a.rule).collect();
        (failed, evaluation.passed, evaluation.skipped)
    };
    assert_eq!(failed("Pod"), (vec![1, 0], vec![], vec![2]));
    assert_eq!(failed("Node"), (vec![1], vec![], vec![0, 2]));
    assert_eq!(failed("Inventory"), (vec![], vec![2], vec![0, 1]));
    assert!(policies.needs_inventory());
    let object = Arc::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}));
    let mut evaluator = policies.evaluator(&[object]).unwrap();
    let evaluation = evaluator.evaluate(&json!({"kind": "Inventory"}));
    let about = evaluation.answers[0].object.as_ref().unwrap();
    assert_eq!((about.kind.as_str(), about.name.as_str()), ("Pod", "web"));
}

#[test]
fn every_part_of_a_result_reaches_the_answer() {
    let policies = compile(
        &json!([]),
        &json!({"limit": 3}),
        &[
            "package p\ndeny contains {\"message\": \"m\", \"container\": \"app\", \"failed_paths\": [\"a.b\"], \"fix_paths\": [{\"path\": \"a.b\", \"value\": 5}], \"evidence\": {\"n\": data.settings.limit, \"list\": [1, \"x\"]}, \"details\": {\"why\": \"d\"}} if true",
        ],
    );
    let evaluation = judge(&policies, &json!({}));
    let answer = &evaluation.answers[0];
    assert_eq!(
        (answer.message.as_str(), answer.container.as_deref()),
        ("m", Some("app"))
    );
    assert_eq!(answer.failed_paths, ["a.b"]);
    assert_eq!(
        (
            answer.fix_paths[0].path.as_str(),
            answer.fix_paths[0].value.as_str()
        ),
        ("a.b", "5")
    );
    let evidence: Vec<_> = answer
        .evidence
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(evidence, [("list", "[1,\"x\"]"), ("n", "3"), ("why", "d")]);
}

#[test]
fn a_rule_that_is_only_true_speaks_with_its_title() {
    let policies = compile(
        &json!([rule("p", &[])]),
        &json!({}),
        &["package p\ndeny if input.a"],
    );
    assert_eq!(
        judge(&policies, &json!({"a": 1})).answers[0].message,
        "The title of p"
    );
    assert_eq!(judge(&policies, &json!({"a": false})).passed, [0]);
}

#[test]
fn a_policy_of_gatekeeper_sees_a_review_and_its_parameters() {
    let policies = compile(
        &json!([]),
        &json!({"labels": ["owner"]}),
        &[
            "package k8srequiredlabels\nimport data.lib.helpers\nviolation[{\"msg\": msg, \"details\": {\"missing\": missing}}] {\n  input.review.kind.kind == \"Namespace\"\n  provided := {label | input.review.object.metadata.labels[label]}\n  required := {label | label := input.parameters.labels[_]}\n  missing := required - provided\n  count(missing) > 0\n  not data.inventory.cluster[\"v1\"].Namespace.exempt\n  msg := sprintf(\"%v must have %v\", [helpers.name, missing])\n}",
            "package lib.helpers\nname = input.review.name",
        ],
    );
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"a": "b"}}});
    let evaluation = judge(&policies, &object);
    assert_eq!(evaluation.answers[0].message, "shop must have {\"owner\"}");
    assert_eq!(evaluation.answers[0].evidence["missing"], "[\"owner\"]");
    let exempt =
        Arc::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "exempt"}}));
    let mut evaluator = policies.evaluator(&[exempt]).unwrap();
    assert_eq!(evaluator.evaluate(&object).answers, []);
}

#[test]
fn a_violation_that_reads_the_object_itself_sees_the_object() {
    let policies = compile(
        &json!([]),
        &json!({}),
        &["package p\nviolation contains {\"msg\": input.kind} if true"],
    );
    assert_eq!(
        judge(&policies, &json!({"kind": "Pod"})).answers[0].message,
        "Pod"
    );
}

#[test]
fn policies_serve_many_threads() {
    let policies = compile(
        &json!([]),
        &json!({}),
        &["package p\ndeny contains \"x\" if startswith(sprintf(\"%s\", [input.kind]), \"P\")"],
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut evaluator = policies.evaluator(&[]).unwrap();
                for _ in 0..20 {
                    assert_eq!(evaluator.evaluate(&json!({"kind": "Pod"})).answers.len(), 1);
                }
            });
        }
    });
}
