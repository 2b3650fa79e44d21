//! The command as scripts use it: exit codes, streams, and what is said when something is wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  hostPID: yes\n  containers: [{name: app, image: a}]\n";

fn merlon(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_merlon"))
        .args(arguments)
        .current_dir(directory)
        .env("XDG_CONFIG_HOME", directory)
        .env("MERLON_CACHE_DIR", directory.join(".cache"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn exit_codes_tell_clean_found_incomplete_and_wrong_usage_apart() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("good")).unwrap();
    fs::create_dir_all(root.join("broken")).unwrap();
    fs::write(root.join("good/pod.yaml"), POD).unwrap();
    fs::write(root.join("broken/pod.yaml"), POD).unwrap();
    fs::write(
        root.join("broken/other.yaml"),
        "apiVersion: v1\nkind: Pod\nspec: [\n",
    )
    .unwrap();
    let scan =
        |arguments: &[&str]| merlon(root, &[&["scan", "--ruleset", "nsa"], arguments].concat());
    assert_eq!(code(&scan(&["good"])), 1);
    assert_eq!(code(&scan(&["good", "--fail-on", "never"])), 0);
    assert_eq!(code(&scan(&["good", "--rule", "host-ipc"])), 0);
    let broken = scan(&["broken", "--format", "json"]);
    assert_eq!(code(&broken), 2);
    assert!(json(&broken)["findings"].as_array().unwrap().len() > 5);
    assert_eq!(json(&broken)["errors"][0]["location"]["line"], 4);
    assert_eq!(code(&scan(&["./missing"])), 2);
    assert_eq!(code(&scan(&["good", "--no-such-flag"])), 64);
    assert_eq!(code(&scan(&["good", "--rule", "host-pidd"])), 64);
}

#[test]
fn a_finding_has_the_place_of_its_field_and_the_words_of_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("pod.yaml"), POD).unwrap();
    let output = merlon(
        directory.path(),
        &[
            "scan",
            "pod.yaml",
            "--rule",
            "nsa/host-pid",
            "--format",
            "json",
        ],
    );
    let report = json(&output);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "nsa/host-pid");
    assert_eq!(finding["verdict"], "fail");
    assert_eq!(finding["disposition"], "logged");
    assert_eq!(finding["source"], "scan");
    assert_eq!(finding["subject"]["type"], "object");
    assert_eq!(finding["location"]["file"], "pod.yaml");
    assert_eq!(finding["location"]["line"], 5);
    assert_eq!(finding["failed_paths"][0], "spec.hostPID");
    assert_eq!(report["version"], 1);
}

#[test]
fn manifests_are_read_from_stdin_and_verdicts_all_adds_passes_and_skips() {
    use std::io::Write;
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_merlon"))
        .args([
            "scan",
            "-",
            "--ruleset",
            "nsa",
            "--verdicts",
            "all",
            "--format",
            "json",
        ])
        .env("MERLON_CACHE_DIR", directory.path().join(".cache"))
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(POD.as_bytes())
        .unwrap();
    let report = json(&child.wait_with_output().unwrap());
    let count = |verdict: &str| report["summary"]["verdicts"][verdict].as_u64().unwrap();
    assert!(
        count("fail") > 0 && count("pass") > 0 && count("skip") > 0,
        "{}",
        report["summary"]
    );
}

#[test]
fn a_ruleset_of_ones_own_is_one_line_of_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::create_dir_all(root.join("team")).unwrap();
    fs::write(root.join("team/ruleset.yaml"), "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: team\nversion: 0.1.0\ntitle: Ours\npolicies: [\"*.rego\"]\nrules:\n  - { id: owner-label, title: A Pod names its owner, severity: high, kinds: [Pod] }\n").unwrap();
    fs::write(root.join("team/owner_label.rego"), "package team.owner_label\n\ndeny contains {\"msg\": sprintf(\"%s has no owner\", [input.metadata.name]), \"failed_paths\": [\"metadata.labels.owner\"]} if not input.metadata.labels.owner\n").unwrap();
    fs::write(
        root.join("merlon.yaml"),
        "apiVersion: merlon.dev/v1\nrulesets: [./team]\n",
    )
    .unwrap();
    fs::write(root.join("pod.yaml"), POD).unwrap();
    let output = merlon(root, &["scan", "pod.yaml", "--format", "json"]);
    let report = json(&output);
    assert_eq!(
        report["findings"][0]["rule"], "team/owner-label",
        "{report}"
    );
    assert_eq!(report["findings"][0]["location"]["line"], 3);
    assert_eq!(code(&merlon(root, &["config", "check"])), 0);
}

#[test]
fn a_wrong_configuration_tells_every_problem_with_a_caret_and_scans_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::write(
        root.join("merlon.yaml"),
        "apiVersion: merlon.dev/v1\nrulesets: [nas]\nlimit: {}\n",
    )
    .unwrap();
    let output = merlon(root, &["config", "check"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 64);
    for wanted in [
        "merlon.yaml:2:12",
        "did you mean `nsa`?",
        "^^^",
        "did you mean `limits`?",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in:\n{told}");
    }
    assert!(output.stdout.is_empty());
}

#[test]
fn a_ruleset_named_by_its_path_is_tested_whatever_the_configuration_says() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    assert_eq!(code(&merlon(root, &["ruleset", "new", "mine"])), 0);
    fs::write(root.join("merlon.yaml"), "apiVersion: nonsense\n").unwrap();
    assert_eq!(code(&merlon(root, &["ruleset", "test", "./mine"])), 0);
    assert_eq!(code(&merlon(root, &["ruleset", "show", "nsa"])), 0);
    assert_eq!(code(&merlon(root, &["scan", "."])), 64);
}
