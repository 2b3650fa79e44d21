//! The program that is measured: its command, and how its findings are read.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::hits::Hits;
use crate::measure::{self, Run};
use crate::place;

/// Of the same build as the bench, or of the usual one.
fn program() -> PathBuf {
    let bench = std::env::current_exe().unwrap();
    let beside = bench.ancestors().nth(2).unwrap().join("merlon");
    let usual = place::root().join("target/release/merlon");
    [beside, usual]
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("merlon is not built: run `cargo xtask bench scan`"))
}

pub(crate) fn print_version() {
    let output = Command::new(program()).arg("--version").output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout).trim());
}

/// Every ruleset that the program brings along.
pub(crate) fn all_rulesets() -> Vec<String> {
    let output = Command::new(program())
        .current_dir(neutral())
        .args(["ruleset", "list"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// A scan whose cache is `cache`.
pub(crate) fn scan(target: &str, rulesets: &[String], cache: &Path) -> Command {
    let mut command = Command::new(program());
    command
        .current_dir(neutral())
        .env("MERLON_CACHE_DIR", cache)
        .args(["scan", target, "--offline", "--no-progress"])
        .args(["--format", "jsonl", "--fail-on", "never"]);
    for ruleset in rulesets {
        command.args(["--ruleset", ruleset]);
    }
    command
}

/// A cache as a user has it on the second day: plugins are compiled, and nothing that will be scanned was
/// seen. Made once for a table; `Cache::fresh` gives every run its own copy.
pub(crate) struct Cache {
    dir: tempfile::TempDir,
}

impl Cache {
    pub(crate) fn prepare(rulesets: &[String]) -> Self {
        let dir = tempfile::tempdir_in(place::scratch()).unwrap();
        let nothing = tempfile::tempdir().unwrap();
        let target = nothing.path().to_str().unwrap();
        measure::run(&scan(target, rulesets, &dir.path().join("prepared")));
        Self { dir }
    }

    /// A copy that only this caller uses.
    pub(crate) fn fresh(&self) -> PathBuf {
        let own = tempfile::tempdir_in(self.dir.path()).unwrap().keep();
        let copied = Command::new("cp")
            .arg("-a")
            .arg(self.dir.path().join("prepared/."))
            .arg(&own)
            .status()
            .unwrap();
        assert!(copied.success());
        own
    }
}

/// Where no configuration lies.
fn neutral() -> PathBuf {
    let dir = place::scratch().join("empty");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn findings(run: &Run) -> impl Iterator<Item = Value> {
    run.stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
}

fn path_of(finding: &Value) -> String {
    let subject = &finding["subject"];
    let path = subject["path"].as_str().or(subject["config_path"].as_str());
    path.unwrap_or_default().to_owned()
}

/// `secrets/github-token` is the rule `github-token` there.
fn rule_of(finding: &Value) -> String {
    let id = finding["rule"].as_str().unwrap_or_default();
    id.split_once('/').map_or(id, |(_, name)| name).to_owned()
}

/// (file, line).
pub(crate) fn lines(run: &Run) -> Hits {
    findings(run)
        .map(|finding| {
            let line = finding["location"]["line"].as_u64().unwrap_or(0);
            ((path_of(&finding), line.to_string()), rule_of(&finding))
        })
        .collect()
}

/// (rule, file).
pub(crate) fn rules(run: &Run) -> Hits {
    findings(run)
        .map(|finding| {
            let rule = rule_name(&rule_of(&finding));
            ((rule, path_of(&finding)), String::new())
        })
        .collect()
}

/// A YARA rule's name as Merlon spells it, whatever its case.
pub(crate) fn rule_name(yara: &str) -> String {
    yara.replace('_', "-").to_ascii_lowercase()
}
