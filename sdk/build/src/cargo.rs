//! Child processes: cargo with a clean environment, and programs whose output is only shown when they
//! fail.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::BuildError;

/// How many of the last lines of a failed program an error carries.
const LAST_LINES: usize = 12;

/// Settings of the outer build that must not reach a guest's. `RUSTFLAGS`, even empty, would switch
/// off the flag that names the sysroot, and the loader path would hand rustup's libraries to Debian's
/// compiler.
fn leaks_into_guests(name: &str) -> bool {
    const EXACT: [&str; 9] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC",
        "RUSTDOC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "LD_LIBRARY_PATH",
        "CARGO",
        "CARGO_MAKEFLAGS",
    ];
    const FAMILIES: [&str; 5] = [
        "CARGO_BUILD_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
    ];
    EXACT.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// A cargo that sees nothing of the build that called us.
pub(crate) fn command(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(leaks_into_guests) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs to the end and keeps the output; an error carries its last lines.
pub(crate) fn run(command: &mut Command) -> Result<Output, BuildError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| BuildError::Start { program, source })?;
    if output.status.success() {
        return Ok(output);
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(BuildError::Failed {
        command: line(command),
        status: output.status,
        output: last_lines(&text),
    })
}

/// Runs to the end, showing the program's messages as they come; keeps only its stdout.
pub(crate) fn run_shown(command: &mut Command) -> Result<Output, BuildError> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let child = command.spawn().map_err(|source| BuildError::Start {
        program: program.clone(),
        source,
    })?;
    let output = child
        .wait_with_output()
        .map_err(|source| BuildError::Start { program, source })?;
    if output.status.success() {
        return Ok(output);
    }
    Err(BuildError::Failed {
        command: line(command),
        status: output.status,
        output: String::new(),
    })
}

/// Whether a program can be started at all.
pub(crate) fn is_installed(program: &str) -> bool {
    Path::new(program).is_file()
        || std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(LAST_LINES);
    lines.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_outer_build_stay_outside() {
        for name in [
            "RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "CARGO_PROFILE_RELEASE_DEBUG",
            "LD_LIBRARY_PATH",
        ] {
            assert!(leaks_into_guests(name), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
            "CARGO_HTTP_CAINFO",
        ] {
            assert!(!leaks_into_guests(name), "{name}");
        }
    }

    #[test]
    fn a_failed_program_says_what_it_printed_last() {
        let error = run(Command::new("sh").args(["-c", "echo first; echo last >&2; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("exit status: 3") && error.ends_with("first\nlast"),
            "{error}"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-here"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "cannot start no-such-program-here; is it installed and in PATH?"
        );
    }
}
