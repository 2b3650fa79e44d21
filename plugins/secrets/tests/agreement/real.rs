//! Real input that every Debian machine has.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const ROOTS: [&str; 4] = ["/etc", "/usr/bin", "/usr/lib", "/usr/share"];
const LARGEST: u64 = 4 << 20;

/// At most so many files and bytes, from all over the roots, the same ones every time.
pub(crate) fn sample(files: usize, bytes: usize) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths = Vec::new();
    for root in ROOTS {
        walk(Path::new(root), &mut paths);
    }
    paths.sort();
    let mut chosen = Vec::new();
    let mut sum = 0;
    for number in spread(paths.len()) {
        // Some belong to other users.
        let Ok(content) = fs::read(&paths[number]) else {
            continue;
        };
        if content.is_empty() || sum + content.len() > bytes {
            continue;
        }
        sum += content.len();
        chosen.push((paths[number].clone(), content));
        if chosen.len() == files {
            break;
        }
    }
    chosen
}

/// The numbers below `count` in an order of which any beginning is spread over all of them: steps of the
/// golden section.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    let step = (count * 618 / 1000..).find(|step| coprime(*step, count));
    let step = step.unwrap_or(1);
    (0..count).map(move |number| number * step % count)
}

fn coprime(mut a: usize, mut b: usize) -> bool {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// Regular files that are not too large; links are not followed.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            walk(&entry.path(), paths);
        } else if metadata.is_file() && metadata.len() <= LARGEST {
            paths.push(entry.path());
        }
    }
}
