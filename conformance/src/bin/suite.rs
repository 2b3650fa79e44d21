//! `suite COMPONENT...`: puts components to the suite and prints language x case.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use merlon_conformance::suite::{Guest, cases};

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        eprintln!("usage: suite COMPONENT.wasm...");
        return ExitCode::from(64);
    }
    match run(&paths) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(paths: &[PathBuf]) -> Result<usize, String> {
    let cache = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut guests = Vec::new();
    for path in paths {
        let name = name(path);
        let bytes = std::fs::read(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let guest = Guest::new(bytes, cache.path())
            .map_err(|error| format!("{name}: {}", merlon_model::chain(&error)))?;
        guests.push((name, guest));
    }
    print!("{:<62}", "case");
    for (name, _) in &guests {
        print!(" {name:>8}");
    }
    println!();
    let (mut passed, mut failures) = (0, Vec::new());
    for case in cases() {
        print!("{:<62}", case.name);
        for (name, guest) in &guests {
            match (case.run)(guest) {
                Ok(()) => {
                    passed += 1;
                    print!(" {:>8}", "ok");
                }
                Err(problem) => {
                    print!(" {:>8}", "FAILED");
                    failures.push(format!("{name}: {}: {problem}", case.name));
                }
            }
        }
        println!();
    }
    for failure in &failures {
        println!("{failure}");
    }
    println!("{passed} passed, {} failed", failures.len());
    Ok(failures.len())
}

fn name(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let stem = stem.unwrap_or_default();
    stem.strip_prefix("guest-").unwrap_or(&stem).to_owned()
}
