//! Rulesets as directories: what is read, what is refused, and with which words.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use merlon_artifact::{ArtifactError, ByteSize, Capability, Files, Ruleset};
use merlon_model::Severity;
use serde_json::{Value, json};
use tempfile::TempDir;

const GOOD: &str = r#"apiVersion: merlon.dev/v1
kind: Ruleset
id: demo
version: 0.1.0
title: Two rules to test with
rules:
  - id: host-pid
    title: Shares the PID namespace of the host
    severity: high
    controls: [C-0038]
  - { id: host-ipc, title: Shares IPC, severity: low, confidence: medium }
plugin: plugin.wasm
policies: ["*.rego"]
content: ["rules/**/*.yaml", notes.txt]
settings:
  type: object
  properties:
    level: { enum: [baseline, restricted], default: baseline }
requires: { capabilities: [log, ruleset], fields: [exe, argv] }
limits: { memory: 32MiB, deadline: 50ms }
"#;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn good() -> TempDir {
    directory(&[
        ("ruleset.yaml", GOOD),
        ("plugin.wasm", "\0asm"),
        ("a.rego", "package a"),
        ("b.rego", "package b"),
        ("deep/c.rego", "package c"),
        ("notes.txt", "x"),
        ("rules/one.yaml", "1"),
        ("rules/more/two.yaml", "2"),
        ("rules/.hidden.yaml", "3"),
        ("README.md", "not part of it"),
        ("cases/first/input.yaml", "in"),
    ])
}

fn refusal(root: &Path) -> String {
    let text = Ruleset::open(root).unwrap_err().to_string();
    text.replace(&root.display().to_string(), "demo")
}

#[test]
fn a_directory_is_read_whole_and_only_what_it_names() {
    let root = good();
    let ruleset = Ruleset::open(root.path()).unwrap();
    let definition = &ruleset.definition;
    assert_eq!((&*definition.id, &*definition.version), ("demo", "0.1.0"));
    assert_eq!(definition.rules.len(), 2);
    assert_eq!(definition.rules[0].severity, Severity::High);
    assert_eq!(definition.policies, ["a.rego", "b.rego"]);
    assert_eq!(
        ruleset.content_paths().collect::<Vec<_>>(),
        ["notes.txt", "rules/more/two.yaml", "rules/one.yaml"]
    );
    assert_eq!(
        definition.capabilities,
        [Capability::Log, Capability::Ruleset]
    );
    assert_eq!(definition.limits.memory, Some(ByteSize::mebibytes(32)));
    assert_eq!(definition.limits.deadline, Some(Duration::from_millis(50)));
    let paths: Vec<_> = ruleset.paths().collect();
    assert_eq!(paths.len(), 8, "{paths:?}");
    assert_eq!(
        ruleset.cases().collect::<Vec<_>>(),
        ["cases/first/input.yaml"]
    );
    assert_eq!(ruleset.plugin(), Some(&b"\0asm"[..]));
    assert_eq!(ruleset.read("cases/first/input.yaml").unwrap(), b"in");
    for outside in ["README.md", "../x", "/etc/passwd", "deep/c.rego"] {
        let error = ruleset.read(outside).unwrap_err();
        assert!(matches!(error, ArtifactError::NoFile { .. }), "{outside}");
    }
}

#[test]
fn the_digest_follows_what_judges_and_not_the_cases() {
    let root = good();
    let first = Ruleset::open(root.path()).unwrap().digest;
    fs::write(root.path().join("cases/second.yaml"), "x").unwrap();
    fs::write(root.path().join("README.md"), "changed").unwrap();
    assert_eq!(Ruleset::open(root.path()).unwrap().digest, first);
    fs::write(root.path().join("rules/one.yaml"), "changed").unwrap();
    assert_ne!(Ruleset::open(root.path()).unwrap().digest, first);
}

#[test]
fn the_bytes_are_those_of_the_digest_whatever_happens_to_the_directory() {
    let root = good();
    let ruleset = Ruleset::open(root.path()).unwrap();
    fs::write(root.path().join("a.rego"), "package evil").unwrap();
    assert_eq!(ruleset.read("a.rego").unwrap(), b"package a");
}

#[test]
fn an_embedded_ruleset_is_the_same_as_its_directory() {
    const FILES: &[(&str, &[u8])] = &[
        ("ruleset.yaml", GOOD.as_bytes()),
        ("plugin.wasm", b"\0asm"),
        ("a.rego", b"package a"),
        ("b.rego", b"package b"),
        ("notes.txt", b"x"),
        ("rules/one.yaml", b"1"),
        ("rules/more/two.yaml", b"2"),
    ];
    let embedded = Ruleset::embedded(FILES).unwrap();
    let opened = Ruleset::open(good().path()).unwrap();
    assert_eq!(embedded.digest, opened.digest);
    assert_eq!(embedded.definition, opened.definition);
    assert!(matches!(
        Ruleset::embedded(&[]).unwrap_err(),
        ArtifactError::NoDefinition { .. }
    ));
}

