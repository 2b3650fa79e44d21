//! Layers that were judged are remembered: a second scan says the same without reading them again, and
//! nothing is believed that somebody else could have written.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::image_builder::{ImageBuilder, write_dir};
use crate::leak::{key, line, plugins_are_built, told};
use crate::tarball::Tarball;

#[path = "../../scanner/tests/scanner/image_builder.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod image_builder;
mod leak;
#[path = "../../scanner/tests/scanner/tarball.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod tarball;

/// Two layers with a secret each.
fn lower() -> ImageBuilder {
    ImageBuilder::new()
        .layer(
            Tarball::new()
                .file("app/one", line(1))
                .file("app/two", line(2)),
        )
        .layer(Tarball::new().file("app/three", line(3)))
}

/// The lower layers, a third that deletes one of their files, and a variable.
fn image() -> ImageBuilder {
    let top = Tarball::new()
        .file("app/.wh.two", "")
        .file("app/four", line(4));
    lower().layer(top).env(&format!("KEY={}", key(5)))
}

/// The same lower layers, and others above.
fn sibling() -> ImageBuilder {
    let top = Tarball::new()
        .file("app/.wh.one", "")
        .file("app/.wh.three", "");
    lower()
        .layer(top)
        .layer(Tarball::new().file("app/five", line(6)))
}

/// What is counted and found, without times.
#[derive(Debug, PartialEq)]
struct Answer {
    layers: u64,
    recalled: u64,
    findings: Vec<Value>,
}

/// Images as layouts, and a directory for what is remembered.
struct Stage(tempfile::TempDir);

impl Stage {
    fn open() -> Option<Self> {
        if !plugins_are_built() {
            return None;
        }
        let root = tempfile::tempdir().unwrap();
        for (name, image) in [("image", image()), ("sibling", sibling())] {
            write_dir(&image.layout("1"), &root.path().join(name));
        }
        Some(Self(root))
    }

    fn scan(&self, image: &str, cache: &str, more: &[&str]) -> Answer {
        let target = format!("oci:{image}:1");
        let scan = Command::new(env!("CARGO_BIN_EXE_merlon"))
            .current_dir(self.0.path())
            .args(["scan", &target, "--no-progress", "--format", "json"])
            .args(["--ruleset", "secrets"])
            .args(more)
            .env("MERLON_CACHE_DIR", self.0.path().join(cache))
            .env("XDG_CONFIG_HOME", self.0.path())
            .output()
            .unwrap();
        assert_eq!(scan.status.code(), Some(1), "{}", told(&scan));
        let mut report: Value = serde_json::from_slice(&scan.stdout).unwrap();
        let mut findings = report["findings"].take();
        let findings = findings.as_array_mut().unwrap();
        for finding in findings.iter_mut() {
            finding.as_object_mut().unwrap().remove("time");
        }
        let count = |name: &str| report["summary"][name].as_u64().unwrap_or(0);
        Answer {
            layers: count("layers"),
            recalled: count("layers_recalled"),
            findings: std::mem::take(findings),
        }
    }

    /// Remembers the image, and gives what was found and the files of the memory.
    fn remembered(&self) -> (Answer, Vec<PathBuf>) {
        let first = self.scan("image", "cache", &[]);
        assert_eq!((first.layers, first.recalled), (3, 0));
        let directory = self.0.path().join("cache/layers");
        let entries = fs::read_dir(directory).unwrap();
        let entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(entries.len(), 3, "{entries:?}");
        (first, entries)
    }

    /// What is not to be believed is read again, with the same answer.
    fn reads_all_again(&self, first: &Answer) {
        let again = self.scan("image", "cache", &[]);
        assert_eq!(again, *first);
    }
}

/// Path, layer, and whether it is still there, of each finding in a file.
fn places(answer: &Answer) -> Vec<(String, u64, bool)> {
    let subjects = answer.findings.iter().map(|finding| &finding["subject"]);
    let files = subjects.filter(|subject| subject["type"] == "file");
    let mut places: Vec<_> = files
        .map(|subject| {
            (
                subject["path"].as_str().unwrap().to_owned(),
                subject["layer"]["index"].as_u64().unwrap(),
                subject["visible"].as_bool().unwrap(),
            )
        })
        .collect();
    places.sort();
    places.dedup();
    places
}

#[test]
fn a_second_scan_recalls_every_layer_and_finds_the_same() {
    let Some(stage) = Stage::open() else { return };
    let (first, _) = stage.remembered();
    let file = |name: &str, layer, visible| (format!("/app/{name}"), layer, visible);
    let expected = [
        file("four", 2, true),
        file("one", 0, true),
        file("three", 1, true),
        file("two", 0, false),
    ];
    assert_eq!(places(&first), expected);
    let second = stage.scan("image", "cache", &[]);
    assert_eq!(
        second,
        Answer {
            recalled: 3,
            ..first
        }
    );
}

#[test]
fn of_an_image_that_shares_its_lower_layers_only_those_are_recalled() {
    let Some(stage) = Stage::open() else { return };
    stage.remembered();
    let sibling = stage.scan("sibling", "cache", &[]);
    assert_eq!((sibling.layers, sibling.recalled), (4, 2));
    // What the layers above do to the recalled ones is that of this image.
    let file = |name: &str, layer, visible| (format!("/app/{name}"), layer, visible);
    let expected = [
        file("five", 3, true),
        file("one", 0, false),
        file("three", 1, false),
        file("two", 0, true),
    ];
    assert_eq!(places(&sibling), expected);
    let fresh = stage.scan("sibling", "fresh", &[]);
    assert_eq!(fresh.recalled, 0);
    assert_eq!(fresh.findings, sibling.findings);
}

#[test]
fn other_rules_or_settings_recall_nothing() {
    let Some(stage) = Stage::open() else { return };
    stage.remembered();
    for more in [
        ["--ruleset", "malware"],
        ["--set", "secrets.checksums=require"],
    ] {
        let answer = stage.scan("image", "cache", &more);
        assert_eq!((answer.layers, answer.recalled), (3, 0), "{more:?}");
    }
}

#[test]
fn an_entry_that_is_cut_short_or_changed_is_read_again() {
    let Some(stage) = Stage::open() else { return };
    for damage in [
        |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
        |bytes: &mut Vec<u8>| bytes.truncate(0),
        |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1,
    ] {
        let (first, entries) = stage.remembered();
        for path in &entries {
            let mut bytes = fs::read(path).unwrap();
            damage(&mut bytes);
            fs::write(path, bytes).unwrap();
        }
        stage.reads_all_again(&first);
        fs::remove_dir_all(stage.0.path().join("cache/layers")).unwrap();
    }
}

#[test]
fn an_entry_that_others_own_or_can_write_is_read_again() {
    let Some(stage) = Stage::open() else { return };
    let (first, entries) = stage.remembered();
    for path in &entries {
        fs::set_permissions(path, fs::Permissions::from_mode(0o622)).unwrap();
    }
    stage.reads_all_again(&first);
    let given_away = entries.iter().try_for_each(|path| give_away(path));
    match given_away {
        Ok(()) => stage.reads_all_again(&first),
        Err(error) => println!("skipped: files cannot be given to another user: {error}"),
    }
}

/// To a user that is not this one.
fn give_away(path: &Path) -> std::io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    let other = fs::metadata(path)?.uid() + 1;
    std::os::unix::fs::chown(path, Some(other), None)
}
