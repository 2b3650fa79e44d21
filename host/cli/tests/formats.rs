//! Every format says the same by its exit code, wherever its report goes.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: yes\n  containers: [{name: app, image: a}]\n";
const FORMATS: [&str; 7] = [
    "table",
    "json",
    "jsonl",
    "sarif",
    "junit",
    "gitlab",
    "gitlab-secrets",
];
/// What is scanned, and what the exit code then is.
const CASES: [(&str, i32); 3] = [("leak", 1), ("clean", 0), ("broken", 2)];

struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for (name, text) in [
            ("leak", POD),
            ("clean", "nothing: to see\n"),
            ("broken", "apiVersion: v1\nkind: Pod\nspec: [\n"),
        ] {
            fs::create_dir(tree.0.path().join(name)).unwrap();
            fs::write(tree.0.path().join(name).join("a.yaml"), text).unwrap();
        }
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn merlon(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merlon"));
        command
            .arg("scan")
            .args(arguments)
            .args(["--ruleset=nsa", "--rule=nsa/host-pid"])
            .current_dir(self.path())
            .env("XDG_CONFIG_HOME", self.path())
            .env(
                "MERLON_CACHE_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"),
            )
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.merlon(arguments).output().unwrap()
    }
}

#[test]
fn every_format_ends_with_the_same_exit_code_on_stdout_and_in_a_file() {
    let tree = Tree::new();
    for format in FORMATS {
        for (target, exit) in CASES {
            let format = format!("--format={format}");
            let shown = tree.run(&[target, &format]);
            assert_eq!(shown.status.code(), Some(exit), "{format} {target}");
            let kept = tree.run(&[target, &format, "--output=out"]);
            assert_eq!(kept.status.code(), Some(exit), "{format} {target}");
            assert!(kept.stdout.is_empty());
            let file = fs::read(tree.path().join("out")).unwrap();
            assert_eq!(
                file.is_empty(),
                shown.stdout.is_empty(),
                "{format} {target}"
            );
        }
        let never = tree.run(&["leak", &format!("--format={format}"), "--fail-on=never"]);
        assert_eq!(never.status.code(), Some(0), "{format}");
    }
}

#[test]
fn nobody_reading_is_no_error_and_hides_none() {
    let tree = Tree::new();
    for format in FORMATS {
        for (target, exit) in CASES {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let other = writer.try_clone().unwrap();
            let mut command = tree.merlon(&[target, &format!("--format={format}")]);
            let status = command.stdout(writer).stderr(other).status().unwrap();
            assert_eq!(status.code(), Some(exit), "{format} {target}");
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_never_clean() {
    let tree = Tree::new();
    for format in FORMATS {
        let format = format!("--format={format}");
        let nowhere = tree.run(&["clean", &format, "--output=no/such/directory"]);
        assert_eq!(nowhere.status.code(), Some(64), "{format}");
        let told = String::from_utf8_lossy(&nowhere.stderr).into_owned();
        assert!(told.contains("no/such/directory"), "{told}");
        // `leak`, because of a clean tree jsonl has nothing to write.
        let full = tree.run(&["leak", &format, "--output=/dev/full"]);
        assert_eq!(full.status.code(), Some(2), "{format}");
    }
    let report = tree.run(&["leak", "--report=sarif=/dev/full"]);
    assert_eq!(report.status.code(), Some(2));
    for wrong in ["--report=sarif", "--report=sarf=x", "--report=sarif="] {
        assert_eq!(
            tree.run(&["clean", wrong]).status.code(),
            Some(64),
            "{wrong}"
        );
    }
}

#[test]
fn one_scan_writes_several_reports() {
    let tree = Tree::new();
    for main in ["table", "jsonl"] {
        let mut arguments = vec!["leak".to_owned(), format!("--format={main}")];
        arguments.extend(FORMATS.map(|format| format!("--report={format}=out.{format}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = tree.run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stdout).contains("nsa/host-pid"));
        for format in FORMATS {
            let text = fs::read_to_string(tree.path().join(format!("out.{format}"))).unwrap();
            let secrets = format == "gitlab-secrets";
            assert_eq!(text.contains("nsa/host-pid"), !secrets, "{format}: {text}");
        }
    }
}
