//! What a job found: where it is collected, how it is written, and which exit code it means.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use merlon_engine::{Engine, RulesetReport};
use merlon_model::{Disposition, Finding, FindingSink, Outcome, Severity, Subject, Timestamp};
use merlon_sink::{
    Collector, Color, Exempted, JsonlSink, LeftOut, Report, ReportError, RulesetUse, Style, Summary,
};

use crate::arguments::{ColorChoice, FailOn, Format, Print, Verdicts};
use crate::environment::{Environment, Log};
use crate::suppression::{self, Suppressions};
use crate::{Exit, Failure, interrupt};

/// Columns of a table that is not written to a terminal.
const FILE_WIDTH: usize = 120;
const IN_A_FILE: Style = Style {
    color: Color::NoColor,
    width: FILE_WIDTH,
    exempted: Exempted::Listed,
};

/// What is counted while findings pass.
#[derive(Debug, Default)]
struct Tally {
    summary: Summary,
    worst: Option<Severity>,
    faults: Vec<String>,
    /// Findings about objects: fingerprint and file.
    of_objects: HashSet<(String, String)>,
}

impl Tally {
    // A manifest is judged as objects and as a file; what was told of an object of it is not told again.
    fn told(&mut self, finding: &Finding) -> bool {
        let Some(place) = &finding.location else {
            return false;
        };
        let key = (finding.fingerprint.clone(), place.file.clone());
        match finding.subject {
            Subject::Object(_) => {
                self.of_objects.insert(key);
                false
            }
            Subject::File(_) => self.of_objects.contains(&key),
            _ => false,
        }
    }
}

/// Counts every finding and hands it on.
pub(crate) struct Output {
    tally: Mutex<Tally>,
    next: Next,
    format: Format,
    fail_on: FailOn,
    style: Style,
    file: Option<PathBuf>,
    /// What is written besides.
    reports: Vec<(Format, PathBuf)>,
    suppressions: Suppressions,
    log: Log,
    began: Instant,
}

/// What becomes of a finding: it is kept for a report, or written at once, or both.
struct Next {
    keep: Option<Collector>,
    stream: Option<JsonlSink<Box<dyn Write + Send>>>,
}

impl Next {
    fn open(print: &Print) -> io::Result<Self> {
        let streams = print.format == Format::Jsonl;
        let out: Option<Box<dyn Write + Send>> = match &print.output {
            _ if !streams => None,
            Some(path) => Some(Box::new(BufWriter::new(File::create(path)?))),
            None => Some(Box::new(stdout())),
        };
        Ok(Self {
            keep: (!streams || !print.report.is_empty()).then(Collector::default),
            stream: out.map(JsonlSink::new),
        })
    }

    fn take(&self, finding: Finding) {
        match (&self.stream, &self.keep) {
            (Some(stream), Some(keep)) => {
                stream.deliver(finding.clone());
                keep.deliver(finding);
            }
            (Some(stream), None) => stream.deliver(finding),
            (None, Some(keep)) => keep.deliver(finding),
            (None, None) => {}
        }
    }
}

impl FindingSink for Output {
    fn deliver(&self, mut finding: Finding) {
        self.suppressions.judge(&mut finding);
        {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            if tally.told(&finding) {
                return;
            }
            tally.summary.count(&finding);
            match finding.outcome {
                Outcome::Fail if finding.disposition != Disposition::Exempted => {
                    tally.worst = tally.worst.max(Some(finding.severity));
                }
                Outcome::Error => tally.faults.push(finding.message.clone()),
                _ => {}
            }
        }
        self.next.take(finding);
    }
}

impl Output {
    /// Prepares the output; a file that cannot be made is found before the work begins.
    pub(crate) fn open(print: &Print, environment: &Environment) -> Result<Arc<Self>, Failure> {
        Self::of_scan(print, Suppressions::default(), environment)
    }

    /// The output of a job that may know some of its findings already.
    pub(crate) fn of_scan(
        print: &Print,
        suppressions: Suppressions,
        environment: &Environment,
    ) -> Result<Arc<Self>, Failure> {
        let cannot = |path: &Path, error: &io::Error| {
            Failure::usage(format!("cannot write {}: {error}", path.display()))
        };
        let files = print.report.iter().map(|(_, path)| path);
        for path in files.chain(&print.output) {
            File::create(path).map_err(|error| cannot(path, &error))?;
        }
        let named = print.output.as_deref().unwrap_or(Path::new("stdout"));
        let next = Next::open(print).map_err(|error| cannot(named, &error))?;
        Ok(Arc::new(Self {
            tally: Mutex::default(),
            next,
            format: print.format,
            fail_on: print.fail_on,
            style: style(print, environment),
            file: print.output.clone(),
            reports: print.report.clone(),
            suppressions,
            log: environment.log,
            began: Instant::now(),
        }))
    }

