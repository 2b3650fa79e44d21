//! How fast files and images are scanned, beside the tools that people use today, hits compared.
//!
//! `cargo xtask bench scan` prints every table but `yara-many`, `cargo xtask bench scan -- secrets yara`
//! these two. The contestants of a table run in turn, several rounds of them, so that a noisy minute is
//! everybody's.
//! What is measured against (`xtask/src/rivals.rs`) and what is scanned (`target/bench/scan`) is made once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench prints, and stops at the first thing that is wrong"
)]

mod corpus;
mod draw;
mod gzip;
mod hits;
mod image;
mod measure;
mod memory;
mod merlon;
mod place;
mod planted;
mod rivals;
mod rules;
mod secrets;
mod shared;
mod table;
mod yara;

/// Interleaved runs of every contestant.
const ROUNDS: usize = 3;

/// A name for the command line, and what prints the table.
type Table = (&'static str, fn());

const TABLES: [Table; 6] = [
    ("secrets", secrets::print),
    ("yara", yara::print),
    ("image", image::print),
    ("gzip", gzip::print),
    ("memory", memory::print),
    ("shared", shared::print),
];

/// Tables that take minutes: printed only when they are named.
const ON_REQUEST: [Table; 1] = [("yara-many", yara::print_many)];

fn main() {
    // `cargo bench` adds this word for every bench.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [measure::WORD, report, ref command @ ..] => measure::child(report, command),
        [gzip::WORD, sides, layout] => gzip::inflate(sides, layout.as_ref()),
        ref wanted => print(wanted),
    }
}

fn print(wanted: &[&str]) {
    let all = || TABLES.into_iter().chain(ON_REQUEST);
    let known: Vec<&str> = all().map(|(name, _)| name).collect();
    for word in wanted {
        assert!(
            known.contains(word),
            "no table is called {word}; there are: {}",
            known.join(", ")
        );
    }
    std::fs::create_dir_all(place::scratch()).unwrap();
    merlon::print_version();
    rivals::print_versions();
    let chosen: Vec<Table> = match wanted {
        [] => TABLES.to_vec(),
        _ => all().filter(|(name, _)| wanted.contains(name)).collect(),
    };
    for (_, print) in chosen {
        print();
    }
    table::print_sum();
}
