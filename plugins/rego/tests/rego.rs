//! The engine answers as it does natively.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use merlon_plugin_rego::Rego;
use merlon_sdk::bindings::merlon::plugin::types::{
    Batch, Column, Finding, Manifest, Outcome, Severity,
};
use merlon_sdk::fake::{World, with_world};
use merlon_sdk::instance::Instance;
use merlon_sdk::json::{Value, json};

fn start(policy: &str, rules: Value) -> Result<(Instance<Rego>, Manifest), String> {
    with_world(|world| {
        *world = World::default();
        world.files.insert("a.rego".to_owned(), policy.into());
        for name in ["web", "db"] {
            let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}});
            world.objects.push(("Pod".to_owned(), object.to_string()));
        }
    });
    let settings = json!({"rules": rules, "settings": {"limit": 2}, "policies": ["a.rego"]});
    Instance::start(&settings.to_string())
}

fn judge(instance: &mut Instance<Rego>, objects: &[Value]) -> Result<Vec<Finding>, String> {
    let mut strings = vec![String::new()];
    strings.extend(objects.iter().map(Value::to_string));
    let rows = u32::try_from(objects.len()).unwrap();
    instance.evaluate(&Batch {
        subscription: 0,
        rows,
        strings,
        columns: vec![Column::Texts((1..=rows).collect())],
    })
}

#[test]
fn every_row_is_judged_with_settings_and_inventory() {
    let policy = "package host_pid\ndeny contains {\"msg\": msg, \"container\": \"app\", \"failed_paths\": [\"spec.hostPID\"], \"fix_paths\": [{\"path\": \"spec.hostPID\", \"value\": false}]} if {\n  input.spec.hostPID\n  count(data.inventory.objects) == data.settings.limit\n  data.inventory.namespace.shop.v1.Pod.web\n  msg := sprintf(\"%s shares it\", [input.metadata.name])\n}\nskip contains \"a mirror\" if input.metadata.annotations.mirror";
    let rules =
        json!([{"id": "host-pid", "title": "Host PID", "severity": "high", "kinds": ["Pod"]}]);
    let (mut instance, manifest) = start(policy, rules).unwrap();
    assert_eq!(
        (manifest.rules[0].id.as_str(), manifest.rules[0].severity),
        ("host-pid", Severity::High)
    );
    assert_eq!(manifest.subscriptions[0].fields, ["object"]);
    let findings = judge(
        &mut instance,
        &[
            json!({"kind": "Pod", "metadata": {"name": "quiet"}}),
            json!({"kind": "Pod", "metadata": {"name": "web"}, "spec": {"hostPID": true}}),
            json!({"kind": "Node", "metadata": {"name": "n"}, "spec": {"hostPID": true}}),
            json!({"kind": "Pod", "metadata": {"name": "m", "annotations": {"mirror": "y"}}}),
        ],
    )
    .unwrap();
    let said: Vec<_> = findings
        .iter()
        .map(|f| (f.row, f.outcome, f.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (1, Outcome::Fail, "web shares it"),
            (3, Outcome::Skip, "a mirror")
        ]
    );
    assert_eq!(findings[0].container.as_deref(), Some("app"));
    assert_eq!(findings[0].failed_paths, ["spec.hostPID"]);
    assert_eq!(findings[0].fix_paths[0].value, "false");
}

#[test]
fn a_policy_that_cannot_be_read_is_refused_with_its_place() {
    let refused = |policy: &str| start(policy, json!([])).err().unwrap_or_default();
    assert!(refused("package p\n\ndeny contains \"a\" if http.send({})").starts_with("a.rego:3: "));
    assert!(refused("not rego").starts_with("a.rego:1"));
    assert!(Instance::<Rego>::start("{\"policies\": [\"b.rego\"]}").is_err());
    assert!(Instance::<Rego>::start("{}").is_err());
}

#[test]
fn a_rule_without_an_answer_is_a_fault_of_the_batch() {
    let policy = "package p\ndeny contains \"a\" if count(numbers.range(1, 1000000000)) > 1";
    let (mut instance, _) = start(policy, json!([])).unwrap();
    let error = judge(&mut instance, &[json!({"kind": "Pod"})]).unwrap_err();
    assert!(error.contains("data.p.deny asked for too much"), "{error}");
}
