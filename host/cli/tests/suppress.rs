//! What makes findings not count, and what is told about it: baselines and exemptions.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  hostPID: yes\n  hostIPC: yes\n  containers: [{name: app, image: a}]\n";
/// Two rules with a finding each.
const RULES: [&str; 5] = [
    "scan",
    ".",
    "--rule=nsa/host-pid",
    "--rule=nsa/host-ipc",
    "--ruleset=nsa",
];

struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.write("pod.yaml", POD);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn merlon(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_merlon"))
            .args(arguments)
            .current_dir(self.path())
            .env("XDG_CONFIG_HOME", self.path())
            .env(
                "MERLON_CACHE_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"),
            )
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn scan(&self, arguments: &[&str]) -> Output {
        self.merlon(&[&RULES, arguments].concat())
    }

    /// A scan as JSON, with its exit code and what it told on stderr.
    fn json(&self, arguments: &[&str]) -> (i32, Value, String) {
        let output = self.scan(&[arguments, &["--format=json"]].concat());
        (
            code(&output),
            serde_json::from_slice(&output.stdout).unwrap(),
            told(&output),
        )
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A key that no scanner takes this file for.
fn leak(last: char) -> String {
    format!(
        "aws_access_key_id = \"{}{}{last}\"\n",
        "AKIAQ4SZ", "7PHN3XMLW2K"
    )
}

#[test]
fn a_baseline_accepts_what_is_there_and_fails_on_what_is_new() {
    let repository = Repository::new();
    assert_eq!(code(&repository.scan(&[])), 1);
    let written = repository.scan(&["--write-baseline=known.yaml"]);
    assert_eq!(code(&written), 0, "what was just accepted does not fail");

    let (exit, report, _) = repository.json(&["--baseline=known.yaml"]);
    assert_eq!(exit, 0);
    assert_eq!(report["summary"]["verdicts"]["exempted"], 2);
    assert_eq!(report["findings"][0]["disposition"], "exempted");
    assert_eq!(
        report["summary"]["unused_suppressions"],
        serde_json::json!([])
    );

    repository.write("new.yaml", &POD.replace("name: web", "name: api"));
    let (exit, report, _) = repository.json(&["--baseline=known.yaml"]);
    assert_eq!(exit, 1);
    assert_eq!(report["summary"]["verdicts"]["fail"], 2);
    assert_eq!(report["summary"]["verdicts"]["exempted"], 2);
}

#[test]
fn a_rewritten_baseline_keeps_reasons_and_dates_and_forgets_what_is_gone() {
    let repository = Repository::new();
    repository.scan(&["--write-baseline=known.yaml"]);
    let first = repository.read("known.yaml");
    repository.scan(&["--write-baseline=known.yaml"]);
    assert_eq!(repository.read("known.yaml"), first, "the order is stable");

    let marked = first.replace(
        "    rule: nsa/host-pid\n",
        "    rule: nsa/host-pid\n    until: 2126-01-31\n    reason: the debugger needs it\n",
    );
    repository.write("known.yaml", &marked);
    repository.write("pod.yaml", &POD.replace("  hostIPC: yes\n", ""));
    assert_eq!(code(&repository.scan(&["--write-baseline=known.yaml"])), 0);
    let kept = repository.read("known.yaml");
    assert!(
        kept.contains("    until: 2126-01-31\n    reason: \"the debugger needs it\"\n"),
        "{kept}"
    );
    assert!(!kept.contains("host-ipc"), "{kept}");
    let (_, report, _) = repository.json(&["--baseline=known.yaml"]);
    let evidence = &report["findings"][0]["evidence"];
    assert_eq!(evidence["exempted_because"], "the debugger needs it");
}

#[test]
fn an_expired_entry_does_not_apply_and_is_named() {
    let repository = Repository::new();
    repository.scan(&["--write-baseline=known.yaml"]);
    let text = repository.read("known.yaml");
    let rule = "    rule: nsa/host-pid\n";
    let expired = text.replace(rule, &format!("{rule}    until: 2026-01-01\n"));
    repository.write("known.yaml", &expired);
    let (exit, report, told) = repository.json(&["--baseline=known.yaml"]);
    assert_eq!(exit, 1);
    let unused = &report["summary"]["unused_suppressions"];
    assert_eq!(unused.as_array().unwrap().len(), 1);
    assert_eq!(unused[0]["why"], "expired");
    assert!(
        told.contains("known.yaml:") && told.contains("nsa/host-pid in pod.yaml has expired"),
        "{told}"
    );
    // Writing it anew is no renewal: that is somebody's decision.
    assert_eq!(code(&repository.scan(&["--write-baseline=known.yaml"])), 1);
    assert!(repository.read("known.yaml").contains("until: 2026-01-01"));
}

#[test]
fn an_entry_that_matches_nothing_is_told_when_it_could_have_matched() {
    let repository = Repository::new();
    fs::create_dir(repository.path().join("other")).unwrap();
    repository.scan(&["--write-baseline=known.yaml"]);
    repository.write("pod.yaml", &POD.replace("  hostIPC: yes\n", ""));
    let (exit, report, told) = repository.json(&["--baseline=known.yaml"]);
    assert_eq!(exit, 0);
    assert_eq!(
        report["summary"]["unused_suppressions"][0]["why"],
        "unmatched"
    );
    assert!(
        told.contains("the exemption of nsa/host-ipc in pod.yaml matched nothing"),
        "{told}"
    );
    for narrower in [
        ["scan", ".", "--ruleset=nsa", "--rule=nsa/host-pid"],
        ["scan", "other", "--ruleset=nsa", "--rule=nsa/host-ipc"],
    ] {
        let output = repository.merlon(&[&narrower[..], &["--baseline=known.yaml"]].concat());
        let told = self::told(&output);
        assert!(!told.contains("matched nothing"), "{narrower:?}: {told}");
    }
}

#[test]
fn a_rotated_secret_in_the_same_place_is_a_new_finding_and_a_moved_one_is_not() {
    let repository = Repository::new();
    let scan = |arguments: &[&str]| {
        let secrets = ["scan", ".", "--ruleset=secrets", "--rule=aws-access-key-id"];
        repository.merlon(&[&secrets, arguments].concat())
    };
    repository.write("settings.py", &leak('T'));
    assert_eq!(code(&scan(&["--write-baseline=known.yaml"])), 0);
    fs::rename(
        repository.path().join("settings.py"),
        repository.path().join("moved.py"),
    )
    .unwrap();
    assert_eq!(code(&scan(&["--baseline=known.yaml"])), 0);
    repository.write("moved.py", &leak('U'));
    assert_eq!(code(&scan(&["--baseline=known.yaml"])), 1);
    let known = repository.read("known.yaml");
    assert!(!known.contains("AKIA"), "a baseline holds no secret");
    assert_eq!(
        code(&repository.merlon(&["scan", "known.yaml", "--ruleset=secrets"])),
        0
    );
}

#[test]
fn an_incomplete_scan_writes_no_baseline() {
    let repository = Repository::new();
    repository.write("known.yaml", "apiVersion: merlon.dev/v1\nfindings: []\n");
    repository.write("broken.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n");
    let output = repository.scan(&["--write-baseline=known.yaml"]);
    assert_eq!(code(&output), 2);
    assert!(told(&output).contains("known.yaml was not written"));
    assert!(repository.read("known.yaml").ends_with("findings: []\n"));
}

#[test]
fn a_baseline_goes_where_a_link_leads_and_to_stdout() {
    let repository = Repository::new();
    repository.write("real.yaml", "apiVersion: merlon.dev/v1\nfindings: []\n");
    std::os::unix::fs::symlink("real.yaml", repository.path().join("link.yaml")).unwrap();
    repository.scan(&["--write-baseline=link.yaml"]);
    assert!(repository.read("real.yaml").contains("nsa/host-pid"));
    assert!(repository.path().join("link.yaml").is_symlink());
    let shown = repository.scan(&["--write-baseline=/dev/stdout", "--output=report"]);
    assert_eq!(code(&shown), 0);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(shown, repository.read("real.yaml"));
    let nowhere = repository.scan(&["--write-baseline=no/such/directory.yaml"]);
    assert_eq!(code(&nowhere), 64);
}

#[test]
fn a_wrong_or_missing_baseline_stops_the_scan() {
    let repository = Repository::new();
    let missing = repository.scan(&["--baseline=nowhere.yaml"]);
    assert_eq!(code(&missing), 64);
    assert!(told(&missing).contains("--write-baseline nowhere.yaml makes one"));
    repository.write(
        "known.yaml",
        "apiVersion: merlon.dev/v1\nfindings: [{fingerprnt: x}]\n",
    );
    for flag in ["--baseline=known.yaml", "--write-baseline=known.yaml"] {
        let wrong = repository.scan(&[flag]);
        assert_eq!(code(&wrong), 64);
        assert!(wrong.stdout.is_empty());
        assert!(
            told(&wrong).contains("did you mean `fingerprint`?"),
            "{}",
            told(&wrong)
        );
    }
}

#[test]
fn an_exemption_says_why_and_one_without_effect_is_told() {
    let repository = Repository::new();
    let except = |lines: &str| {
        format!("apiVersion: merlon.dev/v1\nrulesets:\n  - use: nsa\n    except:\n{lines}")
    };
    repository.write(
        "merlon.yaml",
        &except("      - { rule: host-pid, namespace: shop, reason: the debugger needs it }\n      - { rule: host-ipc, namespace: elsewhere, reason: legacy }\n      - { rule: nsa/host-ipc, until: 2026-01-01, reason: for a while }\n"),
    );
    let output = repository.merlon(&["scan", "pod.yaml", "--format=json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let pid = findings
        .iter()
        .find(|finding| finding["rule"] == "nsa/host-pid");
    assert_eq!(pid.unwrap()["disposition"], "exempted");
    assert_eq!(
        pid.unwrap()["evidence"]["exempted_because"],
        "the debugger needs it"
    );
    let unused = report["summary"]["unused_suppressions"].as_array().unwrap();
    let lines: Vec<_> = unused
        .iter()
        .map(|unused| (&unused["line"], &unused["why"]))
        .collect();
    assert_eq!(
        serde_json::json!(lines),
        serde_json::json!([[6, "unmatched"], [7, "expired"]])
    );
    assert!(
        told(&output)
            .contains("merlon.yaml:6: the exemption of elsewhere host-ipc matched nothing")
    );

    repository.write(
        "merlon.yaml",
        &except(
            "      - { rule: host-pidd, reason: a }\n      - { rule: other/host-pid, reason: b }\n",
        ),
    );
    for command in [&["config", "check"][..], &["scan", "."]] {
        let output = repository.merlon(command);
        assert_eq!(code(&output), 64);
        let told = told(&output);
        assert!(
            told.contains("merlon.yaml:5: an exemption names `host-pidd`"),
            "{told}"
        );
        assert!(told.contains("did you mean `nsa/host-pid`?"), "{told}");
        assert!(
            told.contains("merlon.yaml:6: an exemption names `other/host-pid`"),
            "{told}"
        );
    }
}
