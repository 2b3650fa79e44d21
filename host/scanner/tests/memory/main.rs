//! Images that want all memory: what a scan of them takes stays small. One after the other, for the
//! process has one memory.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it measured"
)]

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use merlon_model::{Event, Judge, Verdict};
use merlon_scanner::{Demand, Limits, Stats, Target};

use crate::image_builder::ImageBuilder;
use crate::recorder::{Options, scan_for};
use crate::tarball::{Header, Tarball};

#[path = "../scanner/image_builder.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod image_builder;
#[path = "../scanner/recorder.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod recorder;
#[path = "../scanner/tarball.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod tarball;

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";
const MIB: u64 = 1 << 20;

/// A layer whose digests nobody computed: what is announced does not matter here.
fn layout(dir: &std::path::Path, layers: &[Vec<u8>]) -> Target {
    let image = layers.iter().fold(ImageBuilder::new(), |image, stored| {
        image.stored(b"", stored.clone())
    });
    image_builder::write_dir(&image.layout("app"), dir);
    Target::OciLayout {
        dir: dir.to_owned(),
        tag: None,
    }
}

/// The largest memory of this process since the last call, as the kernel counts it.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    // Where this is not allowed, the peak is that of the whole test, and the bound is harder.
    _ = fs::write("/proc/self/clear_refs", "5");
    kib << 10
}

/// A judge that keeps nothing.
struct Forgetting;

impl Judge for Forgetting {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        vec![Verdict::Allow; events.len()]
    }
}

/// Scans, and checks what that took at most.
fn measured(name: &str, layers: &[Vec<u8>], limits: Limits, most: u64) -> Stats {
    let dir = tempfile::tempdir().unwrap();
    let target = layout(dir.path(), layers);
    let options = Options {
        limits,
        jobs: 4,
        demand: Demand::OnlyHits,
        ..Options::default()
    };
    peak();
    let before = peak();
    let began = Instant::now();
    let stats = scan_for(&Forgetting, &target, &options).unwrap();
    let (after, took) = (peak(), began.elapsed());
    let grown = after.saturating_sub(before);
    println!("{name}: {} MiB in {took:.1?}", grown / MIB);
    assert!(grown < most * MIB, "{name} took {} MiB", grown / MIB);
    assert!(took < Duration::from_mins(5), "{name} took {took:?}");
    stats
}

fn problems(stats: &Stats) -> String {
    let problems = stats.problems.iter().map(ToString::to_string);
    problems.collect::<Vec<_>>().join("\n")
}

/// Zeros, packed a mebibyte at a time: gzip members one after the other are one stream.
fn zeros(mebibytes: usize, level: Compression) -> Vec<u8> {
    let mut member = GzEncoder::new(Vec::new(), level);
    member.write_all(&vec![0; 1 << 20]).unwrap();
    member.finish().unwrap().repeat(mebibytes)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn header(name: &str, size: u64) -> Vec<u8> {
    let size = size.to_string();
    Tarball::new()
        .pax(&[("size", &size)])
        .header(&Header {
            name,
            ..Header::default()
        })
        .0
}

fn ten_gigabytes_of_zeros() {
    let packed = zeros(10 << 10, Compression::best());
    let stored = [gzip(&header("zeros", 10 << 30)), packed].concat();
    println!("10 GiB of zeros are {} MiB", stored.len() as u64 / MIB);
    let limits = Limits::default();
    let stats = measured("10 GiB of zeros", &[stored], limits, 40);
    let problems = problems(&stats);
    assert!(problems.contains("250 times its size"), "{problems}");
}

fn zeros_that_are_allowed() {
    // Packed in haste they stay under the ratio, and are read to their end.
    let packed = zeros(1 << 10, Compression::fast());
    let stored = [gzip(&header("zeros", 1 << 30)), packed].concat();
    let stats = measured("1 GiB of zeros", &[stored], Limits::default(), 40);
    assert_eq!(stats.bytes, 1 << 30);
}

fn a_million_empty_files() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for n in 0..1000 {
        let tar = (0..1000).fold(Tarball::new(), |tar, m| {
            tar.entry(b'0', &format!("{n}/{m}"), "")
        });
        encoder.write_all(&tar.0).unwrap();
    }
    let stored = encoder.finish().unwrap();
    let stats = measured("a million empty files", &[stored], Limits::default(), 160);
    assert_eq!(stats.files, 1_000_000);
    assert!(!problems(&stats).contains("remembered"));
}

fn layers_that_wait() {
    let large = gzip(&Tarball::new().file("large", vec![b'.'; 32 << 20]).end());
    let mut layers: Vec<_> = (0..6)
        .map(|layer| {
            let tar = (0..40).fold(Tarball::new(), |tar, file| {
                let content = format!("{KEY}{}", ".".repeat(900_000));
                tar.file(&format!("{layer}/{file}"), content)
            });
            gzip(&tar.end())
        })
        .collect();
    layers.push(large);
    let limits = Limits {
        waiting: 8 << 20,
        ..Limits::default()
    };
    // Each of the 240 files is kept until it is judged.
    let stats = measured("layers that wait", &layers, limits, 120);
    assert_eq!(stats.hits, 240);
}

#[test]
fn memory_is_bounded_whatever_an_image_holds() {
    ten_gigabytes_of_zeros();
    zeros_that_are_allowed();
    a_million_empty_files();
    layers_that_wait();
}
