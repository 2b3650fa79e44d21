//! `merlon plugin bench`: what a plugin costs, over the events of its own cases.

use std::sync::Arc;
use std::time::{Duration, Instant};

use merlon_model::{Event, chain};
use merlon_runtime::Plugin;

use crate::arguments::Reach;
use crate::environment::Environment;
use crate::{Exit, Failure, commands, session};

/// Rows of a full batch (architecture section 3).
const ROWS: usize = 256;
/// Instances made for the median of a start.
const STARTS: usize = 21;
/// The shortest and longest that a person can ask for.
const DURATIONS: std::ops::RangeInclusive<f64> = 0.01..=600.0;

pub(crate) fn bench(name: &str, seconds: f64, environment: &Environment) -> Result<Exit, Failure> {
    if !DURATIONS.contains(&seconds) {
        return Err(Failure::usage(format!(
            "--duration {seconds}: from {} to {} seconds",
            DURATIONS.start(),
            DURATIONS.end()
        )));
    }
    let (set, _) = session::open_ruleset(name, &Reach::default(), environment)?;
    let loading = Instant::now();
    let plugin = session::plugin_of(&set, environment)?;
    let loaded = loading.elapsed();
    println!("load          {:>12}", told(loaded));
    println!("start         {:>12}", told(start(&plugin)?));
    println!("memory        {:>8} KiB", plugin.memory().div_ceil(1024));
    let events = commands::ruleset::case_events(&set, environment)?;
    println!(
        "\n{:<16} {:>5} {:>8} {:>12} {:>12}",
        "KIND", "ROWS", "CALLS", "PER CALL", "PER ROW"
    );
    let budget = Duration::from_secs_f64(seconds);
    for place in 0..plugin.manifest().subscriptions.len() {
        measure(&plugin, place, &events, budget)?;
    }
    println!("\nmemory then   {:>8} KiB", plugin.memory().div_ceil(1024));
    Ok(Exit::Clean)
}

/// The median of making an instance and having it describe itself.
fn start(plugin: &Plugin) -> Result<Duration, Failure> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let began = Instant::now();
        plugin
            .start_and_drop()
            .map_err(|fault| Failure::incomplete(chain(&fault)))?;
        times.push(began.elapsed());
    }
    times.sort();
    Ok(times.get(STARTS / 2).copied().unwrap_or_default())
}

/// One full batch again and again; with only a few events in the cases, these are repeated.
fn measure(
    plugin: &Plugin,
    place: usize,
    events: &[Event],
    budget: Duration,
) -> Result<(), Failure> {
    let Some(subscription) = plugin.manifest().subscriptions.get(place) else {
        return Ok(());
    };
    let kind = subscription.kind.name();
    let own: Vec<Event> = events
        .iter()
        .filter(|event| event.kind() == subscription.kind)
        .cloned()
        .collect();
    if own.is_empty() {
        println!("{kind:<16} no case has an event of this kind");
        return Ok(());
    }
    let rows: Vec<Event> = own.iter().cycle().take(ROWS).cloned().collect();
    let inventory: Arc<[Event]> = own.into();
    let began = Instant::now();
    let (mut calls, mut time) = (0_u32, Duration::ZERO);
    while calls == 0 || began.elapsed() < budget {
        let call = Instant::now();
        plugin
            .evaluate(place, rows.clone(), 0, &inventory)
            .map_err(|fault| Failure::incomplete(format!("{kind}: {}", chain(&fault))))?;
        time += call.elapsed();
        calls += 1;
    }
    let per_call = time / calls;
    let rows = u32::try_from(ROWS).unwrap_or(u32::MAX);
    println!(
        "{kind:<16} {ROWS:>5} {calls:>8} {:>12} {:>12}",
        told(per_call),
        told(per_call / rows)
    );
    Ok(())
}

fn told(time: Duration) -> String {
    match time.as_nanos() {
        nanos @ 0..10_000 => format!("{nanos} ns"),
        nanos @ 10_000..10_000_000 => format!("{} us", nanos / 1000),
        nanos => format!("{} ms", nanos / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_a_unit_that_a_person_reads() {
        assert_eq!(told(Duration::from_nanos(45)), "45 ns");
        assert_eq!(told(Duration::from_micros(825)), "825 us");
        assert_eq!(told(Duration::from_millis(2100)), "2100 ms");
    }
}
