//! What the boundary costs: batches of exec events through a component, beside the same check natively,
//! interleaved in one run. `cargo xtask bench runtime`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints, and stops at the first thing that is wrong"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use merlon_artifact::{Capability, Ruleset};
use merlon_conformance::{Host, Set, component, exec};
use merlon_model::Event;
use merlon_runtime::{Limits, Plugin, PluginSpec, Runtime, encode_only};
use serde_json::json;

const ROUNDS: usize = 15;
const SHELLS: [&str; 4] = ["/bin/sh", "/bin/bash", "/bin/dash", "/usr/bin/zsh"];
const SERVERS: [&str; 4] = [
    "/usr/sbin/nginx",
    "/usr/bin/java",
    "/usr/bin/node",
    "/usr/sbin/apache2",
];

/// What `conformance/plugins/plain` does, on the events themselves.
fn native(events: &[Event]) -> usize {
    let suspicious = |event: &&Event| {
        event.process().is_some_and(|process| {
            let parent = process
                .ancestors
                .first()
                .map_or("", |parent| parent.exe.as_str());
            SHELLS.contains(&process.exe.as_str()) && SERVERS.contains(&parent)
        })
    };
    events.iter().filter(suspicious).count()
}

fn events(count: usize) -> Vec<Event> {
    const EXES: [&str; 6] = [
        "/usr/bin/ls",
        "/bin/sh",
        "/usr/bin/git",
        "/usr/bin/id",
        "/opt/app/run",
        "/usr/bin/env",
    ];
    (0..count)
        .map(|n| exec(n as u64, EXES[n % EXES.len()], &["run", "--flag", "value"]))
        .collect()
}

/// Nanoseconds of one call, from as many calls as fill some milliseconds.
fn time(mut call: impl FnMut()) -> f64 {
    let began = Instant::now();
    let mut calls = 0_u32;
    while began.elapsed().as_millis() < 4 {
        call();
        calls += 1;
    }
    began.elapsed().as_nanos() as f64 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn load(runtime: &Runtime, ruleset: &Arc<Ruleset>, bytes: &[u8]) -> Plugin {
    let spec = PluginSpec {
        ruleset,
        component: bytes,
        grants: &Capability::ALL,
        settings: "{}",
        settings_again: None,
        limits: Limits::default(),
    };
    runtime.load(&spec).unwrap()
}

fn main() {
    let bytes = component("plain").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let definition = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: plain\nversion: 0.1.0\ntitle: A bench\nplugin: plugin.wasm\n";
    std::fs::write(directory.path().join("ruleset.yaml"), definition).unwrap();
    std::fs::write(directory.path().join("plugin.wasm"), &bytes).unwrap();
    let ruleset = Arc::new(Ruleset::open(directory.path()).unwrap());
    let runtime = Runtime::start(None).unwrap();
    let plugin = load(&runtime, &ruleset, &bytes);
    batches(&plugin);
    instances(&runtime, &ruleset, &bytes);
    loads(&ruleset, &bytes, directory.path());
    engine();
}

fn batches(plugin: &Plugin) {
    println!(
        "{:>6} {:>14} {:>12} {:>12} {:>12} {:>8}",
        "batch", "call", "per event", "encoding", "native", "ratio"
    );
    let none: Arc<[Event]> = Arc::new([]);
    for size in [0, 1, 16, 256] {
        let rows = events(size);
        let subscription = &plugin.manifest().subscriptions[0];
        let (mut sandbox, mut encoding, mut natively) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            sandbox.push(time(|| {
                black_box(plugin.evaluate(0, rows.clone(), 0, &none).unwrap());
            }));
            encoding.push(time(|| {
                black_box(encode_only(subscription, &rows));
            }));
            natively.push(time(|| {
                black_box(native(black_box(&rows)));
            }));
        }
        let (call, encoded, natively) = (median(sandbox), median(encoding), median(natively));
        let per = |nanos: f64| nanos / size.max(1) as f64;
        println!(
            "{size:>6} {call:>11.0} ns {:>9.1} ns {:>9.1} ns {:>9.1} ns {:>8.1}",
            per(call),
            per(encoded),
            per(natively),
            call / natively
        );
    }
}

fn instances(runtime: &Runtime, ruleset: &Arc<Ruleset>, bytes: &[u8]) {
    let plugin = load(runtime, ruleset, bytes);
    let fresh = median(
        (0..ROUNDS)
            .map(|_| time(|| plugin.start_and_drop().unwrap()))
            .collect(),
    );
    println!(
        "fresh instance, described and dropped: {:.1} us",
        fresh / 1e3
    );
}

fn loads(ruleset: &Arc<Ruleset>, bytes: &[u8], directory: &std::path::Path) {
    let cold = Runtime::start(None).unwrap();
    let began = Instant::now();
    cold.compile(bytes).unwrap();
    println!(
        "compile {} KiB cold: {:.1} ms",
        bytes.len() / 1024,
        began.elapsed().as_secs_f64() * 1e3
    );
    let cache = directory.join("cache");
    let runtime = Runtime::start(Some(&cache)).unwrap();
    load(&runtime, ruleset, bytes);
    let cached = median(
        (0..ROUNDS)
            .map(|_| time(|| drop(black_box(runtime.compile(bytes).unwrap()))))
            .collect(),
    );
    println!("load from cache: {:.2} ms", cached / 1e6);
}

/// An event from the sensor's hands to no finding: prefilters, encoding and the real ruleset.
fn engine() {
    let set = Set::plugin("behaviour", "behaviour", json!({})).unwrap();
    let host = Host::with(&[set]).unwrap();
    let rows = events(256);
    let nanos = median(
        (0..ROUNDS)
            .map(|_| time(|| drop(black_box(host.findings(&rows)))))
            .collect(),
    );
    println!(
        "engine with the ruleset behaviour, half of the events crossing: {:.0} ns per event",
        nanos / 256.0
    );
}
