//! What the tests share: a ruleset to send around, and a registry of one's own.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a test that cannot go on panics, and says what it skips; no test uses everything"
)]

pub(crate) mod peer;
pub(crate) mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use merlon_artifact::{Files, Ruleset};
use merlon_registry::{Access, Credentials, HostAccess, Patience, Proxy, Registry, Scheme};
use tempfile::TempDir;

pub(crate) const DEFINITION: &str = r#"apiVersion: merlon.dev/v1
kind: Ruleset
id: demo
version: 0.1.0
title: Something to send around
plugin: plugin.wasm
content: ["rules/**", "a<b>&c.txt"]
"#;

/// Paths and texts of the ruleset, in the order in which it is pushed.
pub(crate) const FILES: [(&str, &str); 6] = [
    ("ruleset.yaml", DEFINITION),
    ("plugin.wasm", "\0asm\u{1}\0\0\0"),
    ("a<b>&c.txt", "a name that encoders escape"),
    ("rules/deep/two.yaml", "two: 2\n"),
    ("rules/one.yaml", "one: 1\n"),
    ("cases/first/input.yaml", "in\n"),
];

/// The ruleset as a directory, with files that do not belong to it.
pub(crate) fn directory() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), &FILES);
    write(
        root.path(),
        &[(".hidden", "x"), ("rules/.hidden", "x"), ("README.md", "x")],
    );
    root
}

pub(crate) fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

pub(crate) fn ruleset() -> Ruleset {
    let mut files = Files::new();
    for (path, text) in FILES {
        files.insert(path, text.into()).unwrap();
    }
    Ruleset::from_files(files, "here").unwrap()
}

/// Checks that files are those of the ruleset, and no others.
pub(crate) fn assert_whole(files: &Files) {
    let mut expected: Vec<(&str, &[u8])> = FILES
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    expected.sort_unstable();
    assert_eq!(files.iter().collect::<Vec<_>>(), expected);
}

/// A registry of one test: its cache, and how it reaches a host.
pub(crate) struct Client {
    pub(crate) registry: Registry,
    pub(crate) cache: TempDir,
}

/// Pauses and waits that a test can sit through.
pub(crate) fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_secs(20),
        whole: Duration::from_mins(1),
        retries: 2,
        pause: Duration::from_millis(1),
    }
}

pub(crate) fn plain(host: &str) -> HostAccess {
    HostAccess {
        host: host.to_owned(),
        scheme: Scheme::Http,
        ..HostAccess::default()
    }
}

pub(crate) fn access(hosts: Vec<HostAccess>) -> Access {
    Access {
        hosts,
        patience: patience(),
        proxy: Proxy::Direct,
        ..Access::default()
    }
}

impl Client {
    pub(crate) fn new(access: Access) -> Self {
        let cache = tempfile::tempdir().unwrap();
        Self {
            registry: Registry::open(cache.path(), access),
            cache,
        }
    }

    /// With nothing configured: what a user gets who only names the host.
    pub(crate) fn automatic() -> Self {
        Self::new(access(Vec::new()))
    }

    pub(crate) fn plain(host: &str) -> Self {
        Self::new(access(vec![plain(host)]))
    }

    /// The same cache, other access.
    pub(crate) fn again(self, access: Access) -> Self {
        Self {
            registry: Registry::open(self.cache.path(), access),
            cache: self.cache,
        }
    }
}

/// Docker's credentials file with one entry.
pub(crate) fn credentials(root: &Path, json: &str) -> Credentials {
    let path = root.join("config.json");
    fs::write(&path, json).unwrap();
    Credentials {
        files: vec![path],
        helper_path: None,
    }
}

pub(crate) fn workspace() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root.pop();
    root
}

/// The error with everything that is behind it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
