//! What one run of a program costs.
//!
//! The bench starts itself again as a small process that starts the program: the kernel adds up the CPU
//! time and the largest memory of ended children per process, so one process per run keeps runs apart, and
//! a small one, because a child begins with the memory of whoever started it.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// First argument of the small process.
pub(crate) const WORD: &str = "measure";

/// One run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time of the program and its children.
    pub(crate) cpu: Duration,
    /// Bytes that were resident at the worst moment.
    pub(crate) memory: u64,
}

/// One run, and what came out.
pub(crate) struct Run {
    pub(crate) cost: Cost,
    pub(crate) stdout: Vec<u8>,
    /// Lines of stderr when it could not do all of it.
    pub(crate) complaints: Vec<String>,
}

/// Exit codes of a scanner: nothing found, something found, incomplete.
const ENDS: [i32; 3] = [0, 1, 2];
const INCOMPLETE: i32 = 2;
/// Runs the program to its end.
pub(crate) fn run(command: &Command) -> Run {
    let report = tempfile::NamedTempFile::new().unwrap();
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.arg(WORD).arg(report.path());
    own.arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        own.env(key, value.unwrap_or(OsStr::new("")));
    }
    if let Some(dir) = command.get_current_dir() {
        own.current_dir(dir);
    }
    let output = own.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().unwrap_or(-1);
    assert!(
        ENDS.contains(&code),
        "{command:?} ended with {}:\n{complaint}",
        output.status
    );
    let complaints = match code {
        INCOMPLETE => complaint.lines().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Run {
        cost: parse(&std::fs::read_to_string(report.path()).unwrap()),
        complaints,
        stdout: output.stdout,
    }
}

/// The small process: ends as the program ended.
pub(crate) fn child(report: &str, command: &[&str]) {
    let began = Instant::now();
    let status = Command::new(command[0])
        .args(&command[1..])
        .status()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}", command[0]));
    let wall = began.elapsed().as_micros();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = (used.user_time() + used.system_time()).num_microseconds();
    std::fs::write(report, format!("{wall} {cpu} {}", used.max_rss())).unwrap();
    std::process::exit(code(status));
}

/// As a shell has it.
fn code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}

/// Microseconds, microseconds, KiB.
fn parse(report: &str) -> Cost {
    let numbers: Vec<u64> = report
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    Cost {
        wall: Duration::from_micros(numbers[0]),
        cpu: Duration::from_micros(numbers[1]),
        memory: numbers[2] * 1024,
    }
}
