//! The host's one pass finds exactly what each pattern of the rules finds alone in the whole file, without
//! a prefilter. Left out is only what the matcher documents: matches longer than its window, and patterns
//! that used up their work in a file.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod differ;
mod planted;
mod real;

use crate::differ::{Differ, File};
use crate::planted::{Random, examples};

const BORDER: usize = 64 << 10;

#[test]
fn an_example_of_every_rule_is_found_across_every_border() {
    let differ = Differ::new();
    let examples = examples();
    // Every sixteenth border is one of a mebibyte as well.
    let files = examples.chunks(16).zip(1..).map(|(examples, seed)| {
        let mut random = Random(seed);
        let mut content = Vec::new();
        for (example, border) in examples.iter().zip((BORDER..).step_by(BORDER)) {
            random.prose(&mut content, border - example.len() / 2);
            content.extend(example);
        }
        File::new(format!("borders {seed}"), content)
    });
    let sum = differ.compare(files.collect());
    assert!(sum.matches >= examples.len(), "{sum}");
    assert_eq!(sum.left_out, 0, "{sum}");
}

#[test]
fn pieces_that_end_anywhere_lose_nothing() {
    let differ = Differ::new();
    let examples = examples();
    let files = (0..6).map(|seed| {
        let mut random = Random(seed * 7919 + 3);
        let mut content = Vec::new();
        while content.len() < 700_000 {
            let example = &examples[random.below(examples.len())];
            let upto = content.len() + random.below(200);
            random.prose(&mut content, upto);
            content.extend(example);
        }
        File::new(format!("dense {seed}"), content)
    });
    let sum = differ.compare(files.collect());
    assert!(sum.matches > 10_000, "{sum}");
}

#[test]
fn one_long_line_hides_nothing() {
    let differ = Differ::new();
    let examples = examples();
    let files = [",", ";", "\\n", "\"", "{a:1}", ""].map(|between| {
        let mut content = Vec::new();
        for example in &examples {
            content.extend(example.iter().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                other => *other,
            }));
            content.extend(between.as_bytes());
        }
        File::new(format!("one line, between {between:?}"), content)
    });
    let sum = differ.compare(files.into());
    assert!(sum.matches > 6 * examples.len() / 2, "{sum}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimisation")]
fn in_the_files_of_a_machine_both_find_the_same() {
    let files = real::sample(2_000, 60 << 20);
    if files.is_empty() {
        println!("skipped: none of {:?} can be read", real::ROOTS);
        return;
    }
    let files = files.into_iter();
    let files = files.map(|(path, content)| File::new(path.display().to_string(), content));
    let sum = Differ::new().compare(files.collect());
    println!("{sum}");
    assert!(sum.left_out * 10_000 < sum.pairs, "{sum}");
}
