//! What the tests talk to: real registries, a real publisher, a real signer. None is a dependency of the
//! product; a test whose counterpart is absent says so and counts as skipped.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::error::TaskError;
use crate::inputs::{self, Inputs};
use crate::process;
use crate::setup::{Lacking, say};
use crate::workspace::Workspace;

/// A program from the Go module proxy: its name, and the module with its exact version.
const MODULES: [(&str, &str); 4] = [
    ("oras", "oras.land/oras/cmd/oras@v1.3.6"),
    (
        "crane",
        "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
    ),
    (
        "registry",
        "github.com/distribution/distribution/v3/cmd/registry@v3.1.2",
    ),
    ("cosign", "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"),
];
/// Programs of our own in Go: name, directory.
const OWN: [(&str, &str); 2] = [
    ("ocimem", "conformance/registry/ocimem"),
    ("refreg", "conformance/registry/refreg"),
];
/// The oldest Go that builds them.
const GO: &str = "Go 1.26 or newer from https://go.dev/dl";

/// Builds what is missing; what cannot be built is noted.
pub(crate) fn build(workspace: &Workspace, lacking: &mut Lacking) -> Result<(), TaskError> {
    if Command::new("go").arg("version").output().is_err() {
        lacking.push(format!(
            "the registries and the signer of the tests: install {GO}"
        ));
        return Ok(());
    }
    let bin = workspace.peers();
    std::fs::create_dir_all(&bin).map_err(TaskError::file("create", &bin))?;
    for (name, module) in MODULES {
        let mut go = go(workspace.root(), &bin);
        go.args(["install", "-ldflags=-s -w", module]);
        let peer = Peer {
            name,
            inputs: Inputs::default().text(module),
            steps: vec![go],
        };
        peer.build(workspace, lacking)?;
    }
    for (name, dir) in OWN {
        let mut go = go(&workspace.root().join(dir), &bin);
        go.args(["install", "-ldflags=-s -w", "."]);
        let peer = Peer {
            name,
            inputs: Inputs::default().path(workspace.root(), dir)?,
            steps: vec![go],
        };
        peer.build(workspace, lacking)?;
    }
    Ok(())
}

/// Go as every program here is built by it, so that what they share is compiled once.
pub(crate) fn go(dir: &Path, bin: &Path) -> Command {
    let mut go = Command::new("go");
    go.current_dir(dir)
        .env("GOBIN", bin)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-trimpath");
    go
}

/// One program, what it is made from, and the commands that make it.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) inputs: Inputs,
    pub(crate) steps: Vec<Command>,
}

impl Peer {
    /// Builds it unless it is there; that it cannot be built is noted.
    pub(crate) fn build(
        self,
        workspace: &Workspace,
        lacking: &mut Lacking,
    ) -> Result<(), TaskError> {
        let name = self.name;
        let (out, digest) = (workspace.peers().join(name), self.inputs.digest());
        if inputs::is_current(workspace, &out, &digest) {
            say(&format!("peer {name}: up to date"));
            return Ok(());
        }
        say(&format!("peer {name}: building"));
        let started = Instant::now();
        for mut step in self.steps {
            if let Err(error) = process::run(&mut step) {
                error.print();
                lacking.push(format!("{name}: {error}"));
                return Ok(());
            }
        }
        inputs::remember(workspace, &out, &digest)?;
        say(&format!(
            "peer {name}: {:.1} s",
            started.elapsed().as_secs_f64()
        ));
        Ok(())
    }
}
