//! What people who work on Merlon run: set-up, demo, tests, benches. `cargo xtask` lists it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal"
)]

mod bench;
mod bless;
mod ci_tools;
mod command;
mod conformance;
mod demo;
mod error;
mod fuzz;
mod guests;
mod inputs;
mod ledger;
mod machine;
mod peers;
mod process;
mod rivals;
mod setup;
mod targets;
mod test;
mod transcript;
mod workspace;

use std::process::ExitCode;

use command::{Command, USAGE};
use error::TaskError;
use workspace::Workspace;

fn main() -> ExitCode {
    let command = match Command::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(64);
        }
    };
    match run(command, &Workspace::here()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, workspace: &Workspace) -> Result<(), TaskError> {
    match command {
        Command::Help => println!("{USAGE}"),
        Command::Setup => drop(setup::run(workspace, setup::Scope::Everything)?),
        Command::Demo => demo::run(workspace)?,
        Command::Test(extent) => test::run(workspace, extent)?,
        Command::Conformance => conformance::run(workspace)?,
        Command::Bench(choice) => bench::run(workspace, &choice)?,
        Command::Bless => bless::run(workspace)?,
        Command::Fuzz { name, seconds } => fuzz::run(workspace, &name, seconds)?,
    }
    Ok(())
}
