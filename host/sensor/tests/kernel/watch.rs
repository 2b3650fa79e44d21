//! A sensor around a piece of work.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use merlon_ebpf_build::build;
use merlon_model::{Body, Event, Exit, Judge, Loss, Process, Verdict};
use merlon_sensor::{Config, Sensor, SensorError, Stats};

static SKIPPED: AtomicU64 = AtomicU64::new(0);

/// Says why a test does not run, and the how many-th it is.
pub(crate) fn skipped(why: &str) {
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    println!("skipped: {count} of the kernel tests so far, {why}");
}

/// The probes, built once.
pub(crate) fn object() -> Option<&'static [u8]> {
    static OBJECT: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let object = OBJECT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("probes.o");
        build(&root.unwrap(), &out).map_err(|error| error.to_string())?;
        Ok(std::fs::read(out).unwrap())
    });
    match object {
        Ok(object) => Some(object),
        Err(why) => {
            skipped(why);
            None
        }
    }
}

/// Keeps every batch.
#[derive(Default)]
pub(crate) struct Collector(Mutex<Vec<Vec<Event>>>);

impl Collector {
    pub(crate) fn into_batches(self) -> Vec<Vec<Event>> {
        self.0.into_inner().unwrap()
    }
}

impl Judge for Collector {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        self.0.lock().unwrap().push(events.to_vec());
        vec![Verdict::Allow; events.len()]
    }
}

/// What a sensor saw.
pub(crate) struct Seen {
    pub(crate) events: Vec<Event>,
    batches: Vec<Vec<Event>>,
    pub(crate) stats: Stats,
    pub(crate) attempted: u64,
    pub(crate) cpu: Duration,
}

impl Seen {
    pub(crate) fn execs(&self) -> impl Iterator<Item = &Process> {
        self.events.iter().filter_map(|event| match &event.body {
            Body::Exec(process) => Some(&**process),
            _ => None,
        })
    }

    pub(crate) fn exit_of(&self, pid: u32) -> &Exit {
        let exit = self.events.iter().find_map(|event| match &event.body {
            Body::Exit(exit) if exit.process.pid == pid => Some(&**exit),
            _ => None,
        });
        exit.expect("the process ended")
    }

    pub(crate) fn losses(&self) -> impl Iterator<Item = &Loss> {
        self.events.iter().filter_map(|event| match &event.body {
            Body::Loss(loss) => Some(&**loss),
            _ => None,
        })
    }

    pub(crate) fn batches(&self) -> &[Vec<Event>] {
        &self.batches
    }

    pub(crate) fn rejudge(&self, judge: &dyn Judge) {
        for batch in &self.batches {
            judge.judge(batch);
        }
    }
}

/// One at a time: the tests count what the whole machine does.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|broken| broken.into_inner())
}

/// Runs `work` under a sensor; nothing when this machine refuses one.
pub(crate) fn watch(config: Config, work: impl FnOnce()) -> Option<Seen> {
    let object = object()?;
    let _alone = alone();
    let mut sensor = match Sensor::start(object, config) {
        Ok(sensor) => sensor,
        Err(error @ (SensorError::Load(_) | SensorError::Btf(_))) => {
            skipped(&format!("{error}: {:?}", std::error::Error::source(&error)));
            return None;
        }
        Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
    };
    let collector = Collector::default();
    let stop = AtomicBool::new(false);
    let (sensor, stats, cpu) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let before = thread_time();
            let stats = sensor.run(&collector, &stop).unwrap();
            (sensor, stats, thread_time() - before)
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        stop.store(true, Ordering::Relaxed);
        let read = reader.join().unwrap();
        result.unwrap();
        read
    });
    let attempted = sensor.attempted().unwrap();
    let batches = collector.into_batches();
    Some(Seen {
        events: batches.concat(),
        batches,
        stats,
        attempted,
        cpu,
    })
}

fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid place for the answer.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}
