//! What a job found: where it is collected, how it is written, and which exit code it means.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use merlon_engine::{Engine, RulesetReport};
use merlon_model::{Disposition, Finding, FindingSink, Outcome, Severity, Timestamp};
use merlon_sink::{Collector, Color, JsonlSink, Report, ReportError, RulesetUse, Style, Summary};

use crate::arguments::{ColorChoice, FailOn, Format, Print};
use crate::environment::{Environment, Log};
use crate::{Exit, Failure, interrupt};

/// Columns of a table that is not written to a terminal.
const FILE_WIDTH: usize = 120;

/// What is counted while findings pass.
#[derive(Debug, Default)]
struct Tally {
    summary: Summary,
    worst: Option<Severity>,
    faults: Vec<String>,
}

/// Counts every finding and hands it on.
pub(crate) struct Output {
    tally: Mutex<Tally>,
    next: Next,
    format: Format,
    fail_on: FailOn,
    style: Style,
    file: Option<std::path::PathBuf>,
    log: Log,
    began: Instant,
}

enum Next {
    Keep(Collector),
    Stream(JsonlSink<Box<dyn Write + Send>>),
}

impl FindingSink for Output {
    fn deliver(&self, finding: Finding) {
        {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.summary.count(&finding);
            match finding.outcome {
                Outcome::Fail if finding.disposition != Disposition::Exempted => {
                    tally.worst = tally.worst.max(Some(finding.severity));
                }
                Outcome::Error => tally.faults.push(finding.message.clone()),
                _ => {}
            }
        }
        match &self.next {
            Next::Keep(collector) => collector.deliver(finding),
            Next::Stream(sink) => sink.deliver(finding),
        }
    }
}

impl Output {
    /// Prepares the output; an output file that cannot be made is found before the work begins.
    pub(crate) fn open(print: &Print, environment: &Environment) -> Result<Arc<Self>, Failure> {
        let cannot = |path: &std::path::Path, error: &io::Error| {
            Failure::usage(format!("cannot write {}: {error}", path.display()))
        };
        let next = if print.format == Format::Jsonl {
            let out: Box<dyn Write + Send> = match &print.output {
                Some(path) => Box::new(BufWriter::new(
                    File::create(path).map_err(|error| cannot(path, &error))?,
                )),
                None => Box::new(stdout()),
            };
            Next::Stream(JsonlSink::new(out))
        } else {
            if let Some(path) = &print.output {
                File::create(path).map_err(|error| cannot(path, &error))?;
            }
            Next::Keep(Collector::default())
        };
        Ok(Arc::new(Self {
            tally: Mutex::default(),
            next,
            format: print.format,
            fail_on: print.fail_on,
            style: style(print, environment),
            file: print.output.clone(),
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
        let written = match &self.next {
            Next::Stream(sink) => {
                for error in &errors {
                    eprintln!("error: {}: {}", error.what, error.message);
                }
                sink.finish().map(|_written| ())
            }
            Next::Keep(collector) => {
                let mut collected = collector.take();
                summary.dropped = collected.dropped;
                merlon_sink::sort(&mut collected.findings);
                let report = Report {
                    findings: &collected.findings,
                    summary: &summary,
                    errors: &errors,
                };
                self.write(&report)
            }
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(Failure::incomplete(format!(
                    "cannot write the report: {error}"
                )));
            }
            _ => {}
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

    fn write(&self, report: &Report<'_>) -> io::Result<()> {
        let format = match self.format {
            Format::Table => merlon_sink::Format::Table,
            Format::Json => merlon_sink::Format::Json,
            Format::Jsonl => merlon_sink::Format::Jsonl,
            Format::Sarif => merlon_sink::Format::Sarif,
            Format::Junit => merlon_sink::Format::Junit,
            Format::Gitlab => merlon_sink::Format::Gitlab,
        };
        let mut out: Box<dyn Write> = match &self.file {
            Some(path) => Box::new(BufWriter::new(File::create(path)?)),
            None => Box::new(BufWriter::new(stdout().lock())),
        };
        merlon_sink::write(format, report, &mut out, self.style)?;
        out.flush()
    }
}

/// What a job read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Read {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
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
    Style { color, width }
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
