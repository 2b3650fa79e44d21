//! Counts every three bytes below some directories and writes `histogram.bin`:
//! `cargo run --release --package merlon-rarity --example histogram -- DIR... > sdk/rarity/histogram.bin`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it stops at the first thing that is wrong"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use merlon_rarity::{CLASSES, class};

// So that no large file decides what is common.
const SAMPLE: u64 = 512 << 10;

fn count(path: &Path, threes: &mut [u64]) {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return;
    };
    if metadata.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            count(&entry.path(), threes);
        }
    } else if metadata.is_file() {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(SAMPLE).read_to_end(&mut bytes));
        if read.is_ok() {
            for window in bytes.windows(3) {
                let [a, b, c] = [0, 1, 2].map(|at| usize::from(class(window[at])));
                threes[(a * CLASSES + b) * CLASSES + c] += 1;
            }
        }
    }
}

/// Eighths of a bit; what was never seen is as rare as if it had been seen half a time.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "between 0 and 255"
)]
fn eighths(count: u64, total: u64) -> u8 {
    let share = (count as f64).max(0.5) / total as f64;
    (-share.log2() * 8.0).round().clamp(0.0, 255.0) as u8
}

fn main() {
    let mut threes = vec![0; CLASSES * CLASSES * CLASSES];
    for dir in std::env::args().skip(1) {
        count(Path::new(&dir), &mut threes);
    }
    let twos: Vec<u64> = threes
        .chunks(CLASSES)
        .map(|third| third.iter().sum())
        .collect();
    let total: u64 = twos.iter().sum();
    let table: Vec<u8> = threes
        .iter()
        .chain(&twos)
        .map(|n| eighths(*n, total))
        .collect();
    std::io::stdout().write_all(&table).unwrap();
}
