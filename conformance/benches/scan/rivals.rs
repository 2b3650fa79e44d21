//! The tools that are measured against: where they are, and their versions.

use std::path::PathBuf;
use std::process::Command;

use crate::place;

/// A program that `cargo xtask bench scan` built, or Debian's of that name; `None`, said aloud, where there
/// is none.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let built = place::root().join("target/peers/bin").join(name);
    let debian = PathBuf::from("/usr/bin").join(name);
    let found = [built, debian].into_iter().find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {name} is not there; `cargo xtask bench scan` builds it");
    }
    found
}

pub(crate) fn print_versions() {
    let yara_x = "import importlib.metadata as m; print('yara-x', m.version('yara-x'))";
    for (name, arguments) in [
        ("gitleaks", ["version"].as_slice()),
        ("trivy", &["--version"]),
        ("yara-x", &["-c", yara_x]),
        ("yara", &["--version"]),
    ] {
        let Some(program) = find(name) else { continue };
        let output = Command::new(program).args(arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().next().unwrap_or_default();
        println!("{name:<10} {version}");
    }
}
