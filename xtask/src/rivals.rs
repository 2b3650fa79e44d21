//! What the scan bench measures Merlon against. Only that bench asks for them, because Trivy alone
//! compiles for ten minutes: neither set-up nor the tests need one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::error::TaskError;
use crate::inputs::Inputs;
use crate::peers::{self, Peer};
use crate::setup::{self, Lacking, say};
use crate::workspace::Workspace;

/// The bench that needs them.
pub(crate) const BENCH: &str = "scan";

/// YARA itself, Python for YARA-X, and what makes images.
const PACKAGES: [&str; 5] = ["yara", "python3", "python3-venv", "umoci", "skopeo"];

const YARA_X: &str = "yara-x==1.23.0";

/// A program from the Go module proxy, with what its build wants besides the usual.
struct Module {
    name: &'static str,
    module: &'static str,
    flags: &'static str,
    experiment: &'static str,
}

const MODULES: [Module; 2] = [
    Module {
        name: "gitleaks",
        module: "github.com/zricethezav/gitleaks/v8@v8.30.1",
        flags: "-ldflags=-s -w -X github.com/zricethezav/gitleaks/v8/version.Version=8.30.1",
        experiment: "",
    },
    Module {
        name: "trivy",
        module: "github.com/aquasecurity/trivy/cmd/trivy@v0.74.0",
        flags: "-ldflags=-s -w -X github.com/aquasecurity/trivy/pkg/version/app.ver=0.74.0",
        experiment: "jsonv2",
    },
];

/// Installs and builds what is missing; the bench leaves out the rows of what is still missing then.
pub(crate) fn build(workspace: &Workspace) -> Result<(), TaskError> {
    let mut lacking = Lacking::new();
    setup::packages(&PACKAGES, "the programs to measure against", &mut lacking)?;
    let bin = workspace.peers();
    std::fs::create_dir_all(&bin).map_err(TaskError::file("create", &bin))?;
    yara_x(workspace, &mut lacking)?;
    for own in MODULES {
        let mut go = peers::go(workspace.root(), &bin);
        go.env("GOEXPERIMENT", own.experiment)
            .args(["install", own.flags, own.module]);
        let peer = Peer {
            name: own.name,
            inputs: Inputs::default().text(own.module).text(own.flags),
            steps: vec![go],
        };
        peer.build(workspace, &mut lacking)?;
    }
    for reason in &lacking {
        say(&format!("LACKING: {reason}"));
    }
    Ok(())
}

/// A Python environment of its own, and a program that starts its interpreter.
fn yara_x(workspace: &Workspace, lacking: &mut Lacking) -> Result<(), TaskError> {
    let launcher = workspace.peers().join("yara-x");
    let environment = workspace.peers().with_file_name("yara-x");
    let python = environment.join("bin/python");
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&environment);
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--only-binary", ":all:"])
        .arg(YARA_X);
    write_launcher(&launcher, &python)?;
    let peer = Peer {
        name: "yara-x",
        inputs: Inputs::default().text(YARA_X),
        steps: vec![make, install],
    };
    peer.build(workspace, lacking)
}

fn write_launcher(launcher: &Path, python: &Path) -> Result<(), TaskError> {
    let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", python.display());
    std::fs::write(launcher, text).map_err(TaskError::file("write", launcher))?;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(launcher, mode).map_err(TaskError::file("make runnable", launcher))
}
