//! Rust projects: cargo, for a target without WASI.

use std::path::Path;

use crate::{BuildError, Guest, Profile, Toolchain, component};

pub(crate) fn build(dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    let toolchain = Toolchain::find(announce)?;
    let core = toolchain.build(&Guest {
        dir,
        target_dir: None,
        profile: Profile::Release,
    })?;
    let bytes = std::fs::read(&core).map_err(BuildError::file("read", &core))?;
    component::encode(&bytes)
}