    /// Writes the report and says how the job ended.
    pub(crate) fn finish(
        &self,
        engine: &Engine,
        read: Read,
        mut errors: Vec<ReportError>,
    ) -> Result<Exit, Failure> {
        let tally = std::mem::take(&mut *self.tally.lock().unwrap_or_else(PoisonError::into_inner));
        errors.extend(tally.faults.into_iter().map(|message| ReportError {
            what: "ruleset".to_owned(),
            message,
            location: None,
        }));
        let mut summary = tally.summary;
        self.complete(&mut summary, &engine.reports(), &read);
        let whole = errors.is_empty() && !interrupt::requested();
        if whole {
            summary.unused_suppressions = self.suppressions.unused(engine);
        }
        let collected = self.next.keep.as_ref().map(Collector::take);
        let mut collected = collected.unwrap_or_default();
        summary.dropped = collected.dropped;
        merlon_sink::sort(&mut collected.findings);
        let report = Report {
            findings: &collected.findings,
            summary: &summary,
            errors: &errors,
        };
        self.write(&report)?;
        suppression::tell(&summary.unused_suppressions);
        if whole {
            self.suppressions.write()?;
        } else if let Some(path) = self.suppressions.writes() {
            let path = path.display();
            eprintln!("warning: {path} was not written, because the scan is not complete");
        }
        Ok(if interrupt::requested() {
            Exit::Interrupted
        } else if !errors.is_empty() {
            Exit::Incomplete
        } else if tally
            .worst
            .is_some_and(|worst| self.fail_on.reached_by(worst))
        {
            Exit::Found
        } else {
            Exit::Clean
        })
    }

    fn complete(&self, summary: &mut Summary, reports: &[RulesetReport], read: &Read) {
        let wall = self.began.elapsed();
        summary.files = read.files;
        summary.bytes = read.bytes;
        summary.members = read.members;
        summary.member_bytes = read.member_bytes;
        summary.left_out = read.left_out.clone();
        summary.layers = read.layers;
        summary.layers_recalled = read.layers_recalled;
        summary.objects = read.objects;
        summary.events = read.events;
        summary.wall_seconds = wall.as_secs_f64();
        summary.cpu_seconds = cpu_seconds();
        let nanos = u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX);
        summary.started = Timestamp::from_nanos(Timestamp::now().nanos().saturating_sub(nanos));
        for report in reports {
            if self.log == Log::Verbose {
                for line in &report.log {
                    eprintln!("[{}] {line}", report.id);
                }
            }
            let used = RulesetUse {
                calls: report.calls,
                rows: report.rows,
                hits: report.hits,
                cpu_seconds: report.seconds,
                faults: report.faults,
                dropped: report.dropped,
            };
            summary.rulesets.insert(report.id.clone(), used);
        }
    }

    fn write(&self, report: &Report<'_>) -> Result<(), Failure> {
        for (format, path) in &self.reports {
            let file = File::create(path);
            let written = file.and_then(|file| {
                merlon_sink::write(
                    (*format).into(),
                    report,
                    &mut BufWriter::new(file),
                    IN_A_FILE,
                )
            });
            done(written, path)?;
        }
        let named = self.file.as_deref().unwrap_or(Path::new("stdout"));
        if let Some(stream) = &self.next.stream {
            for error in report.errors {
                eprintln!("error: {}: {}", error.what, error.message);
            }
            return done(stream.finish().map(|_written| ()), named);
        }
        let out: io::Result<Box<dyn Write>> = match &self.file {
            Some(path) => File::create(path).map(|file| Box::new(file) as Box<dyn Write>),
            None => Ok(Box::new(stdout().lock())),
        };
        let written = out.and_then(|out| {
            let mut out = BufWriter::new(out);
            merlon_sink::write(self.format.into(), report, &mut out, self.style)
        });
        done(written, named)
    }
}

/// A closed pipe is no error (contract section 2).
fn done(written: io::Result<()>, name: &Path) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::incomplete(
            format!("cannot write the report to {}: {error}", name.display()),
        )),
        _ => Ok(()),
    }
}

/// What a job read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Read {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) members: u64,
    pub(crate) member_bytes: u64,
    pub(crate) left_out: LeftOut,
    pub(crate) layers: u64,
    pub(crate) layers_recalled: u64,
    pub(crate) objects: u64,
    pub(crate) events: u64,
}

fn style(print: &Print, environment: &Environment) -> Style {
    let terminal = print.output.is_none() && stdout().is_terminal();
    let color = match print.color {
        ColorChoice::Always => Color::Color,
        ColorChoice::Never => Color::NoColor,
        ColorChoice::Auto if terminal && !environment.no_color => Color::Color,
        ColorChoice::Auto => Color::NoColor,
    };
    let width = terminal_size::terminal_size_of(stdout())
        .filter(|_| terminal)
        .map_or(FILE_WIDTH, |(width, _)| usize::from(width.0));
    let exempted = match print.verdicts {
        Verdicts::Failing => Exempted::Counted,
        Verdicts::All => Exempted::Listed,
    };
    Style {
        color,
        width,
        exempted,
    }
}

/// User and system time of this process, from `getrusage(2)`.
#[allow(
    unsafe_code,
    reason = "getrusage has no safe wrapper in the standard library"
)]
fn cpu_seconds() -> f64 {
    // SAFETY: rusage is plain data for which all zeros is a value, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    [usage.ru_utime, usage.ru_stime]
        .iter()
        .map(|time| {
            let micros = u64::try_from(time.tv_sec * 1_000_000 + time.tv_usec).unwrap_or(0);
            std::time::Duration::from_micros(micros).as_secs_f64()
        })
        .sum()
}

/// Notes and warnings for the person at the terminal; machines read the report.
pub(crate) fn note(text: &str) {
    if stderr().is_terminal() {
        eprintln!("{text}");
    }
}
