//! `merlon run` reloads while it watches: every outcome is told, and no event is lost or judged twice.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the functions around the tests are tests too"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

const MERLON: &str = env!("CARGO_BIN_EXE_merlon");
/// Longer than any reload takes, compiling included.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why the test cannot run here.
fn refusal() -> Option<String> {
    let output = Command::new(MERLON)
        .args(["probe", "--format", "json"])
        .output()
        .ok()?;
    let probe: Value = serde_json::from_slice(&output.stdout).ok()?;
    let tracepoints = &probe["tp_btf"];
    (tracepoints["available"] != true).then(|| tracepoints["why"].to_string())
}

/// A node agent and what it says.
struct Agent {
    child: Child,
    told: Receiver<String>,
}

impl Agent {
    fn start(root: &Path, policy: &str) -> Self {
        let mut child = Command::new(MERLON)
            .args(["run", "--config", "merlon.yaml", "--format", "jsonl"])
            .args(["--reload", policy])
            .current_dir(root)
            .env("MERLON_CACHE_DIR", root.join(".cache"))
            .stdin(Stdio::null())
            .stdout(File::create(root.join("findings.jsonl")).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, told) = sync_channel(1000);
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                drop(tell.send(line));
            }
        });
        let agent = Self { child, told };
        agent.wait_for("watching");
        agent
    }

    /// The next line with these words.
    fn wait_for(&self, words: &str) -> String {
        loop {
            let line = self.told.recv_timeout(PATIENCE).unwrap();
            println!("{line}");
            if line.contains(words) {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    fn end(mut self) -> String {
        self.signal("TERM");
        let last = self.wait_for("reloads:");
        self.child.wait().unwrap();
        last
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Only a test that failed left it running.
        drop(self.child.kill());
    }
}

/// Ends the work when the night is over, however it ended.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A ruleset that finds every execution.
fn ruleset(root: &Path, version: &str) {
    let directory = root.join("team");
    fs::create_dir_all(&directory).unwrap();
    let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bundle/witness.wasm");
    fs::copy(component, directory.join("plugin.wasm")).unwrap();
    let definition = format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: team\nversion: {version}\ntitle: Ours\nplugin: plugin.wasm\n"
    );
    fs::write(directory.join("ruleset.yaml"), definition).unwrap();
}

fn configure(root: &Path, ruleset: &str) {
    let text = format!("apiVersion: merlon.dev/v1\nrulesets:\n  - {ruleset}\n");
    fs::write(root.join("merlon.yaml"), text).unwrap();
}

/// How often each marked execution was found.
fn found(root: &Path) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in fs::read_to_string(root.join("findings.jsonl"))
        .unwrap()
        .lines()
    {
        let finding: Value = serde_json::from_str(line).unwrap();
        let argv = finding["subject"]["argv"].as_array().unwrap();
        let marker = argv.last().and_then(Value::as_str).unwrap_or_default();
        if finding["rule"] == "team/seen" && marker.starts_with("marker-") {
            *found.entry(marker.to_owned()).or_default() += 1;
        }
    }
    found
}

/// Starts marked programs until it is told to stop, and counts them.
fn work(over: &AtomicBool) -> usize {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        let marker = format!("marker-{count}");
        assert!(
            Command::new("/bin/true")
                .arg(marker)
                .status()
                .unwrap()
                .success()
        );
        count += 1;
        thread::sleep(Duration::from_millis(2));
    }
    count
}

/// Everything that an operator does in a bad night.
fn night(root: &Path, agent: &Agent) {
    ruleset(root, "0.2.0");
    let told = agent.wait_for("reload:");
    assert!(told.contains("team 0.1.0 -> 0.2.0 (digest "), "{told}");
    assert!(told.contains("0 new denials"), "{told}");
    assert!(told.contains("switched in"), "{told}");

    configure(root, "{ use: ./team, mod: enforce }");
    let told = agent.wait_for("reload:");
    assert!(told.contains("merlon.yaml changed: FAILED"), "{told}");
    agent.wait_for("merlon.yaml:3");

    configure(root, "{ use: ./team, mode: enforce }");
    let told = agent.wait_for("reload:");
    assert!(told.contains("team 0.2.0 configured otherwise"), "{told}");
    assert!(told.contains("REFUSED"), "{told}");
    let example = agent.wait_for("newly denied");
    assert!(example.contains("team/seen: "), "{example}");

    configure(root, "./team");
    let told = agent.wait_for("reload:");
    assert!(told.contains("all unchanged"), "{told}");

    fs::create_dir_all(root.join("team/cases")).unwrap();
    let case = "- name: nothing is expected\n  events: [{ kind: process.exec, time: 2026-11-24T18:00:00Z, process: { exe: /bin/ls } }]\n";
    fs::write(root.join("team/cases/seen.yaml"), case).unwrap();
    ruleset(root, "0.3.0");
    let told = agent.wait_for("reload:");
    assert!(
        told.contains("1 case fails: team/cases/seen.yaml"),
        "{told}"
    );
    fs::remove_file(root.join("team/cases/seen.yaml")).unwrap();
    let told = agent.wait_for("reload:");
    assert!(told.contains("team 0.2.0 -> 0.3.0"), "{told}");

    fs::write(root.join("team/plugin.wasm"), "not a component").unwrap();
    let told = agent.wait_for("reload:");
    assert!(told.contains("ruleset team cannot be loaded"), "{told}");
    fs::remove_file(root.join("merlon.yaml")).unwrap();
    let told = agent.wait_for("reload:");
    assert!(told.contains("FAILED"), "{told}");

    ruleset(root, "0.3.0");
    configure(root, "./team");
    agent.signal("HUP");
    let told = agent.wait_for("reload: SIGHUP");
    assert!(told.contains("all unchanged"), "{told}");
}

#[test]
fn a_night_of_reloads_loses_no_event_and_judges_none_twice() {
    if let Some(reason) = refusal() {
        println!("skipped: the kernel or the user does not allow the sensor: {reason}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    ruleset(root, "0.1.0");
    configure(root, "./team");
    let agent = Agent::start(root, "refuse-new-denials");
    let over = AtomicBool::new(false);
    let worked = thread::scope(|scope| {
        let working = scope.spawn(|| work(&over));
        let end = Over(&over);
        night(root, &agent);
        drop(end);
        working.join().unwrap()
    });
    let counted = agent.end();
    assert_eq!(counted, "reloads: 2 done, 1 refused, 4 failed");
    let found = found(root);
    assert_eq!(found.len(), worked, "lost");
    assert!(found.values().all(|times| *times == 1), "judged twice");
    println!("{worked} marked events");
}

#[test]
fn a_new_denial_is_taken_when_it_is_accepted_and_a_hangup_reloads_at_once() {
    if let Some(reason) = refusal() {
        println!("skipped: the kernel or the user does not allow the sensor: {reason}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    ruleset(root, "0.1.0");
    configure(root, "./team");
    let agent = Agent::start(root, "accept");
    assert!(Command::new("/bin/true").status().unwrap().success());
    thread::sleep(Duration::from_millis(500));
    configure(root, "{ use: ./team, mode: enforce }");
    agent.signal("HUP");
    let told = agent.wait_for("reload:");
    assert!(told.contains("switched in"), "{told}");
    assert!(!told.contains(" 0 new denials"), "{told}");
    assert_eq!(agent.end(), "reloads: 1 done, 0 refused, 0 failed");
}
