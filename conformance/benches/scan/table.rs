//! Contestants in turn, a row for each, and whether a goal holds.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::hits::Hits;
use crate::measure::{self, Cost, Run};

/// One program on one job.
pub(crate) struct Contestant<'a> {
    pub(crate) name: &'a str,
    /// Made anew for each round, so that a round can have a cache of its own.
    pub(crate) command: &'a dyn Fn() -> Command,
    pub(crate) hits: &'a dyn Fn(&Run) -> Hits,
}

/// What it did in all rounds.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) hits: Hits,
    costs: Vec<Cost>,
}

/// One round after the other, in each every contestant once; each must find the same in every round.
pub(crate) fn interleave(contestants: &[Contestant<'_>]) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    for round in 0..crate::ROUNDS {
        for (place, own) in contestants.iter().enumerate() {
            let run = measure::run(&(own.command)());
            let hits = (own.hits)(&run);
            if round == 0 {
                print_complaints(own.name, &run.complaints);
                all.push(Series {
                    name: own.name.to_owned(),
                    hits,
                    costs: vec![run.cost],
                });
                continue;
            }
            let series = &mut all[place];
            if series.hits != hits {
                println!("{} finds something else in round {round}", own.name);
            }
            series.costs.push(run.cost);
        }
    }
    all
}

/// The first few.
fn print_complaints(who: &str, lines: &[String]) {
    if !lines.is_empty() {
        println!("{who} could not do all of it, {} lines:", lines.len());
        lines.iter().take(5).for_each(|line| println!("  {line}"));
    }
}

impl Series {
    /// Median of CPU time in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        seconds(self.sorted(|cost| cost.cpu)[self.costs.len() / 2])
    }

    /// Median of wall time in seconds.
    pub(crate) fn wall(&self) -> f64 {
        seconds(self.sorted(|cost| cost.wall)[self.costs.len() / 2])
    }

    /// The worst of all rounds, in MB (of 10^6 bytes, as the goal has them).
    pub(crate) fn memory(&self) -> f64 {
        megabytes(self.costs.iter().map(|cost| cost.memory).max().unwrap_or(0))
    }

    fn best(&self, part: impl Fn(&Cost) -> Duration) -> f64 {
        seconds(self.sorted(part)[0])
    }

    fn sorted(&self, part: impl Fn(&Cost) -> Duration) -> Vec<Duration> {
        let mut parts: Vec<Duration> = self.costs.iter().map(part).collect();
        parts.sort();
        parts
    }
}

/// A row for each series; the last column compares CPU time with the first one's.
pub(crate) fn print(what: &str, bytes: u64, all: &[Series]) {
    println!("\n{what}: {:.1} MB", bytes as f64 / 1e6);
    println!(
        "{:<34} {:>16} {:>16} {:>11} {:>9} {:>8} {:>7}",
        "min / median of the rounds", "wall s", "cpu s", "GB/cpu s", "MB", "hits", "ratio"
    );
    for own in all {
        println!(
            "{:<34} {:>16} {:>16} {:>11.3} {:>9.0} {:>8} {:>7.2}",
            own.name,
            pair(own.best(|cost| cost.wall), own.wall()),
            pair(own.best(|cost| cost.cpu), own.cpu()),
            bytes as f64 / 1e9 / own.cpu(),
            own.memory(),
            own.hits.len(),
            own.cpu() / all[0].cpu(),
        );
    }
}

fn pair(best: f64, median: f64) -> String {
    format!("{best:.2} / {median:.2}")
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What a number shall be.
#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// A number that shall not be smaller.
pub(crate) fn at_least(what: &str, goal: f64, measured: f64) {
    judge(what, Goal::AtLeast(goal), measured);
}

/// A number that shall not be larger.
pub(crate) fn at_most(what: &str, goal: f64, measured: f64) {
    judge(what, Goal::AtMost(goal), measured);
}

static HELD: AtomicUsize = AtomicUsize::new(0);
static MISSED: AtomicUsize = AtomicUsize::new(0);

fn judge(what: &str, goal: Goal, measured: f64) {
    let (asked, holds) = match goal {
        Goal::AtLeast(goal) => (format!("at least {goal}"), measured >= goal),
        Goal::AtMost(goal) => (format!("at most {goal}"), measured <= goal),
    };
    let (count, verdict) = if holds {
        (&HELD, "holds")
    } else {
        (&MISSED, "MISSED")
    };
    count.fetch_add(1, Ordering::Relaxed);
    println!("goal: {what}, {asked}: {measured:.2} {verdict}");
}

/// Over all tables so far.
pub(crate) fn print_sum() {
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    println!("\ngoals: {} held, {} missed", of(&HELD), of(&MISSED));
}
