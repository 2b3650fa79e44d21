//! Python projects: componentize-py, kept in an environment of its own in the user's cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, cargo, debian, sysroot};

/// The compiler; the SDK's `build.py` insists on this version.
const TOOL: &str = "componentize-py";
const VERSION: &str = "0.25.1";
/// What makes environments, by the name that systems give it.
const INTERPRETER: &str = "python3";
/// Debian's interpreter, and its way to make environments, which is a package of its own.
const PACKAGES: &[&str] = &["python3", "python3-venv"];
/// Fails in an interpreter that is too old to build, or cannot make environments.
const CAN_MAKE: &str = "import ensurepip, tomllib, venv";
/// Fails in an environment without the compiler.
const CAN_BUILD: &str = "import componentize_py, tomllib";
/// Prints the folder of the project's SDK.
const SDK: &str = "import tomllib; \
    print(tomllib.load(open('pyproject.toml', 'rb')).get('tool', {}).get('merlon', {}).get('sdk', 'merlon'))";

pub(crate) fn build(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    let environment = environment(dir, announce)?;
    let python = environment.join("bin/python");
    let script = sdk(&python, dir)?.join("build.py");
    let work = tempfile::tempdir().map_err(BuildError::file(
        "create a directory in",
        std::env::temp_dir(),
    ))?;
    let output = work.path().join("plugin.wasm");
    let mut command = command(&python);
    command.arg(&script).arg(dir).arg("--output").arg(&output);
    cargo::run(&mut command)?;
    if !output.is_file() {
        return Err(BuildError::NoOutput {
            command: script.display().to_string(),
            expected: output,
        });
    }
    std::fs::read(&output).map_err(BuildError::file("read", &output))
}

/// The environment with the compiler, made now if it is not in the cache.
fn environment(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let cache = sysroot::cache_dir()?;
    let environment = cache.join(format!("{TOOL}-{VERSION}"));
    // Its interpreter is a link, and the system may have replaced what it leads to.
    if runs(&environment.join("bin/python"), CAN_BUILD) {
        return Ok(environment);
    }
    let interpreter = interpreter(dir, announce)?;
    announce(&format!(
        "installing {TOOL} {VERSION} from the Python package index (once, 72 MB) into {}",
        environment.display()
    ));
    std::fs::create_dir_all(&cache).map_err(BuildError::file("create", &cache))?;
    let work = tempfile::Builder::new()
        .prefix(".componentize-py-")
        .tempdir_in(&cache)
        .map_err(BuildError::file("create a directory in", &cache))?;
    let made = work.path().join("environment");
    cargo::run(command(&interpreter).args(["-m", "venv"]).arg(&made))?;
    cargo::run(
        command(&made.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--no-input"])
            .args(["--only-binary", ":all:"])
            .arg(format!("{TOOL}=={VERSION}")),
    )?;
    publish(&made, &environment)?;
    Ok(environment)
}

/// An interpreter that is new enough and can make environments.
fn interpreter(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    if runs(Path::new(INTERPRETER), CAN_MAKE) {
        return Ok(PathBuf::from(INTERPRETER));
    }
    let missing = BuildError::ToolMissing {
        tool: format!("{INTERPRETER} 3.11 or newer with its module venv"),
        project: dir.to_path_buf(),
        install: format!("on Debian as root `{}`", debian::install_line(PACKAGES)),
    };
    if !debian::is_debian() || !debian::is_root() {
        return Err(missing);
    }
    debian::install(PACKAGES, announce)?;
    let own = Path::new("/usr/bin").join(INTERPRETER);
    if runs(&own, CAN_MAKE) {
        return Ok(own);
    }
    Err(missing)
}

fn runs(python: &Path, program: &str) -> bool {
    command(python)
        .args(["-c", program])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The folder of the SDK, as the project names it.
fn sdk(python: &Path, dir: &Path) -> Result<PathBuf, BuildError> {
    let output = cargo::run(command(python).args(["-c", SDK]).current_dir(dir))?;
    let folder = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(dir.join(folder.trim_end_matches('\n')))
}

/// A Python that sees nothing of the environment that called us, and leaves nothing in the project.
fn command(python: &Path) -> Command {
    let mut command = Command::new(python);
    for name in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"] {
        command.env_remove(name);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Another process may have made the same; whoever renames first wins, both are right. What is there and
/// does not work is replaced.
fn publish(made: &Path, environment: &Path) -> Result<(), BuildError> {
    if environment.exists() && !runs(&environment.join("bin/python"), CAN_BUILD) {
        std::fs::remove_dir_all(environment).map_err(BuildError::file("remove", environment))?;
    }
    match std::fs::rename(made, environment) {
        Err(_) if environment.is_dir() => Ok(()),
        outcome => outcome.map_err(BuildError::file("create", environment)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter() -> Option<PathBuf> {
        let python = PathBuf::from(INTERPRETER);
        if runs(&python, CAN_MAKE) {
            return Some(python);
        }
        eprintln!("skipped: no {INTERPRETER} that can build plugins");
        None
    }

    #[test]
    fn a_program_that_is_not_there_cannot_build() {
        assert!(!runs(Path::new("no-such-program-here"), CAN_MAKE));
    }

    #[test]
    fn the_project_names_the_folder_of_its_sdk() {
        let Some(python) = interpreter() else { return };
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("pyproject.toml");
        std::fs::write(&project, "[tool.merlon]\nsdk = \"../lib\"\n").unwrap();
        assert_eq!(sdk(&python, dir.path()).unwrap(), dir.path().join("../lib"));
        std::fs::write(&project, "[project]\nname = \"x\"\n").unwrap();
        assert_eq!(sdk(&python, dir.path()).unwrap(), dir.path().join("merlon"));
    }

    #[test]
    fn a_project_file_that_is_no_toml_says_so() {
        let Some(python) = interpreter() else { return };
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("pyproject.toml"), "[tool").unwrap();
        let error = sdk(&python, dir.path()).unwrap_err().to_string();
        assert!(error.contains("TOMLDecodeError"), "{error}");
    }

    #[test]
    fn the_compiler_is_the_version_that_the_sdk_insists_on() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/lib/build.py");
        let script = std::fs::read_to_string(script).unwrap();
        assert!(script.contains(&format!("COMPONENTIZE_PY = \"{VERSION}\"")));
    }

    #[test]
    fn an_environment_that_does_not_work_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let (made, place) = (cache.path().join("made"), cache.path().join("place"));
        std::fs::create_dir(&made).unwrap();
        std::fs::write(made.join("new"), "").unwrap();
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("old"), "").unwrap();
        publish(&made, &place).unwrap();
        assert!(place.join("new").is_file() && !place.join("old").exists());
    }

    #[test]
    fn the_tests_of_the_sdk_pass_where_there_is_pytest() {
        let interpreters = [INTERPRETER, "/usr/bin/python3"].map(Path::new);
        let ready = |python: &&Path| runs(python, "import pytest, tomllib");
        let Some(python) = interpreters.into_iter().find(ready) else {
            eprintln!("skipped: no {INTERPRETER} with pytest (Debian's python3-pytest)");
            return;
        };
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python");
        cargo::run(
            command(python)
                .args(["-m", "pytest", "--quiet"])
                .current_dir(sdk),
        )
        .unwrap();
    }
}
