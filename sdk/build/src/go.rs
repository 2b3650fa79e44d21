//! Go projects: the go command.

use std::path::Path;

use crate::BuildError;

pub(crate) fn build(dir: &Path, _announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
    Err(BuildError::ToolMissing {
        tool: "the go command".into(),
        project: dir.to_path_buf(),
        install: String::new(),
    })
}
