//! Thousands of YARA rules over a Debian file system, beside YARA-X and YARA; (rule, file) pairs compared.
//! Both others load rules that they compiled before, as Merlon has its own; neither's compilation counts.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus::{self, Tree};
use crate::hits::{self, Hits};
use crate::measure::Run;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant, Series};
use crate::{place, rivals, rules};

const TIMES_YARA_X: f64 = 2.0;
const YARA_X: &str = "yara-x, one process";

/// Rules that are nearly never true, as on most machines; and rules that many files come close to.
pub(crate) fn print() {
    let wild = place::made_once("rules-wild", |work| rules::write_wild(3_000, work));
    one("3,000 YARA rules as they are found in the wild", &wild);
    let tree = corpus::debian(400);
    let near = place::made_once("rules-near", |work| rules::write_near(&tree, work));
    one("3,000 YARA rules of strings of these files", &near);
}

/// As many as the largest public collections have.
pub(crate) fn print_many() {
    let many = place::made_once("rules-many", |work| rules::write_wild(9_000, work));
    one("9,000 YARA rules as they are found in the wild", &many);
}

fn one(what: &str, folder: &Path) {
    let job = Job {
        cache: Cache::prepare(&[folder.display().to_string()]),
        compiled: tempfile::tempdir_in(place::scratch()).unwrap(),
        tree: corpus::debian(400),
        folder: folder.to_owned(),
    };
    let yara_x = rivals::find("yara-x").map(|program| job.yara_x(&program));
    let yara = rivals::find("yara").map(|program| job.yara(program));
    let ours = || job.merlon();
    let mut contestants = vec![Contestant {
        name: "merlon --ruleset FOLDER",
        command: &ours,
        hits: &merlon::rules,
    }];
    let pairs = |run: &Run| read(run, &job.tree);
    for (name, rival) in [(YARA_X, &yara_x), ("yara -r -p 1", &yara)] {
        if let Some(rival) = rival {
            contestants.push(Contestant {
                name,
                command: rival,
                hits: &pairs,
            });
        }
    }
    let all = table::interleave(&contestants);
    let title = format!("{what}, a Debian file system");
    table::print(&title, job.tree.bytes, &all);
    judge(&folder.file_name().unwrap().to_string_lossy(), &all);
}

/// Makes the command of one run.
type Scan = Box<dyn Fn() -> Command>;

/// What all three get.
struct Job {
    tree: Tree,
    folder: PathBuf,
    cache: Cache,
    compiled: tempfile::TempDir,
}

impl Job {
    fn merlon(&self) -> Command {
        let rulesets = [self.folder.display().to_string()];
        merlon::scan(
            self.tree.dir.to_str().unwrap(),
            &rulesets,
            &self.cache.fresh(),
        )
    }

    fn yara_x(&self, python: &Path) -> Scan {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scan/scan_with_yara_x.py");
        let compiled = self.compiled.path().join("yara-x");
        let start = {
            let python = python.to_owned();
            move |action: &str| {
                let mut command = Command::new(&python);
                command.arg(&script).arg(action);
                command
            }
        };
        must(start("compile").arg(&self.folder).arg(&compiled));
        let dir = self.tree.dir.clone();
        Box::new(move || {
            let mut command = start("scan");
            command.arg(&compiled).arg(&dir);
            command
        })
    }

    fn yara(&self, program: PathBuf) -> Scan {
        let compiled = self.compiled.path().join("yara");
        let sources = std::fs::read_dir(&self.folder).unwrap();
        let mut compile = Command::new(program.with_file_name("yarac"));
        compile
            .arg("-w")
            .args(sources.map(|entry| entry.unwrap().path()));
        must(compile.arg(&compiled));
        let dir = self.tree.dir.clone();
        Box::new(move || {
            let mut command = Command::new(&program);
            command.args(["-C", "-r", "-N", "-f", "-w", "-p", "1"]);
            command.arg(&compiled).arg(&dir);
            command
        })
    }
}

fn must(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?} ended with {status}");
}

/// `RULE PATH` lines, as Merlon names rules and files.
fn read(run: &Run, tree: &Tree) -> Hits {
    String::from_utf8_lossy(&run.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(rule, path)| {
            let path = Path::new(path);
            let path = path.strip_prefix(&tree.dir).unwrap_or(path);
            let pair = (merlon::rule_name(rule), path.display().to_string());
            (pair, String::new())
        })
        .collect()
}

fn judge(folder: &str, all: &[Series]) {
    let (outside, inside) = hits::without_members(&all[0].hits);
    println!("merlon has {inside} more in members of archives");
    for rival in &all[1..] {
        let record = format!("{folder}-{}.tsv", rival.name.replace([' ', ','], "-"));
        let pairs = ("merlon", &outside);
        let differences = hits::compare(pairs, (&rival.name, &rival.hits), &record);
        if rival.name == YARA_X {
            let times = rival.cpu() / all[0].cpu();
            table::at_least("times yara-x", TIMES_YARA_X, times);
            table::at_most("other pairs than yara-x", 0.0, differences as f64);
        }
    }
}
