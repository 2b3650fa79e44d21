//! Five languages, one detection; and from nothing to a finding in each.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn merlon(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_merlon"))
        .current_dir(dir)
        .args(arguments)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lookout(language: &str) {
    let dir = tempfile::tempdir().unwrap();
    let shared = root().join("conformance/lookout");
    fs::create_dir(dir.path().join("cases")).unwrap();
    for file in ["ruleset.yaml", "cases/lookout.yaml"] {
        fs::copy(shared.join(file), dir.path().join(file)).unwrap();
    }
    let component = root().join(format!("target/bundle/lookout-{language}.wasm"));
    fs::copy(component, dir.path().join("plugin.wasm")).unwrap();
    let output = merlon(dir.path(), &["ruleset", "test", "."]);
    assert!(output.status.success(), "{language}: {}", told(&output));
    assert!(told(&output).contains("6 passed, 0 failed"));
}

/// An empty folder, three commands, a finding.
fn from_nothing(language: &str) {
    let dir = tempfile::tempdir().unwrap();
    let project = dir.path().join("first-rule");
    let new = merlon(
        dir.path(),
        &["plugin", "new", "first-rule", "--language", language],
    );
    assert!(new.status.success(), "{language}: {}", told(&new));
    let build = merlon(&project, &["plugin", "build"]);
    assert!(build.status.success(), "{language}: {}", told(&build));
    let test = merlon(&project, &["plugin", "test"]);
    assert!(test.status.success(), "{language}: {}", told(&test));
    assert!(told(&test).contains("2 passed, 0 failed"));
    let inspect = merlon(&project, &["plugin", "inspect"]);
    assert!(
        told(&inspect).contains("process.exec [exe, container.id]"),
        "{language}: {}",
        told(&inspect)
    );
}

#[test]
fn the_same_detection_in_rust_finds_what_its_cases_say() {
    lookout("rust");
}

#[test]
fn the_same_detection_in_c_finds_what_its_cases_say() {
    lookout("c");
}

#[test]
fn the_same_detection_in_go_finds_what_its_cases_say() {
    lookout("go");
}

#[test]
fn the_same_detection_in_python_finds_what_its_cases_say() {
    lookout("python");
}

#[test]
fn the_same_detection_in_typescript_finds_what_its_cases_say() {
    lookout("js");
}

#[test]
fn from_nothing_to_a_finding_in_rust() {
    from_nothing("rust");
}

#[test]
fn from_nothing_to_a_finding_in_c() {
    from_nothing("c");
}

#[test]
fn from_nothing_to_a_finding_in_go() {
    from_nothing("go");
}

#[test]
fn from_nothing_to_a_finding_in_python() {
    from_nothing("python");
}

#[test]
fn from_nothing_to_a_finding_in_typescript() {
    from_nothing("ts");
}
