//! Layers side by side: however many are read at a time, and however little may wait, the files, what
//! is known of them and their order are those of one reader.

use std::sync::atomic::{AtomicUsize, Ordering};

use merlon_model::{Event, Judge, Verdict};
use merlon_scanner::{Limits, Target};

use crate::image_builder::{ImageBuilder, write_dir};
use crate::recorder::{Options, scan_for, try_scan};
use crate::tarball::Tarball;

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

fn layout(image: &ImageBuilder) -> (tempfile::TempDir, Target) {
    let dir = tempfile::tempdir().unwrap();
    write_dir(&image.layout("app"), dir.path());
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    };
    (dir, target)
}

/// Layers that overwrite, delete and hide each other's files in any way.
fn tangled(seed: u64) -> ImageBuilder {
    let mut state = seed;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..12).fold(ImageBuilder::new(), |image, _| {
        let mut tar = Tarball::new();
        for _ in 0..next(30) {
            let (dir, name) = (next(4), next(6));
            tar = match next(8) {
                0 => tar.file(&format!("d{dir}/.wh.f{name}"), ""),
                1 => tar.file(&format!("d{dir}/.wh..wh..opq"), ""),
                2 => tar.file(&format!("d{dir}"), KEY),
                3 => tar.entry(b'1', &format!("d{dir}/l{name}"), &format!("d{dir}/f{name}")),
                4 => tar.file(&format!(".wh.d{dir}"), ""),
                _ => tar.file(&format!("d{dir}/f{name}"), format!("{}{KEY}", next(100))),
            };
        }
        image.layer(tar)
    })
}

/// Everything that is known of every event, in their order.
fn told(target: &Target, jobs: usize, waiting: u64) -> Vec<String> {
    let options = Options {
        jobs,
        limits: Limits {
            waiting,
            ..Limits::default()
        },
        ..Options::default()
    };
    let scanned = try_scan(target, &options).unwrap();
    assert_eq!(scanned.problems(), "");
    let files = scanned.files();
    let told = files.iter().map(|file| {
        let layer = file.layer.as_ref().unwrap().index;
        let (path, hits, sum) = (&file.path, file.hits_of(0).len(), file.sha256());
        let (visible, deleted_by) = (file.visible, file.deleted_by);
        format!("{layer} {path} {hits} {sum:?} {visible} {deleted_by:?}")
    });
    told.collect()
}

#[test]
fn any_number_of_readers_tells_the_same() {
    for seed in 1..6 {
        let (_dir, target) = layout(&tangled(seed));
        let expected = told(&target, 1, 0);
        assert!(expected.len() > 20, "{expected:?}");
        for jobs in [2, 3, 8] {
            for waiting in [0, 4096, 32 << 20] {
                assert_eq!(
                    told(&target, jobs, waiting),
                    expected,
                    "{seed} {jobs} {waiting}"
                );
            }
        }
    }
}

#[test]
fn what_waits_is_bounded() {
    // The lower layers are small and fast, and every file of theirs has a hit and is kept.
    let large = vec![b'.'; 40 << 20];
    let image = (0..7).fold(ImageBuilder::new(), |image, layer| {
        let tar = (0..40).fold(Tarball::new(), |tar, file| {
            tar.file(
                &format!("{layer}/{file}"),
                format!("{KEY}{}", ".".repeat(500_000)),
            )
        });
        image.layer(tar)
    });
    let (_dir, target) = layout(&image.layer(Tarball::new().file("large", large)));
    let options = Options {
        jobs: 8,
        limits: Limits {
            waiting: 4 << 20,
            ..Limits::default()
        },
        ..Options::default()
    };
    let scanned = try_scan(&target, &options).unwrap();
    assert_eq!(scanned.files().len(), 281);
    assert_eq!(scanned.stats.events, 282);
    assert_eq!(scanned.problems(), "");
}

/// A judge that fails once.
struct Failing(AtomicUsize);

impl Judge for Failing {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) != 3, "on purpose");
        vec![Verdict::Allow; events.len()]
    }
}

#[test]
fn a_reader_that_fails_is_said_and_nobody_waits_for_it() {
    for jobs in [1, 2, 8] {
        let (_dir, target) = layout(&tangled(1));
        let options = Options {
            jobs,
            limits: Limits {
                waiting: 0,
                ..Limits::default()
            },
            ..Options::default()
        };
        let judge = Failing(AtomicUsize::new(0));
        let stats = scan_for(&judge, &target, &options).unwrap();
        let problems: Vec<_> = stats.problems.iter().map(ToString::to_string).collect();
        let said = "a thread that read layers failed";
        assert!(
            problems.iter().any(|text| text.contains(said)),
            "{problems:?}"
        );
    }
}
