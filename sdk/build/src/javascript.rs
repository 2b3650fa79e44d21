//! JavaScript and TypeScript projects: npm, and the project's own `npm run build`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{BuildError, cargo, debian};

/// What the SDK's scripts need from the system; the compiler is a package of the project.
const PACKAGES: &[&str] = &["nodejs", "npm"];
/// What the project's `npm run build` makes.
const COMPONENT: &str = "plugin.wasm";
/// The exact versions of the project's packages, and npm's note of what it installed last.
const LOCK: &str = "package-lock.json";
const INSTALLED: &str = "node_modules/.package-lock.json";

/// How they are installed: NODE_ENV=production would leave the compiler out.
const PACKAGES_OF_PROJECT: [&str; 4] = [
    "--include=dev",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
];

pub(crate) fn build(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    for program in ["node", "npm"] {
        ensure(program, dir, announce)?;
    }
    if !is_installed(dir) {
        let install = install(dir);
        announce(&format!(
            "npm {install} in {}: its packages, from the npm registry",
            dir.display()
        ));
        cargo::run(npm(dir).args([install]).args(PACKAGES_OF_PROJECT))?;
    }
    cargo::run_shown(npm(dir).args(["run", "--silent", "build"]))?;
    let path = component(dir)?;
    std::fs::read(&path).map_err(BuildError::file("read", &path))
}

fn ensure(program: &str, project: &Path, announce: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
    if !cargo::is_installed(program) && debian::is_debian() && debian::is_root() {
        debian::install(PACKAGES, announce)?;
    }
    if cargo::is_installed(program) {
        return Ok(());
    }
    Err(BuildError::ToolMissing {
        tool: program.to_owned(),
        project: project.to_path_buf(),
        install: format!(
            "install Node.js 20 or newer with npm (on Debian as root: {})",
            debian::install_line(PACKAGES)
        ),
    })
}

/// Whether npm has installed what the lock file says now.
fn is_installed(dir: &Path) -> bool {
    let changed = |name: &str| std::fs::metadata(dir.join(name)).and_then(|file| file.modified());
    match (changed(INSTALLED), changed(LOCK)) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}

/// The exact versions of the lock file, when there is one.
fn install(dir: &Path) -> &'static str {
    if dir.join(LOCK).is_file() {
        "ci"
    } else {
        "install"
    }
}

fn npm(dir: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(dir).env("NO_UPDATE_NOTIFIER", "1");
    npm
}

fn component(dir: &Path) -> Result<PathBuf, BuildError> {
    let path = dir.join(COMPONENT);
    if path.is_file() {
        return Ok(path);
    }
    Err(BuildError::NoOutput {
        command: "npm run build".to_owned(),
        expected: path,
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn packages_are_installed_again_when_the_lock_file_changed() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_installed(dir.path()));
        fs::create_dir(dir.path().join("node_modules")).unwrap();
        let installed = File::create(dir.path().join(INSTALLED)).unwrap();
        assert!(is_installed(dir.path()));
        let lock = File::create(dir.path().join(LOCK)).unwrap();
        let now = SystemTime::now();
        installed.set_modified(now).unwrap();
        lock.set_modified(now - Duration::from_secs(1)).unwrap();
        assert!(is_installed(dir.path()));
        lock.set_modified(now + Duration::from_secs(1)).unwrap();
        assert!(!is_installed(dir.path()));
    }

    #[test]
    fn a_lock_file_is_followed_to_the_letter() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(install(dir.path()), "install");
        File::create(dir.path().join(LOCK)).unwrap();
        assert_eq!(install(dir.path()), "ci");
    }

    #[test]
    fn a_build_that_made_nothing_is_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let error = component(dir.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("npm run build made no ") && error.ends_with(COMPONENT),
            "{error}"
        );
    }

    #[test]
    fn the_tests_of_the_sdk_pass_where_there_are_packages() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../js/tests");
        if !cargo::is_installed("npm") {
            eprintln!("skipped: no npm");
            return;
        }
        if !is_installed(&tests)
            && let Err(error) = cargo::run(npm(&tests).arg("ci").args(PACKAGES_OF_PROJECT))
        {
            eprintln!("skipped: {error}");
            return;
        }
        cargo::run(npm(&tests).args(["run", "--silent", "test"])).unwrap();
    }
}
