//! A ruleset directory whose plugin is a Rust crate.

use std::path::{Path, PathBuf};

use crate::{BuildError, Guest, Profile, Toolchain, component};

/// Builds the crate in `dir` and writes its component to `plugin.wasm` beside the manifest, which is
/// where `ruleset.yaml` looks for it. Returns the path written.
///
/// # Errors
/// See [`BuildError`].
pub fn build_ruleset(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let toolchain = Toolchain::find(announce)?;
    let core = toolchain.build(&Guest {
        dir,
        target_dir: None,
        profile: Profile::Release,
    })?;
    let out = dir.join("plugin.wasm");
    write_component(&core, &out)?;
    Ok(out)
}

/// Reads a core module, writes the component.
fn write_component(core: &Path, out: &Path) -> Result<(), BuildError> {
    let bytes = std::fs::read(core).map_err(BuildError::file("read", core))?;
    let component = component::encode(&bytes)?;
    std::fs::write(out, component).map_err(BuildError::file("write", out))
}
