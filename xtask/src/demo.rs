//! The main jobs on real input: manifests with mistakes, an image with a deleted key, processes that
//! do what attackers do (without effect).

mod act;
mod image;
mod manifest;
mod report;
mod secret;
mod tar;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use crate::error::TaskError;
use crate::workspace::Workspace;
use crate::{machine, process, setup};
use report::Report;

/// How long the node agent watches.
const WATCH_SECONDS: &str = "6";
/// Compiling the plugin and loading the probes take less than this, even on a busy machine.
const ATTACH: Duration = Duration::from_secs(30);

/// Exit codes of merlon that mean "the job was done".
const DONE: [i32; 2] = [0, 1];

/// One part after the other; ends with a summary.
pub(crate) fn run(workspace: &Workspace) -> Result<(), TaskError> {
    let mut report = Report::default();
    for reason in setup::run(workspace, setup::Scope::Binary)? {
        report.skip("set-up", &reason);
    }
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--bin", "merlon"]),
    )?;
    let demo = Demo {
        merlon: workspace.merlon(),
        dir: workspace.root().join("target/demo"),
    };
    demo.clear()?;

    println!(
        "\n== Manifests: a directory of Kubernetes objects, judged by the NSA hardening guide"
    );
    manifest::write_into(&demo.dir.join("manifests"))?;
    report.found(
        "manifests",
        demo.scan("manifests", "nsa", "manifests.jsonl")?,
    )?;

    println!("\n== Image: a key that a later layer deletes is still in the image");
    image::write_into(&demo.dir.join("image"))?;
    report.found("image", demo.scan("oci:image", "secrets", "image.jsonl")?)?;

    println!("\n== Processes: this node, watched for {WATCH_SECONDS} seconds");
    match machine::probes_refused() {
        Some(reason) => report.skip("processes", &reason),
        None => report.found("processes", demo.watch()?)?,
    }
    report.print();
    Ok(())
}

struct Demo {
    merlon: PathBuf,
    dir: PathBuf,
}

impl Demo {
    fn clear(&self) -> Result<(), TaskError> {
        if self.dir.exists() {
            std::fs::remove_dir_all(&self.dir).map_err(TaskError::file("remove", &self.dir))?;
        }
        std::fs::create_dir_all(&self.dir).map_err(TaskError::file("create", &self.dir))
    }

    fn merlon(&self) -> Command {
        let mut merlon = Command::new(&self.merlon);
        merlon.current_dir(&self.dir);
        merlon
    }

    /// Shows the findings as people see them, and counts them as a script would.
    fn scan(&self, target: &str, ruleset: &str, output: &str) -> Result<usize, TaskError> {
        let arguments = ["scan", target, "--ruleset", ruleset, "--no-progress"];
        let mut shown = self.merlon();
        let status = process::status(shown.args(arguments).args(["--format", "table"]))?;
        done(&shown, status)?;
        let mut counted = self.merlon();
        counted
            .args(arguments)
            .args(["--format", "jsonl", "--output", output]);
        let status = counted
            .status()
            .map_err(|source| process::start_error(&counted, source))?;
        done(&counted, status)?;
        Ok(report::read(&self.dir.join(output))?.len())
    }

    /// Starts the agent, acts while it watches, shows what it saw.
    fn watch(&self) -> Result<usize, TaskError> {
        let output = self.dir.join("processes.jsonl");
        let mut merlon = self.merlon();
        merlon.args(["run", "--ruleset", "behaviour", "--duration", WATCH_SECONDS]);
        merlon.args(["--format", "jsonl", "--output"]).arg(&output);
        merlon.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = merlon
            .spawn()
            .map_err(|source| process::start_error(&merlon, source))?;
        let attached = child.stderr.take().is_some_and(wait_for_watch);
        let acted = if attached {
            act::all(&self.dir)
        } else {
            Ok(())
        };
        let status = child
            .wait()
            .map_err(|source| process::start_error(&merlon, source))?;
        acted?;
        done(&merlon, status)?;
        let findings = report::read(&output)?;
        for finding in &findings {
            println!("  {finding}");
        }
        Ok(findings.len())
    }
}

/// Passes the agent's messages on. True once it says that it watches, false if it ends before.
fn wait_for_watch(stderr: ChildStderr) -> bool {
    let (ready, watches) = sync_channel(1);
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            eprintln!("  merlon: {line}");
            if line.starts_with("watching") && ready.send(()).is_err() {
                eprintln!("  the demo no longer waits for this");
            }
        }
    });
    watches.recv_timeout(ATTACH).is_ok()
}

fn done(command: &Command, status: std::process::ExitStatus) -> Result<(), TaskError> {
    if status.code().is_some_and(|code| DONE.contains(&code)) {
        return Ok(());
    }
    process::succeeded(command, status)
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), TaskError> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(TaskError::file("create", dir))?;
    }
    std::fs::write(path, bytes).map_err(TaskError::file("write", path))
}
