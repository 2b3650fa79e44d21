//! What a language costs: the same two plugins in five of them, interleaved in one run.
//! `cargo xtask bench languages`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints, and stops at the first thing that is wrong"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use merlon_artifact::{Capability, Ruleset};
use merlon_conformance::{component, exec};
use merlon_model::Event;
use merlon_runtime::{Limits, Plugin, PluginSpec, Runtime};

const LANGUAGES: [&str; 5] = ["rust", "c", "go", "python", "js"];
const ROUNDS: usize = 9;
const ROWS: u32 = 256;

struct Measured {
    language: &'static str,
    size: usize,
    cold: Duration,
    echo: Plugin,
    lookout: Plugin,
    cached: Vec<Duration>,
    start: Vec<Duration>,
    echo_call: Vec<Duration>,
    lookout_call: Vec<Duration>,
}

fn ruleset(directory: &Path, component: &[u8]) -> Arc<Ruleset> {
    let definition = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: bench\nversion: 0.1.0\ntitle: A bench\nplugin: plugin.wasm\n";
    std::fs::create_dir_all(directory).unwrap();
    std::fs::write(directory.join("ruleset.yaml"), definition).unwrap();
    std::fs::write(directory.join("plugin.wasm"), component).unwrap();
    Arc::new(Ruleset::open(directory).unwrap())
}

fn load(runtime: &Runtime, ruleset: &Arc<Ruleset>, settings: &str) -> Plugin {
    let limits = Limits {
        deadline: Duration::from_secs(10),
        describe_deadline: Duration::from_secs(30),
        ..Limits::default()
    };
    runtime
        .load(&PluginSpec {
            ruleset,
            component: ruleset.plugin().unwrap(),
            grants: &Capability::ALL,
            settings,
            settings_again: None,
            limits,
        })
        .unwrap()
}

fn timed<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = act();
    (began.elapsed(), made)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

const ECHO: &str = "{}";
const LOOKOUT: &str = r#"{"servers":["nginx","httpd"],"burst":3}"#;

fn prepare(language: &'static str, root: &Path, runtime: &Runtime) -> Measured {
    let guest = component(&format!("guest-{language}")).unwrap();
    let size = guest.len();
    let guest = ruleset(&root.join(format!("guest-{language}")), &guest);
    let example = component(&format!("lookout-{language}")).unwrap();
    let example = ruleset(&root.join(format!("lookout-{language}")), &example);
    let uncached = Runtime::start(None).unwrap();
    let (cold, _) = timed(|| load(&uncached, &guest, ECHO));
    Measured {
        language,
        size,
        cold,
        echo: load(runtime, &guest, ECHO),
        lookout: load(runtime, &example, LOOKOUT),
        cached: Vec::new(),
        start: Vec::new(),
        echo_call: Vec::new(),
        lookout_call: Vec::new(),
    }
}

impl Measured {
    fn round(&mut self, root: &Path, runtime: &Runtime, events: &[Event]) {
        let guest =
            Arc::new(Ruleset::open(&root.join(format!("guest-{}", self.language))).unwrap());
        let (cached, _) = timed(|| load(runtime, &guest, ECHO));
        self.cached.push(cached);
        let (start, _) = timed(|| self.echo.start_and_drop().unwrap());
        self.start.push(start);
        let inventory: Arc<[Event]> = Arc::new([]);
        for (plugin, times) in [
            (&self.echo, &mut self.echo_call),
            (&self.lookout, &mut self.lookout_call),
        ] {
            for _ in 0..3 {
                let rows = events.to_vec();
                let (call, _) = timed(|| plugin.evaluate(0, rows, 0, &inventory).unwrap());
                times.push(call);
            }
        }
    }

    fn print(&mut self) {
        let micros = |time: Duration| format!("{:.0} us", time.as_secs_f64() * 1e6);
        let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        println!(
            "{:<8} {:>9} {:>11} {:>11} {:>10} {:>9} {:>10} {:>10}",
            self.language,
            format!("{} KiB", self.size / 1024),
            millis(self.cold),
            millis(median(&mut self.cached)),
            micros(median(&mut self.start)),
            format!("{} KiB", self.echo.memory() / 1024),
            format!(
                "{} ns",
                median(&mut self.echo_call).as_nanos() / u128::from(ROWS)
            ),
            format!(
                "{} ns",
                median(&mut self.lookout_call).as_nanos() / u128::from(ROWS)
            ),
        );
    }
}

fn main() {
    let root = tempfile::tempdir().unwrap();
    let runtime = Runtime::start(Some(&root.path().join("cache"))).unwrap();
    let events: Vec<Event> = (0..u64::from(ROWS))
        .map(|n| exec(n, "/bin/sh", &["sh", "-c", "true"]))
        .collect();
    let mut all: Vec<Measured> = LANGUAGES
        .into_iter()
        .map(|language| prepare(language, root.path(), &runtime))
        .collect();
    for _ in 0..ROUNDS {
        for one in &mut all {
            one.round(root.path(), &runtime, &events);
        }
    }
    println!(
        "{:<8} {:>9} {:>11} {:>11} {:>10} {:>9} {:>10} {:>10}",
        "language",
        "size",
        "cold load",
        "cached load",
        "instance",
        "memory",
        "echo/row",
        "lookout/row"
    );
    for one in &mut all {
        one.print();
    }
    println!(
        "\nload: compiled (cold) or from the cache, started and described. instance: started, described, dropped.\nmemory: linear memory after the calls. echo: one finding with five values per row. lookout: ancestors asked per row. {ROWS} rows per call, medians of {ROUNDS} interleaved rounds."
    );
}
