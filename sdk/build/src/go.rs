//! Go projects: the go command, for its own WebAssembly target.

use std::path::{Path, PathBuf};
use std::process::Command;

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::{BuildError, cargo, component};

/// The first that exports functions from WebAssembly.
const OLDEST: (u32, u32) = (1, 24);
/// Where Go's own archive puts it, which not every PATH has.
const PLACES: [&str; 2] = ["go", "/usr/local/go/bin/go"];
/// The SDK's module, whose folder says which world its bindings are made from.
const SDK: &str = "merlon.dev/merlon";
/// The world of every plugin.
const WORLD: &str = "plugin";
/// Where the module is put, below the project.
const MODULE: &str = "build/plugin.core.wasm";

pub(crate) fn build(dir: &Path, _announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    let go = find(dir)?;
    let sdk = sdk(go, dir)?;
    cargo::run_shown(&mut build_command(go, dir))?;
    let core = dir.join(MODULE);
    if !core.is_file() {
        return Err(BuildError::NoOutput {
            command: format!("go build -o {MODULE}"),
            expected: core,
        });
    }
    let mut bytes = std::fs::read(&core).map_err(BuildError::file("read", &core))?;
    embed(&mut bytes, &sdk.join("wit"))?;
    component::encode(&bytes)
}

/// A go command that is new enough for the project.
fn find(dir: &Path) -> Result<&'static str, BuildError> {
    let missing = || BuildError::ToolMissing {
        tool: format!("Go {}.{} or newer", OLDEST.0, OLDEST.1),
        project: dir.to_path_buf(),
        install: "see https://go.dev/doc/install, or on Debian 13 and newer as root \
            `apt-get install --no-install-recommends golang-go`"
            .to_owned(),
    };
    let go = PLACES
        .into_iter()
        .find(|place| cargo::is_installed(place))
        .ok_or_else(missing)?;
    let version = ask(go, dir, &["env", "GOVERSION"])?;
    if is_new_enough(&version) {
        return Ok(go);
    }
    Err(missing())
}

/// `go1.26.8`, `go1.24rc1`; what is no release (`devel ...`) is somebody's own, and newer.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .strip_prefix("go")
        .unwrap_or(version)
        .split(|letter: char| !letter.is_ascii_digit())
        .map_while(|number| number.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), minor) => (major, minor.unwrap_or(0)) >= OLDEST,
        (None, _) => true,
    }
}

/// The folder of the SDK that the project uses.
fn sdk(go: &str, dir: &Path) -> Result<PathBuf, BuildError> {
    let folder = ask(
        go,
        dir,
        &["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK],
    )?;
    Ok(dir.join(folder))
}

fn ask(go: &str, dir: &Path, arguments: &[&str]) -> Result<String, BuildError> {
    let output = cargo::run(Command::new(go).args(arguments).current_dir(dir))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.trim_end().to_owned())
}

fn build_command(go: &str, dir: &Path) -> Command {
    let mut command = Command::new(go);
    command
        .current_dir(dir)
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .args(["build", "-buildmode=c-shared", "-trimpath"])
        // Equal sources make equal components, whatever repository they lie in.
        .arg("-buildvcs=false")
        .args(["-ldflags=-s -w", "-o", MODULE, "."]);
    command
}

/// Go's linker cannot say which world a module is for.
fn embed(core: &mut Vec<u8>, wit: &Path) -> Result<(), BuildError> {
    let mut resolve = Resolve::default();
    resolve
        .push_dir(wit)
        .and_then(|(package, _)| resolve.select_world(&[package], Some(WORLD)))
        .and_then(|world| embed_component_metadata(core, &resolve, world, StringEncoding::UTF8))
        .map_err(BuildError::encode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../go/example")
    }

    fn go() -> Option<&'static str> {
        match find(&example()) {
            Ok(go) => Some(go),
            Err(error) => {
                println!("skipped: {error}");
                None
            }
        }
    }

    #[test]
    fn releases_are_compared_by_number() {
        for version in [
            "go1.24",
            "go1.24rc1",
            "go1.26.8",
            "go1.26.8-X:nocoverageredesign",
            "go2.0",
            "devel go1.27-abc",
        ] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["go1.9", "go1.23.12", "go1.19.8"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }

    #[test]
    fn the_project_names_the_folder_of_its_sdk() {
        let Some(go) = go() else { return };
        let found = sdk(go, &example()).unwrap().canonicalize().unwrap();
        assert_eq!(found, example().join("../lib").canonicalize().unwrap());
    }

    #[test]
    fn a_project_without_the_sdk_is_told_by_the_go_command() {
        let Some(go) = go() else { return };
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("go.mod"), "module x\n\ngo 1.24\n").unwrap();
        let error = sdk(go, dir.path()).unwrap_err().to_string();
        assert!(error.contains(SDK), "{error}");
    }

    #[test]
    fn a_module_gets_the_world_of_the_sdk() {
        let mut core = b"\0asm\x01\0\0\0".to_vec();
        embed(&mut core, &example().join("../lib/wit")).unwrap();
        let name = b"component-type";
        assert!(core.windows(name.len()).any(|window| window == name));
    }

    #[test]
    fn the_tests_of_the_go_library_pass() {
        let Some(go) = go() else { return };
        for project in ["../lib", "../tests"] {
            let dir = example().join(project);
            cargo::run(Command::new(go).args(["test", "./..."]).current_dir(dir)).unwrap();
        }
    }
}
