//! `merlon run` and `merlon record`: live events of this node.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use merlon_engine::Recent;
use merlon_model::{Judge, Origin, chain};
use merlon_sensor::{Config, Recorder, Sensor, Stats};
use merlon_sink::ReportError;

use crate::arguments::{Record, Run};
use crate::environment::Environment;
use crate::output::{Output, Read};
use crate::reload::{Reloader, Watch};
use crate::session::Session;
use crate::{Exit, Failure, bundle, interrupt};

pub(crate) fn run(arguments: &Run, environment: &Environment) -> Result<Exit, Failure> {
    let stop = interrupt::install();
    // Before anything is read: what changes from here on is seen.
    let files = Watch::start(&arguments.decide, environment)?;
    let session = Session::open(&arguments.decide, environment)?;
    let output = Output::open(&arguments.print, environment)?;
    let engine = session
        .engine(&arguments.print, output.clone(), Origin::Sensor)?
        .remembering(Recent::default());
    let reloader = Reloader {
        engine: &engine,
        runtime: session.runtime(),
        decide: &arguments.decide,
        environment,
        policy: arguments.reload,
        stop,
    };
    let watched = reloader.beside(files, || watch(&engine, arguments.duration, stop));
    let (stats, errors) = watched?;
    let read = Read {
        events: stats.events,
        ..Read::default()
    };
    let exit = output.finish(&engine, read, errors)?;
    // Stopping is how a watch ends; only a scan was cut short by it.
    Ok(if exit == Exit::Interrupted {
        Exit::Clean
    } else {
        exit
    })
}

pub(crate) fn record(arguments: &Record) -> Result<Exit, Failure> {
    let stop = interrupt::install();
    let out: Box<dyn Write + Send> =
        if arguments.output == Path::new("-") {
            Box::new(stdout())
        } else {
            let path = &arguments.output;
            Box::new(File::create(path).map_err(|error| {
                Failure::usage(format!("cannot write {}: {error}", path.display()))
            })?)
        };
    let failed = |error| Failure::incomplete(chain(&error));
    let recorder = Recorder::new(BufWriter::new(out)).map_err(failed)?;
    let (stats, errors) = watch(&recorder, arguments.duration, stop)?;
    let recorded = recorder.finish().map_err(failed)?;
    eprintln!("{} events recorded, {} lost", recorded.events, stats.lost);
    for error in &errors {
        eprintln!("error: {}", error.message);
    }
    Ok(if errors.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// Runs the sensor until the time is over or the user stops it.
fn watch(
    judge: &dyn Judge,
    duration: Option<f64>,
    stop: &'static AtomicBool,
) -> Result<(Stats, Vec<ReportError>), Failure> {
    let Some(object) = bundle::PROBES else {
        return Err(Failure::incomplete(
            "this binary was built without the eBPF object; run `cargo xtask setup` and build again",
        ));
    };
    let mut sensor = Sensor::start(object, Config::default()).map_err(|error| {
        Failure::incomplete(format!(
            "{}; `merlon probe` says what this machine allows",
            chain(&error)
        ))
    })?;
    eprintln!("watching; stop with Ctrl-C");
    if let Some(seconds) = duration {
        let end =
            Instant::now() + Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX / 4);
        thread::spawn(move || {
            while Instant::now() < end && !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(10));
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
    let mut errors = Vec::new();
    let stats = match sensor.run(judge, stop) {
        Ok(stats) => stats,
        Err(error) => {
            errors.push(ReportError {
                what: "sensor".to_owned(),
                message: chain(&error),
                location: None,
            });
            sensor.stats()
        }
    };
    if stats.lost > 0 {
        errors.push(ReportError {
            what: "sensor".to_owned(),
            message: format!(
                "{} events were lost: the rules that wanted them were blind",
                stats.lost
            ),
            location: None,
        });
    }
    Ok((stats, errors))
}
