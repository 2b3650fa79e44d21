//! What a reload costs those that judge: 10,000 events per second, quiet and while catalogues are loaded,
//! rehearsed with 4096 recent events and switched without a pause, interleaved in one run.
//! `cargo xtask bench reload`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints, and stops at the first thing that is wrong"
)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use merlon_artifact::{Capability, Ruleset};
use merlon_conformance::{component, exec};
use merlon_engine::{Catalog, Detail, Engine, Entry, Origins, Recent, Rehearsal, Selection, Trust};
use merlon_model::{Event, Finding, FindingSink, Judge, Mode, OnFault, Origin};
use merlon_runtime::{Limits, Runtime};
use serde_json::json;

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
/// 100 events every 10 ms.
const BATCH: u64 = 100;
const PERIOD: Duration = Duration::from_millis(10);
/// Between two reloads: an operator's script that writes the file again and again.
const PAUSE: Duration = Duration::from_millis(100);

/// How often the rule that every catalogue has found each event.
#[derive(Default)]
struct Seen(Mutex<HashMap<String, u32>>);

impl FindingSink for Seen {
    fn deliver(&self, finding: Finding) {
        if finding.rule == "w/seen" {
            let mut seen = self.0.lock().unwrap();
            *seen.entry(finding.message).or_default() += 1;
        }
    }
}

/// One way to stream: what happened in it.
#[derive(Default)]
struct Streamed {
    events: u64,
    reloads: u64,
    /// Microseconds from the moment a batch was due to its verdicts.
    latencies: Vec<u64>,
    /// Milliseconds of each reload.
    reloading: Vec<u64>,
}

struct Stage {
    runtime: Runtime,
    directory: tempfile::TempDir,
}

impl Stage {
    fn entry(&self, id: &str, name: &str, version: &str) -> Entry {
        let path = self.directory.path().join(format!("{id}-{version}"));
        if !path.exists() {
            write(&path, id, name, version);
        }
        Entry {
            ruleset: Arc::new(Ruleset::open(&path).unwrap()),
            trust: Trust::Foreign,
            settings: json!({}),
            mode: Mode::Audit,
            on_fault: OnFault::Allow,
            exemptions: Vec::new(),
            grants: Capability::ALL.to_vec(),
            limits: Limits::default(),
        }
    }

    /// The witness in this version, beside the ruleset of the product.
    fn catalog(&self, version: &str, before: Option<&Catalog>) -> Catalog {
        let mut builder = Catalog::builder(&self.runtime, Origins::default(), Selection::All);
        if let Some(before) = before {
            builder = builder.replacing(before);
        }
        builder.add(self.entry("w", "witness", version)).unwrap();
        builder
            .add(self.entry("behaviour", "behaviour", "0.1.0"))
            .unwrap();
        builder.build().unwrap()
    }

    /// Everything that a reload does beside the live path.
    fn reload(&self, engine: &Engine, version: &str) {
        let before = engine.catalog();
        let next = self.catalog(version, Some(&before));
        let rehearsal = Rehearsal::new(&self.runtime, Origins::default(), &before, &next).unwrap();
        let difference = rehearsal.compare(&engine.recent(), &|| true);
        assert_eq!(difference.events, difference.compared);
        assert_eq!(difference.newly_failing(), 0);
        engine.switch(next);
    }
}

fn write(path: &Path, id: &str, name: &str, version: &str) {
    fs::create_dir_all(path).unwrap();
    let definition = format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {id}\nversion: {version}\ntitle: A bench\nplugin: plugin.wasm\n"
    );
    fs::write(path.join("ruleset.yaml"), definition).unwrap();
    fs::write(path.join("plugin.wasm"), component(name).unwrap()).unwrap();
}

fn numbered(from: u64) -> Vec<Event> {
    let one = |n: u64| exec(n, &format!("/bin/e{n}"), &["run", "--flag", "value"]);
    (from..from + BATCH).map(one).collect()
}

/// Streams one round; the number of the next event.
fn stream(engine: &Engine, from: u64, into: &mut Streamed) -> u64 {
    let began = Instant::now();
    let mut next = from;
    let mut due = began;
    while began.elapsed() < ROUND {
        let batch = numbered(next);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        engine.judge(&batch);
        into.latencies
            .push(u64::try_from(due.elapsed().as_micros()).unwrap());
        next += BATCH;
        due += PERIOD;
    }
    into.events += next - from;
    next
}

fn reloading(stage: &Stage, engine: &Engine, from: u64, into: &mut Streamed) -> u64 {
    let over = AtomicBool::new(false);
    let mut times = Vec::new();
    let next = thread::scope(|scope| {
        let reloader = scope.spawn(|| {
            let mut times = Vec::new();
            for version in ["0.2.0", "0.1.0"].iter().cycle() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                stage.reload(engine, version);
                times.push(u64::try_from(began.elapsed().as_millis()).unwrap());
                thread::sleep(PAUSE);
            }
            times
        });
        let next = stream(engine, from, into);
        over.store(true, Ordering::Relaxed);
        times = reloader.join().unwrap();
        next
    });
    into.reloads += times.len() as u64;
    into.reloading.extend(times);
    next
}

/// The value below which this part (in thousandths) of the values lies.
fn quantile(values: &mut [u64], thousandths: usize) -> u64 {
    values.sort_unstable();
    let at = values.len() * thousandths / 1000;
    values
        .get(at.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0)
}

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(Some(&directory.path().join("cache"))).unwrap();
    let stage = Stage { runtime, directory };
    let seen = Arc::new(Seen::default());
    let catalog = stage.catalog("0.1.0", None);
    let sink = Arc::clone(&seen);
    let engine =
        Engine::new(catalog, sink, Origin::Sensor, Detail::Failing).remembering(Recent::default());
    let (mut quiet, mut busy) = (Streamed::default(), Streamed::default());
    let mut next = 0;
    for _ in 0..ROUNDS {
        next = stream(&engine, next, &mut quiet);
        next = reloading(&stage, &engine, next, &mut busy);
    }
    let found = seen.0.lock().unwrap();
    let lost = next - found.len() as u64;
    let duplicates = found.values().filter(|times| **times > 1).count();
    println!(
        "{:<10} {:>8} {:>8} {:>10} {:>10} {:>10} {:>14}",
        "", "events", "reloads", "p50", "p99", "max", "median reload"
    );
    for (name, streamed) in [("quiet", &mut quiet), ("reloading", &mut busy)] {
        let latencies = &mut streamed.latencies;
        let (p50, p99) = (quantile(latencies, 500), quantile(latencies, 990));
        println!(
            "{name:<10} {:>8} {:>8} {p50:>7} us {p99:>7} us {:>7} us {:>11} ms",
            streamed.events,
            streamed.reloads,
            quantile(latencies, 1000),
            quantile(&mut streamed.reloading, 500),
        );
    }
    println!("events {next}, lost {lost}, judged twice {duplicates}");
    assert_eq!((lost, duplicates), (0, 0));
}
