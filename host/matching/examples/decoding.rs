//! What looking for encoded text costs: `decoding FILE...` prints the speed of the decoders over all of
//! them, without any pattern that could hold.

#![allow(clippy::print_stdout, reason = "it prints its result")]

use std::error::Error;
use std::time::{Duration, Instant};

use merlon_matching::{Budget, CaseRule, DecodeScratch, Pattern, PatternSet, Source};

const ROUNDS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let pattern = Pattern {
        ruleset: 0,
        id: 0,
        source: Source::Literal(b"\x01no such bytes\x02".to_vec()),
        case: CaseRule::Sensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    };
    let (set, _) = PatternSet::compile(vec![pattern], &Budget::default());
    let mut memory = DecodeScratch::default();
    let (mut bytes, mut time) = (0, Duration::ZERO);
    for path in std::env::args().skip(1) {
        let Ok(content) = std::fs::read(&path) else {
            continue;
        };
        bytes += content.len() as u64 * u64::from(ROUNDS);
        let started = Instant::now();
        for _ in 0..ROUNDS {
            std::hint::black_box(set.decode(&path, &content, &mut memory));
        }
        time += started.elapsed();
    }
    #[allow(clippy::cast_precision_loss, reason = "for a human")]
    let speed = bytes as f64 / 1e9 / time.as_secs_f64();
    println!("{bytes} bytes in {time:.2?}, {speed:.2} GB/s");
    Ok(())
}
