//! Hostile plugins and hostile Rego: each is contained and named, and its neighbour finds what it finds
//! alone.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use merlon_artifact::{Capability, Ruleset};
use merlon_conformance::{Host, Set, exec, object};
use merlon_model::{Event, Finding, Outcome, Verdict, chain};
use merlon_runtime::{Limits, LoadError, Plugin, PluginSpec, Runtime};
use serde_json::json;

fn events() -> Vec<Event> {
    (0..8)
        .map(|n| exec(n, "/usr/bin/curl", &["curl", "http://x"]))
        .collect()
}

fn witness() -> Set {
    Set::plugin("witness", "witness", json!({})).unwrap()
}

fn hostile(mode: &str) -> Set {
    Set::plugin("hostile", "hostile", json!({ "mode": mode })).unwrap()
}

/// What does not change from run to run.
fn essence(findings: &[Finding], ruleset: &str) -> Vec<(String, String)> {
    let of = findings
        .iter()
        .filter(|finding| finding.ruleset.id == ruleset);
    of.map(|finding| (finding.fingerprint.clone(), finding.message.clone()))
        .collect()
}

#[test]
fn a_hostile_plugin_is_contained_and_its_neighbours_findings_are_unchanged() {
    let alone = Host::with(&[witness()]).unwrap().findings(&events());
    let expected = essence(&alone, "witness");
    assert_eq!(expected.len(), 8);
    for (mode, told) in [
        ("loop", "gave no answer within 100 ms"),
        ("host-call-flood", "gave no answer within 100 ms"),
        ("log-flood", "gave no answer within 100 ms"),
        ("memory", "wanted more than its 64 MiB of memory"),
        ("recursion", "exhausted its call stack"),
        ("big-result", "64 MiB|answered with more"),
        (
            "many-findings",
            "answered with more than 4096 KiB|findings, at most",
        ),
        ("state-flood", "the state is full"),
        ("trap", "trapped"),
        ("error", "reported an error"),
        ("bad-row", "answered wrongly: row"),
        ("bad-rule", "answered wrongly: rule"),
    ] {
        let host = Host::with(&[hostile(mode), witness()]).unwrap();
        let evaluation = host.engine().evaluate(&events());
        assert!(
            evaluation
                .verdicts
                .iter()
                .all(|verdict| *verdict == Verdict::Deny),
            "{mode}"
        );
        let findings: Vec<Finding> = evaluation.findings.into_iter().map(|(_, f)| f).collect();
        let faults: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Error)
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(faults.len(), 1, "{mode}: {faults:?}");
        let named = told.split('|').any(|told| faults[0].contains(told));
        assert!(
            named && faults[0].starts_with("ruleset hostile"),
            "{mode}: {faults:?}"
        );
        assert_eq!(essence(&findings, "witness"), expected, "{mode}");
        println!("contained {mode:<16} {}", faults[0]);
    }
}

#[test]
fn a_plugin_that_describes_itself_wrongly_is_refused_by_name() {
    for (mode, told) in [
        ("trap-in-describe", "trapped"),
        ("describe-loop", "gave no answer within 2000 ms"),
        ("error-in-describe", "reported an error"),
        ("bad-pattern", "pattern"),
        ("huge-pattern", "pattern"),
        (
            "huge-manifest",
            "describes itself wrongly|answered with more",
        ),
        ("bad-kind", "unknown event kind"),
        ("bad-field", "has no field"),
        ("bad-filter", "wrong prefilter"),
    ] {
        let error = Host::with(&[hostile(mode)]).err().unwrap();
        let text = chain(&error);
        assert!(
            told.split('|').any(|told| text.contains(told)),
            "{mode}: {text}"
        );
        assert!(text.contains("hostile"), "{mode}: {text}");
        println!("refused {mode:<18} {text:.120}");
    }
}

#[test]
fn a_plugin_recovers_on_a_fresh_instance_and_is_parked_when_it_keeps_failing() {
    let host = Host::with(&[hostile("trap")]).unwrap();
    let told: Vec<String> = (0..5)
        .flat_map(|_| host.findings(&events()))
        .map(|f| f.message)
        .collect();
    assert!(
        told.iter()
            .take(3)
            .all(|message| message.contains("trapped")),
        "{told:?}"
    );
    assert!(
        told.last()
            .unwrap()
            .contains("is parked after 3 faults in a row"),
        "{told:?}"
    );
    let well = Host::with(&[hostile("well")]).unwrap();
    assert_eq!(well.findings(&events()).len(), 8);
    assert_eq!(well.findings(&events()).len(), 8);
}

