//! Directories and single files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use merlon_model::{ContentError, FileType};
use merlon_scanner::{Demand, Limits, Target};

use crate::recorder::{Options, scan, try_scan};

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir_all(at("a/b")).unwrap();
    fs::create_dir_all(at(".git/objects/ab")).unwrap();
    fs::write(at("a/b/leaked"), KEY).unwrap();
    fs::write(at("a/clean"), "nothing\n").unwrap();
    fs::write(at(".git/config"), "[core]\n").unwrap();
    fs::write(at(".git/objects/ab/cd"), KEY).unwrap();
    fs::write(at("run.sh"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(at("run.sh"), fs::Permissions::from_mode(0o4755)).unwrap();
    symlink("/etc/passwd", at("link")).unwrap();
    symlink("..", at("a/up")).unwrap();
    dir
}

#[test]
fn every_file_becomes_an_event_and_no_link_is_followed() {
    let dir = tree();
    let scanned = scan(&Target::Path(dir.path().to_owned()));
    assert_eq!(
        scanned.paths(),
        [".git/config", "a/b/leaked", "a/clean", "run.sh"]
    );
    assert_eq!(scanned.problems(), "");
    let leaked = scanned.file("a/b/leaked");
    let hit = &leaked.hits_of(0)[0];
    assert_eq!((hit.offset, hit.line, hit.column), (2, 1, 3));
    assert_eq!(hit.text, "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(leaked.sha256().unwrap().len(), 64);
    assert!(leaked.visible && leaked.image.is_none());
    let on_disk = dir.path().join("a/b/leaked");
    assert_eq!(leaked.name(), on_disk.to_str().unwrap());
    let script = scanned.file("run.sh");
    assert_eq!((script.mode, script.file_type), (0o4755, FileType::Script));
    let mut seqs: Vec<_> = scanned.events.iter().map(|event| event.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [0, 1, 2, 3]);
}

#[test]
fn only_files_with_hits_become_events_when_nothing_else_is_wanted() {
    let dir = tree();
    let options = Options {
        demand: Demand::OnlyHits,
        ..Options::default()
    };
    let scanned = try_scan(&Target::Path(dir.path().to_owned()), &options).unwrap();
    assert_eq!(scanned.paths(), ["a/b/leaked"]);
    assert_eq!((scanned.stats.files, scanned.stats.hits), (4, 1));
}

#[test]
fn a_large_file_is_streamed_and_can_be_read_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut content = vec![b'\n'; 5_000_000];
    content[4_000_000..4_000_020].copy_from_slice(b"AKIAIOSFODNN7EXAMPLE");
    fs::write(dir.path().join("large"), &content).unwrap();
    let file = scan(&Target::Path(dir.path().to_owned())).file("large");
    assert_eq!(file.size, 5_000_000);
    let hit = &file.hits_of(0)[0];
    assert_eq!(
        (hit.offset, hit.line, hit.column),
        (4_000_000, 4_000_001, 1)
    );
    let mut there = [0; 20];
    let read = file
        .content
        .as_ref()
        .unwrap()
        .read(4_000_000, &mut there)
        .unwrap();
    assert_eq!(&there[..read], b"AKIAIOSFODNN7EXAMPLE");
}

#[test]
fn a_single_file_keeps_the_path_that_the_user_gave() {
    let dir = tree();
    let path = dir.path().join("a/b/leaked");
    let scanned = scan(&Target::recognise(&path).unwrap());
    assert_eq!(scanned.paths(), [path.to_str().unwrap()]);
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let target = Target::Path("/does/not/exist".into());
    let error = try_scan(&target, &Options::default()).err().unwrap();
    assert_eq!(error.to_string(), "/does/not/exist cannot be read");
}

#[test]
fn of_a_large_file_rules_read_the_beginning_and_are_told_that_there_is_more() {
    let dir = tempfile::tempdir().unwrap();
    let content = [vec![b'.'; 3_000_000], KEY.as_bytes().to_vec()].concat();
    fs::write(dir.path().join("large"), &content).unwrap();
    let limits = Limits {
        readable: 2_000_000,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let target = Target::Path(dir.path().to_owned());
    let file = try_scan(&target, &options).unwrap().file("large");
    assert_eq!(file.hits_of(0)[0].offset, 3_000_002);
    assert!(file.sha256().is_some());
    let bytes = file.content.as_ref().unwrap();
    let mut into = [0; 64];
    assert_eq!(bytes.read(1_999_990, &mut into).unwrap(), 10);
    let error = bytes.read(2_000_000, &mut into).unwrap_err();
    let kept = matches!(
        error,
        ContentError::NotKept {
            kept: 2_000_000,
            ..
        }
    );
    assert!(kept, "{error}");
    assert_eq!(bytes.read(content.len() as u64, &mut into).unwrap(), 0);
}
