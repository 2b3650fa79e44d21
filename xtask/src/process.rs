//! Child processes: said before they run, checked after.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::TaskError;

/// Runs to the end with its output on ours.
pub(crate) fn run(command: &mut Command) -> Result<(), TaskError> {
    let status = status(command)?;
    succeeded(command, status)
}

/// The same, for programs whose exit code says more than yes or no.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, TaskError> {
    println!("$ {}", line(command));
    command
        .status()
        .map_err(|source| start_error(command, source))
}

/// Runs to the end and gives its stdout; stderr is ours.
pub(crate) fn capture(command: &mut Command) -> Result<String, TaskError> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| start_error(command, source))?;
    succeeded(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs to the end; every line of its stdout and stderr, in order, is handed to `each`.
pub(crate) fn watch(
    command: &mut Command,
    mut each: impl FnMut(&str),
) -> Result<ExitStatus, TaskError> {
    println!("$ {}", line(command));
    let joined = std::io::pipe().and_then(|(reader, writer)| {
        command.stdout(writer.try_clone()?).stderr(writer);
        Ok((reader, command.spawn()?))
    });
    let (reader, mut child) = joined.map_err(|source| start_error(command, source))?;
    // The command holds the writing end, too; as long as it does, the reader sees no end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for text in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        each(&String::from_utf8_lossy(&text));
    }
    child.wait().map_err(|source| start_error(command, source))
}

pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<(), TaskError> {
    if status.success() {
        Ok(())
    } else {
        Err(TaskError::Failed {
            command: line(command),
            status,
        })
    }
}

pub(crate) fn start_error(command: &Command, source: std::io::Error) -> TaskError {
    TaskError::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    }
}

/// As a person would type it: the program by its name only.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut line = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
