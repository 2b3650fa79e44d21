//! A ruleset directory whose plugin is a project beside its `ruleset.yaml`.

use std::path::{Path, PathBuf};

use crate::{BuildError, Language};

/// The file that `ruleset.yaml` names as its plugin.
const COMPONENT: &str = "plugin.wasm";

/// Builds the project in `dir` and writes its component to `plugin.wasm` there. Returns the path
/// written.
///
/// # Errors
/// See [`BuildError`].
pub fn build_ruleset(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let Some(language) = Language::of(dir) else {
        return Err(BuildError::NoProject {
            dir: dir.to_path_buf(),
        });
    };
    let component = language.build(dir, announce)?;
    let out = dir.join(COMPONENT);
    std::fs::write(&out, component).map_err(BuildError::file("write", &out))?;
    Ok(out)
}