#[test]
fn hostile_rego_is_stopped_and_its_neighbours_findings_are_unchanged() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}});
    let objects = [object(0, &pod)];
    let expected = essence(
        &Host::with(&[witness()]).unwrap().findings(&objects),
        "witness",
    );
    assert_eq!(expected.len(), 1);
    let deep = format!(
        "package h\n\ndeny contains \"x\" if {{ {}1{} == 1 }}\n",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    for (name, policy) in [
        ("range of a billion", "package h\n\ndeny contains \"x\" if { count(numbers.range(1, 1000000000)) > 0 }\n".to_owned()),
        ("huge comprehension", "package h\n\ndeny contains \"x\" if { some_list := numbers.range(1, 3000); count([1 | some a in some_list; some b in some_list; some c in some_list; a + b + c == 0]) == 0 }\n".to_owned()),
        ("doubling text", "package h\n\na := concat(\"\", [x | some _ in numbers.range(1, 100000); x := \"0123456789012345678901234567890123456789\"])\n\nb := concat(\"\", [x | some _ in numbers.range(1, 1000); x := a])\n\ndeny contains \"x\" if { count(b) > 0 }\n".to_owned()),
        ("deep nesting", deep),
    ] {
        let told = match Host::with(&[Set::policy("hostile", &policy), witness()]) {
            Ok(host) => {
                let findings = host.findings(&objects);
                assert_eq!(essence(&findings, "witness"), expected, "{name}");
                let fault = findings.iter().find(|finding| finding.outcome == Outcome::Error);
                fault.unwrap_or_else(|| panic!("{name} was answered: {findings:?}")).message.clone()
            }
            Err(error) => chain(&error),
        };
        assert!(told.contains("hostile"), "{name}: {told}");
        println!("stopped {name:<20} {told:.120}");
    }
}

#[test]
fn one_artifact_judges_processes_files_and_objects() {
    let host = Host::with(&[witness()]).unwrap();
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}});
    let events = [
        exec(0, "/bin/ls", &["ls"]),
        merlon_conformance::file(1, "etc/x", "merlon-witness-one", 0),
        object(2, &pod),
    ];
    let told: Vec<String> = host
        .findings(&events)
        .into_iter()
        .map(|f| f.message)
        .collect();
    assert_eq!(
        told,
        ["/bin/ls was started", "etc/x was read", "Pod web was seen"]
    );
}

/// The hostile plugin under a `ruleset.yaml` that says this, granted `log` only.
fn load_with_log_only(asks: &str, mode: &str) -> Result<Plugin, LoadError> {
    let component = merlon_conformance::component("hostile").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let definition = format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: hostile\nversion: 0.1.0\ntitle: A fixture\nplugin: plugin.wasm\n{asks}"
    );
    std::fs::write(directory.path().join("ruleset.yaml"), definition).unwrap();
    std::fs::write(directory.path().join("plugin.wasm"), &component).unwrap();
    let ruleset = std::sync::Arc::new(Ruleset::open(directory.path()).unwrap());
    Runtime::start(None).unwrap().load(&PluginSpec {
        ruleset: &ruleset,
        component: &component,
        grants: &[Capability::Log],
        settings: &json!({ "mode": mode }).to_string(),
        settings_again: None,
        limits: Limits::default(),
    })
}

#[test]
fn a_ruleset_that_asks_for_more_than_was_granted_is_refused_with_the_line_to_add() {
    let asks = "requires: { capabilities: [log, state] }\n";
    let error = load_with_log_only(asks, "well").err().unwrap();
    assert!(error.to_string().contains("grant: [log, state]"), "{error}");
}

#[test]
fn a_capability_that_nobody_granted_may_be_imported_and_calling_it_ends_the_call() {
    let plugin = load_with_log_only("", "state-flood").unwrap();
    let fault = plugin
        .evaluate(0, events(), 0, &std::sync::Arc::from([]))
        .unwrap_err();
    let told = chain(&fault);
    assert!(
        told.contains("called `state`, which it was not granted"),
        "{told}"
    );
}

#[test]
fn what_is_no_component_is_refused_in_words() {
    let runtime = Runtime::start(None).unwrap();
    for (bytes, told) in [
        (&b"#!/bin/sh\n"[..], "no WebAssembly at all"),
        (b"", "no WebAssembly at all"),
        (b"\0asm\x01\0\0\0", "merlon plugin build"),
        (b"\0asm\x0d\0\x01\0\xff\xff", "failed to parse"),
    ] {
        let error = runtime.compile(bytes).err().unwrap();
        let text = format!("{error:#}");
        assert!(text.contains(told), "{text}");
    }
}
