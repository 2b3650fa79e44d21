//! `merlon scan`: manifests as one inventory, files and images one by one.

use std::io::{Read as _, stdin};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use merlon_cache::Cabinet;
use merlon_engine::Engine;
use merlon_kube::Inventory;
use merlon_model::{FindingSink, Kind, Origin, Subject, Timestamp, chain};
use merlon_registry::Repositories;
use merlon_scanner::{Demand, Limits, Scanner, Stats, Target as Scannable};
use merlon_sink::ReportError;
use merlon_yaml::Diagnostic;

use crate::arguments::Scan;
use crate::environment::Environment;
use crate::output::{Output, Read, note};
use crate::progress::Bar;
use crate::session::Session;
use crate::suppression::Suppressions;
use crate::target::Target;
use crate::{Exit, Failure, interrupt};

/// Bytes of manifests on stdin.
const STDIN: u64 = 64 << 20;
/// Notes that are shown; one per file would drown the findings.
const NOTES: usize = 5;
// What is kept of a file for a plugin that reads it: programs are smaller.
const WHOLE: usize = 32 << 20;

/// Everything a scan collects besides findings.
struct Job<'a> {
    engine: &'a Engine,
    registries: Repositories,
    memory: Option<Cabinet>,
    output: Arc<Output>,
    read: Read,
    errors: Vec<ReportError>,
}

pub(crate) fn scan(arguments: &Scan, environment: &Environment) -> Result<Exit, Failure> {
    interrupt::install();
    let targets = arguments
        .targets
        .iter()
        .map(|text| Target::parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    let session = Session::open(&arguments.decide, environment)?;
    let suppressions = Suppressions::of_scan(session.config(), arguments)?;
    let output = Output::of_scan(&arguments.print, suppressions, environment)?;
    // The process ends with the scan: to take plugins and patterns apart first would cost every run.
    let engine =
        ManuallyDrop::new(session.engine(&arguments.print, output.clone(), Origin::Scan)?);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| report_when_interrupted(&done, &engine, &output));
        let mut job = Job {
            engine: &engine,
            registries: session.registries(&arguments.decide, environment),
            memory: memory(environment),
            output: Arc::clone(&output),
            read: Read::default(),
            errors: Vec::new(),
        };
        let read = job.run(arguments, &targets);
        done.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        read?;
        job.output.finish(job.engine, job.read, job.errors)
    })
}

/// Where layers are remembered; without a place that can be trusted, each is read.
fn memory(environment: &Environment) -> Option<Cabinet> {
    let directory = environment.artifacts.as_ref()?.join("layers");
    match Cabinet::open(&directory) {
        Ok(cabinet) => Some(cabinet),
        Err(error) => {
            let place = directory.display();
            note(&format!(
                "note: layers are not remembered in {place}: {error}"
            ));
            None
        }
    }
}

/// A scan cannot be stopped in the middle of a file; what was found so far is printed beside it.
fn report_when_interrupted(done: &AtomicBool, engine: &Engine, output: &Output) {
    while !done.load(Ordering::Relaxed) {
        if interrupt::requested() {
            if let Err(failure) = output.finish(engine, Read::default(), Vec::new()) {
                eprintln!("{failure}");
            }
            std::process::exit(130);
        }
        thread::park_timeout(Duration::from_millis(20));
    }
}

