//! How fast a target is scanned: `throughput TARGET EXPRESSIONS [JOBS]`, one expression a line.

#![allow(clippy::print_stdout, reason = "it prints its result")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use merlon_matching::{Budget, CaseRule, Pattern, PatternSet, Source};
use merlon_model::{Event, Judge, Verdict};
use merlon_registry::{Access, Repositories};
use merlon_scanner::{Demand, Limits, Scanner, Silent, Target};

struct Allow;

impl Judge for Allow {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        vec![Verdict::Allow; events.len()]
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().ok_or("no target")?;
    let expressions = std::fs::read_to_string(arguments.next().ok_or("no expressions")?)?;
    let jobs = arguments.next().map_or(Ok(1), |jobs| jobs.parse())?;
    let patterns = expressions.lines().zip(0..).map(|(regex, id)| Pattern {
        ruleset: 0,
        id,
        source: Source::Regex(regex.to_owned()),
        case: CaseRule::Sensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    });
    let started = Instant::now();
    let (set, refusals) = PatternSet::compile(patterns.collect(), &Budget::default());
    println!(
        "{} patterns compiled in {:?}, {} without a literal, {} refused",
        set.len(),
        started.elapsed(),
        set.ungated().len(),
        refusals.len()
    );
    let target = Target::recognise(Path::new(&target))?;
    let started = Instant::now();
    let stats = Scanner {
        patterns: &set,
        judge: &Allow,
        limits: Limits::default(),
        demand: Demand::OnlyHits,
        platform: None,
        jobs,
        registries: &Repositories::new(Access::default()),
        memory: None,
        progress: &Silent,
    }
    .scan(&target)?;
    let wall = started.elapsed();
    #[allow(clippy::cast_precision_loss, reason = "for a human")]
    let speed = stats.bytes as f64 / 1e6 / wall.as_secs_f64();
    println!(
        "{} files, {} bytes, {} hits, {} problems, {wall:.2?}, {speed:.0} MB/s",
        stats.files,
        stats.bytes,
        stats.hits,
        stats.problems.len()
    );
    Ok(())
}
