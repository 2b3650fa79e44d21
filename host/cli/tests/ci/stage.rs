//! A tree to scan, and a shell to run the lines of a ready file in.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "scripts need the search path of whoever runs the tests; a skipped test says why"
)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use merlon_yaml::{Limits, parse};
use serde_json::Value;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  hostPID: yes\n  containers: [{name: app, image: a}]\n";

/// What is wrong in the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    Clean,
    /// A key in a source file, and a Pod that shares the host's processes.
    Leaking,
}

pub(crate) struct Stage {
    directory: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn new(tree: Tree) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stage = Self { directory };
        fs::create_dir_all(stage.tree().join("app")).unwrap();
        let mut settings = "region = \"eu-central-1\"\n".to_owned();
        if tree == Tree::Leaking {
            // In two parts, so that no scanner takes this file for the leak.
            settings += &format!("aws_access_key_id = \"{}{}\"\n", "AKIAQ4SZ", "7PHN3XMLW2KT");
            stage.write("tree/pod.yaml", POD);
        }
        stage.write("tree/app/settings.py", &settings);
        stage
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// What is scanned.
    pub(crate) fn tree(&self) -> PathBuf {
        self.root().join("tree")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.root().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root().join(name)).unwrap_or_default()
    }

    /// A program in the tree, with `merlon` on its path.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(self.tree())
            .env("PATH", path_with(merlon().parent().unwrap()))
            .env("HOME", self.root())
            .env("XDG_CONFIG_HOME", self.root())
            .env("MERLON_CACHE_DIR", cache())
            .stdin(Stdio::null());
        command
    }

    /// A script as a file, run by that shell.
    pub(crate) fn script(&self, shell: &[&str], script: &str, environment: &[(&str, &str)]) -> i32 {
        self.write("script", script);
        let mut command = self.command(shell[0]);
        command
            .args(&shell[1..])
            .arg(self.root().join("script"))
            .envs(environment.iter().copied());
        code(&command.output().unwrap())
    }

    /// A repository with everything added and nothing committed.
    pub(crate) fn repository(&self) {
        for arguments in [&["init", "--quiet"][..], &["add", "--all"]] {
            let mut git = self.command("git");
            assert!(git.args(arguments).status().unwrap().success());
        }
    }
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

pub(crate) fn merlon() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_merlon"))
}

/// One cache for all tests: a plugin is compiled once.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

fn path_with(first: &Path) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(first.to_owned()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn deployed(name: &str) -> PathBuf {
    root().join("deploy").join(name)
}

/// The page that tells users about these files.
pub(crate) fn page() -> PathBuf {
    root().join("docs/ci.md")
}

pub(crate) fn text_of(name: &str) -> String {
    fs::read_to_string(deployed(name)).unwrap()
}

/// A ready file in YAML; it has no problem.
pub(crate) fn yaml_of(name: &str) -> Value {
    let documents = parse(&text_of(name), name, &Limits::default());
    assert!(documents.problems.is_empty(), "{:?}", documents.problems);
    documents.documents[0].to_json()
}

/// A tool of a host; without it the test says so.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let built = root().join("target/peers/bin").join(name);
    let mut candidates = vec![built];
    let path = std::env::var_os("PATH").unwrap_or_default();
    candidates.extend(std::env::split_paths(&path).map(|directory| directory.join(name)));
    let found = candidates.into_iter().find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {name} is not installed; run `cargo xtask setup`");
    }
    found
}
