//! Secrets, all rules, in a source tree and in a Debian file system, beside gitleaks.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::corpus::{self, Tree};
use crate::hits::{self, Hits};
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant, Series};
use crate::{place, rivals};

const GIGABYTES_PER_CPU_SECOND: f64 = 0.25;
const TIMES_GITLEAKS: f64 = 5.0;

pub(crate) fn print() {
    let cache = Cache::prepare(&rulesets());
    for tree in corpus::go_sources()
        .into_iter()
        .chain([corpus::debian(400)])
    {
        one(&tree, &cache);
    }
}

fn rulesets() -> Vec<String> {
    vec!["secrets".to_owned()]
}

fn one(tree: &Tree, cache: &Cache) {
    let target = tree.dir.to_str().unwrap();
    let report = place::scratch().join("gitleaks.json");
    let ours = || merlon::scan(target, &rulesets(), &cache.fresh());
    let mut contestants = vec![Contestant {
        name: "merlon --ruleset secrets",
        command: &ours,
        hits: &merlon::lines,
    }];
    let gitleaks = rivals::find("gitleaks");
    let theirs = || command(gitleaks.as_deref().unwrap(), target, &report);
    let leaks = |_: &_| read(&report, &tree.dir);
    if gitleaks.is_some() {
        contestants.push(Contestant {
            name: "gitleaks dir",
            command: &theirs,
            hits: &leaks,
        });
    }
    let all = table::interleave(&contestants);
    table::print(&format!("secrets in {}", tree.name), tree.bytes, &all);
    judge(tree, &all);
}

fn judge(tree: &Tree, all: &[Series]) {
    let speed = tree.bytes as f64 / 1e9 / all[0].cpu();
    table::at_least("GB per CPU second", GIGABYTES_PER_CPU_SECOND, speed);
    let [ours, theirs] = all else { return };
    table::at_least("times gitleaks", TIMES_GITLEAKS, theirs.cpu() / ours.cpu());
    let (outside, inside) = hits::without_members(&ours.hits);
    println!("merlon has {inside} more in members of archives");
    hits::print_common_files(&outside, &theirs.hits);
    let record = format!("secrets-{}.tsv", tree.name.replace(' ', "-"));
    hits::compare(("merlon", &outside), ("gitleaks", &theirs.hits), &record);
}

fn command(program: &Path, target: &str, report: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["dir", target, "--no-banner", "--log-level", "error"])
        .args(["--report-format", "json", "--report-path"])
        .arg(report);
    command
}

/// (file, line).
fn read(report: &Path, dir: &Path) -> Hits {
    let text = std::fs::read(report).unwrap();
    let leaks: Vec<Value> = serde_json::from_slice(&text).unwrap();
    leaks
        .iter()
        .map(|leak| {
            let file = Path::new(leak["File"].as_str().unwrap());
            let file = file.strip_prefix(dir).unwrap_or(file);
            let rule = leak["RuleID"].as_str().unwrap_or_default();
            let place = (file.display().to_string(), leak["StartLine"].to_string());
            (place, rule.to_owned())
        })
        .collect()
}
