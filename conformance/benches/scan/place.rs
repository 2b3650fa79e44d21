//! Where things are, all below `target/` of the workspace.

use std::path::{Path, PathBuf};

/// The workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// What the bench makes; it may be deleted at any time, and is made again.
pub(crate) fn scratch() -> PathBuf {
    root().join("target/bench/scan")
}

/// A directory that is made by `fill` once: it appears under its name only when it is complete.
pub(crate) fn made_once(name: &str, fill: impl FnOnce(&Path)) -> PathBuf {
    let done = scratch().join(name);
    if done.is_dir() {
        return done;
    }
    println!("making target/bench/scan/{name}, once");
    let work = scratch().join(format!(".{name}"));
    empty(&work);
    fill(&work);
    std::fs::rename(&work, &done).unwrap();
    done
}

/// The directory with nothing in it.
pub(crate) fn empty(dir: &Path) {
    if dir.exists() {
        std::fs::remove_dir_all(dir).unwrap();
    }
    std::fs::create_dir_all(dir).unwrap();
}
