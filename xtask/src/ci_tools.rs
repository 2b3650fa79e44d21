//! What the tests of `deploy/` run the ready files with: the tools of their hosts, each in a directory of
//! its own below `target/peers`.

use std::path::Path;
use std::process::Command;

use crate::error::TaskError;
use crate::inputs::Inputs;
use crate::peers::Peer;
use crate::setup::Lacking;
use crate::workspace::Workspace;

/// Programs from PyPI, with their exact version.
const PYTHON: [(&str, &str); 2] = [
    ("pre-commit", "pre-commit==4.7.0"),
    ("check-jsonschema", "check-jsonschema==0.39.0"),
];
/// Programs from npm, with their exact version, and where they lie in `node_modules`. Later versions of the
/// first need a newer Node.js than Debian's.
const NODE: [(&str, &str, &str); 2] = [
    (
        "gitlab-ci-local",
        "gitlab-ci-local@4.62.0",
        ".bin/gitlab-ci-local",
    ),
    (
        "Sarif.Multitool",
        "@microsoft/sarif-multitool-linux@5.7.0",
        "@microsoft/sarif-multitool-linux/Sarif.Multitool",
    ),
];

/// Installs what is missing; what cannot be installed is noted.
pub(crate) fn build(workspace: &Workspace, lacking: &mut Lacking) -> Result<(), TaskError> {
    let bin = workspace.peers();
    std::fs::create_dir_all(&bin).map_err(TaskError::file("create", &bin))?;
    for (name, package) in PYTHON {
        let home = bin.with_file_name(name);
        let mut environment = Command::new("python3");
        environment.args(["-m", "venv", "--clear"]).arg(&home);
        let mut install = Command::new(home.join("bin/pip"));
        install.args(["install", "--quiet", "--disable-pip-version-check", package]);
        let link = link(&home.join("bin").join(name), &bin);
        peer((name, package), vec![environment, install, link]).build(workspace, lacking)?;
    }
    for (name, package, program) in NODE {
        let home = bin.with_file_name(name);
        std::fs::create_dir_all(&home).map_err(TaskError::file("create", &home))?;
        let mut install = Command::new("npm");
        install
            .args(["install", "--silent", "--no-save", "--prefix"])
            .arg(&home)
            .arg(package);
        let link = link(&home.join("node_modules").join(program), &bin);
        peer((name, package), vec![install, link]).build(workspace, lacking)?;
    }
    Ok(())
}

fn peer((name, package): (&'static str, &str), steps: Vec<Command>) -> Peer {
    Peer {
        name,
        inputs: Inputs::default().text(package),
        steps,
    }
}

fn link(program: &Path, bin: &Path) -> Command {
    let mut link = Command::new("ln");
    link.args(["--symbolic", "--force"]).arg(program).arg(bin);
    link
}