impl Job<'_> {
    fn run(&mut self, arguments: &Scan, targets: &[Target]) -> Result<(), Failure> {
        self.manifests(targets)?;
        if !self.wants_files() {
            return Ok(());
        }
        let bar = if arguments.no_progress {
            Bar::hidden()
        } else {
            Bar::on_terminal()
        };
        for target in targets {
            match target {
                Target::Path(path) => self.files(arguments, &Scannable::Path(path.clone()), &bar),
                Target::Image(image) => self.files(arguments, image, &bar),
                Target::Stdin => {}
            }
        }
        bar.finish();
        self.say_what_was_left_out();
        Ok(())
    }

    fn wants_files(&self) -> bool {
        self.engine.wants(Kind::FileContent) || self.engine.wants(Kind::ImageConfig)
    }

    fn say_what_was_left_out(&self) {
        let encrypted = self.read.left_out.encrypted_members;
        if encrypted > 0 {
            note(&format!(
                "note: {encrypted} members of archives are encrypted, and were not inspected"
            ));
        }
        for (kind, count) in &self.read.left_out.unopened_archives {
            note(&format!(
                "note: archives of {kind} are not opened, only searched as they are: {count}"
            ));
        }
    }

    fn manifests(&mut self, targets: &[Target]) -> Result<(), Failure> {
        let mut inventory = Inventory::default();
        // Where no rule is about objects, a manifest is a file like others.
        let paths = self.engine.wants(Kind::Object) || !self.wants_files();
        for target in targets {
            match target {
                Target::Path(path) if paths => inventory.add_path(path),
                Target::Stdin => {
                    let mut text = String::new();
                    stdin()
                        .take(STDIN)
                        .read_to_string(&mut text)
                        .map_err(|error| {
                            Failure::incomplete(format!("stdin cannot be read: {error}"))
                        })?;
                    inventory.add_text(&text, "<stdin>");
                }
                Target::Path(_) | Target::Image(_) => {}
            }
        }
        for problem in &inventory.problems {
            self.errors.push(error_of(problem));
        }
        for text in inventory.notes.iter().take(NOTES) {
            note(&format!("note: {}: {}", text.file, text.message));
        }
        if let Some(more) = inventory.notes.len().checked_sub(NOTES + 1) {
            note(&format!("note: and {} more skipped files", more + 1));
        }
        self.read.objects = inventory.manifests.len() as u64;
        self.read.bytes += inventory.bytes;
        if self.engine.wants(Kind::Object) {
            self.judge(&inventory);
        }
        Ok(())
    }

    fn judge(&mut self, inventory: &Inventory) {
        let events = inventory.events(Timestamp::now());
        self.read.events += events.len() as u64;
        for (row, mut finding) in self.engine.evaluate(&events).findings {
            let index = events
                .get(row)
                .and_then(|event| event.object())
                .map(|object| object.index);
            let path = finding.failed_paths.first().cloned().unwrap_or_default();
            // A rule about the whole inventory can be about one object of it; that object has the place.
            let index = index
                .filter(|index| *index != usize::MAX)
                .or_else(|| find(inventory, &finding.subject));
            if let Some(place) = index.and_then(|index| inventory.locate(index, &path)) {
                finding.location = Some(place);
            }
            self.output.deliver(finding);
        }
    }

    /// Files are kept whole for a plugin that reads them.
    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if self.engine.reads_content() {
            limits.retained = WHOLE;
        }
        limits
    }

    fn files(&mut self, arguments: &Scan, target: &Scannable, bar: &Bar) {
        let patterns = self.engine.patterns();
        let scanner = Scanner {
            patterns: &patterns,
            judge: self.engine,
            limits: self.limits(),
            demand: if self.engine.wants_all_files() {
                Demand::All
            } else {
                Demand::OnlyHits
            },
            platform: arguments.platform.clone(),
            jobs: arguments.jobs.map_or_else(cores, usize::from),
            registries: &self.registries,
            memory: self.memory.as_ref(),
            progress: bar,
        };
        match scanner.scan(target) {
            Ok(stats) => self.count(&stats),
            Err(error) => self.errors.push(ReportError {
                what: "target".to_owned(),
                message: chain(&error),
                location: None,
            }),
        }
    }

    fn count(&mut self, stats: &Stats) {
        self.read.files += stats.files;
        self.read.bytes += stats.bytes;
        self.read.members += stats.members;
        self.read.member_bytes += stats.member_bytes;
        let left_out = &mut self.read.left_out;
        left_out.hits += stats.suppressed;
        left_out.encoded_bytes += stats.undecoded;
        left_out.encrypted_members += stats.encrypted_members;
        left_out.broken_archives += stats.broken_archives;
        left_out.links += stats.links_elsewhere;
        for (kind, count) in &stats.unopened_archives {
            let counted = left_out.unopened_archives.entry(kind.clone());
            *counted.or_default() += count;
        }
        self.read.layers += stats.layers;
        self.read.layers_recalled += stats.layers_recalled;
        self.read.events += stats.events;
        for problem in &stats.problems {
            self.errors.push(ReportError {
                what: problem.what.to_owned(),
                message: format!("{}: {}", problem.which, problem.reason),
                location: None,
            });
        }
        if stats.problems_unlisted > 0 {
            self.errors.push(ReportError {
                what: "target".to_owned(),
                message: format!("{} more problems are not listed", stats.problems_unlisted),
                location: None,
            });
        }
    }
}

fn find(inventory: &Inventory, subject: &Subject) -> Option<usize> {
    let Subject::Object(wanted) = subject else {
        return None;
    };
    inventory.manifests.iter().position(|manifest| {
        let object = &manifest.object;
        object.kind == wanted.kind
            && object.name == wanted.name
            && (object.namespace == wanted.namespace
                || (object.namespace.is_empty() && wanted.namespace == "default"))
    })
}

fn error_of(problem: &Diagnostic) -> ReportError {
    let location = problem.span.map(|span| merlon_model::Location {
        file: problem.file.clone(),
        line: Some(span.line),
        column: Some(span.column),
        ..merlon_model::Location::default()
    });
    let message = match (&location, &problem.hint) {
        (Some(_), Some(hint)) => format!("{} ({hint})", problem.message),
        (Some(_), None) => problem.message.clone(),
        (None, _) => format!("{}: {}", problem.file, problem.message),
    };
    ReportError {
        what: "manifest".to_owned(),
        message,
        location,
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
