//! C projects: make, with clang and the libc for WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, cargo, component, debian};

/// What building in C needs.
const PACKAGES: &[&str] = &[
    "make",
    "clang-19",
    "lld-19",
    "wasi-libc",
    "libclang-rt-19-dev-wasm32",
];

/// The compilers that know the target, the one that Debian's packages belong to first.
const COMPILERS: &[&str] = &["clang-19", "clang"];

/// Where `merlon.mk` of the SDK puts the module.
const MODULE: &str = "build/plugin.core.wasm";

/// Settings of an outer make that must not reach the project's.
const OF_OUTER_MAKE: [&str; 4] = ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES"];

pub(crate) fn build(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    if debian::is_debian() {
        debian::install(PACKAGES, announce)?;
    }
    let compiler = find(COMPILERS, dir)?;
    let make = find(&["make"], dir)?;
    let mut command = make_command(make, compiler, dir);
    cargo::run_shown(&mut command)?;
    let core = module(dir)?;
    let bytes = std::fs::read(&core).map_err(BuildError::file("read", &core))?;
    component::encode(&bytes)
}

/// The first of some programs that is installed.
fn find<'a>(programs: &[&'a str], project: &Path) -> Result<&'a str, BuildError> {
    programs
        .iter()
        .copied()
        .find(|program| cargo::is_installed(program))
        .ok_or_else(|| BuildError::ToolMissing {
            tool: programs.join(" or "),
            project: project.to_path_buf(),
            install: format!(
                "install make, clang and lld 19 or newer, and wasi-libc (on Debian as root: {})",
                debian::install_line(PACKAGES)
            ),
        })
}

fn make_command(make: &str, compiler: &str, dir: &Path) -> Command {
    let mut command = Command::new(make);
    for name in OF_OUTER_MAKE {
        command.env_remove(name);
    }
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    command
        .arg("--directory")
        .arg(dir)
        .args(["--jobs", &jobs.to_string()])
        .args([&format!("CC={compiler}"), "BUILD=build", MODULE]);
    command
}

fn module(dir: &Path) -> Result<PathBuf, BuildError> {
    let path = dir.join(MODULE);
    if path.is_file() {
        return Ok(path);
    }
    Err(BuildError::NoOutput {
        command: format!("make {MODULE}"),
        expected: path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn make_is_told_the_compiler_and_what_to_make() {
        let command = make_command("make", "clang-19", Path::new("/p"));
        let arguments: Vec<_> = command.get_args().filter_map(|one| one.to_str()).collect();
        assert_eq!(arguments.get(..2), Some(&["--directory", "/p"][..]));
        assert!(arguments.ends_with(&["CC=clang-19", "BUILD=build", MODULE]));
    }

    #[test]
    fn a_missing_tool_is_named_with_what_to_install() {
        let error = find(&["no-such-clang", "no-such-cc"], Path::new("/p"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("/p needs no-such-clang or no-such-cc, which is not installed: ")
                && error.contains("apt-get install --no-install-recommends make clang-19"),
            "{error}"
        );
    }

    #[test]
    fn the_tests_of_the_c_library_pass_under_the_sanitizers() {
        let tools = ["cc", "make"];
        if let Some(missing) = tools.iter().find(|tool| !cargo::is_installed(tool)) {
            println!("skipped: {missing} is not installed");
            return;
        }
        for project in ["../c/tests", "../c/example"] {
            let mut make = Command::new("make");
            for name in OF_OUTER_MAKE {
                make.env_remove(name);
            }
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(project);
            cargo::run(make.arg("--directory").arg(dir).arg("test")).unwrap();
        }
    }

    #[test]
    fn a_make_that_made_nothing_is_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let error = module(dir.path()).unwrap_err().to_string();
        assert!(error.ends_with("build/plugin.core.wasm"), "{error}");
    }
}
