//! The binary `merlon`: parse, assemble, run.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the program that prints"
)]

#[macro_use]
mod streams;

mod allocator;
mod arguments;
mod artifacts;
mod baseline;
mod bundle;
mod cases;
mod commands;
mod config;
mod environment;
mod interrupt;
mod output;
mod progress;
mod project;
mod reload;
mod session;
mod suppression;
mod target;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use environment::Environment;

/// How a job ended (contract section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, nothing at or above `--fail-on`.
    Clean,
    /// Done, something found.
    Found,
    /// Not done, or only in part.
    Incomplete,
    /// Wrong usage or configuration; nothing was judged.
    Usage,
    /// Interrupted; what was found is printed.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::Incomplete => 2,
            Exit::Usage => 64,
            Exit::Interrupted => 130,
        })
    }
}

fn main() -> ExitCode {
    allocator::set_up();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; everything else is wrong usage. A closed pipe is no error.
            drop(error.print());
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            }
            .into();
        }
    };
    let environment = Environment::read();
    let exit = match arguments.command {
        Command::Scan(scan) => commands::scan::scan(&scan, &environment),
        Command::Run(run) => commands::run::run(&run, &environment),
        Command::Record(record) => commands::run::record(&record),
        Command::Replay(replay) => commands::replay::replay(&replay, &environment),
        Command::Ruleset(command) => commands::ruleset::ruleset(&command, &environment),
        Command::Plugin(command) => commands::plugin::plugin(&command, &environment),
        Command::Probe { format } => commands::probe::probe(format),
        Command::Config(command) => commands::config::config(&command, &environment),
    };
    exit.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        failure.exit
    })
    .into()
}

/// A job that ended before it could say anything else.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    text: String,
}

impl Failure {
    /// Wrong usage or configuration.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            text: text.into(),
        }
    }

    /// A job that could not be done.
    pub(crate) fn incomplete(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Incomplete,
            text: text.into(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.text.starts_with("error") {
            return f.write_str(&self.text);
        }
        write!(f, "error: {}", self.text)
    }
}