#[test]
fn carried_files_are_the_same_as_their_directory() {
    let mut files = Files::new();
    let root = good();
    let opened = Ruleset::open(root.path()).unwrap();
    for path in opened.paths() {
        files.insert(path, opened.read(path).unwrap()).unwrap();
    }
    files.insert("not-named.txt", b"x".to_vec()).unwrap();
    let carried = Ruleset::from_files(files, "oci://r.example/demo:1").unwrap();
    assert_eq!(carried.digest, opened.digest);
    assert_eq!(carried.definition, opened.definition);
    assert!(carried.paths().eq(opened.paths()));
    assert_eq!(carried.read("cases/first/input.yaml").unwrap(), b"in");
    assert!(carried.read("not-named.txt").is_err());
}

#[test]
fn carried_files_are_refused_with_the_words_of_a_directory() {
    let mut files = Files::new();
    let error = Ruleset::from_files(files.clone(), "oci://r.example/demo:1").unwrap_err();
    assert!(
        error.to_string().contains("no ruleset.yaml in oci://"),
        "{error}"
    );
    files.insert("ruleset.yaml", GOOD.into()).unwrap();
    files.insert("plugin.wasm", vec![0]).unwrap();
    files.insert("a.rego", vec![0]).unwrap();
    files.insert("rules/x.yaml", vec![0]).unwrap();
    files.insert("notes.txt", vec![0; (16 << 20) + 1]).unwrap();
    let error = Ruleset::from_files(files, "oci://r.example/demo:1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "notes.txt in the ruleset is larger than 16MiB"
    );
}

#[test]
fn settings_are_checked_and_completed() {
    let ruleset = Ruleset::open(good().path()).unwrap();
    let complete = ruleset.check_settings(&Value::Null).unwrap();
    assert_eq!(complete, json!({"level": "baseline"}));
    let problems = ruleset.check_settings(&json!({"levle": "x"})).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "unknown setting `levle`: did you mean `level`?"
    );
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
        fs::write(&path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} differs; look at it, then `cargo xtask bless`"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let root = directory(&[(
        "ruleset.yaml",
        r#"apiVersion: merlon.dev/v2
kind: Ruleset
id: Demo Rules
version: 1.0
titel: Two rules
rules:
  - id: host-pid
    title: Shares the PID namespace
    severity: hihg
    control: [C-0038]
  - id: host-pid
    title: [a, b]
  - just text
plugin: ../plugin.wasm
policies: ["*.rgo"]
content: rules/
settings:
  properties:
    level: { enum: [a, b], default: c }
requires:
  capabilities: [log, proces]
  fields: [exee]
limits: { memory: 64MB, deadline: 100, cpu: 1 }
"#,
    )]);
    golden("everything.txt", &format!("{}\n", refusal(root.path())));
}

#[test]
fn a_ruleset_needs_something_that_judges() {
    let head = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: x\nversion: 1.0.0\ntitle: X\n";
    let root = directory(&[("ruleset.yaml", head)]);
    assert!(refusal(root.path()).contains("nothing that judges"));
    let root = directory(&[("ruleset.yaml", &format!("{head}plugin: plugin.wasm\n"))]);
    assert!(refusal(root.path()).contains("merlon plugin build"));
    let root = directory(&[("ruleset.yaml", &format!("{head}engine: behaviour\n"))]);
    Ruleset::open(root.path()).unwrap();
    assert!(refusal(directory(&[("x", "")]).path()).contains("no ruleset.yaml in demo"));
    assert!(refusal(directory(&[("ruleset.yaml", "# nothing")]).path()).contains("empty"));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_refused_and_one_inside_is_followed() {
    use std::os::unix::fs::symlink;

    let root = good();
    symlink("one.yaml", root.path().join("rules/linked.yaml")).unwrap();
    let ruleset = Ruleset::open(root.path()).unwrap();
    assert_eq!(ruleset.read("rules/linked.yaml").unwrap(), b"1");

    symlink("/etc/hostname", root.path().join("rules/out.yaml")).unwrap();
    let error = Ruleset::open(root.path()).unwrap_err();
    assert!(
        matches!(&error, ArtifactError::Read { path, .. } if path == "rules/out.yaml"),
        "{error}"
    );
}

#[test]
fn a_file_over_its_cap_is_refused() {
    let root = good();
    let file = fs::File::create(root.path().join("notes.txt")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let text = refusal(root.path());
    assert_eq!(text, "notes.txt in the ruleset is larger than 16MiB");
}
