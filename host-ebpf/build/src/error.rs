//! Why the probes could not be built.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Why the probes could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A tool is not installed.
    #[error(
        "{tool} cannot be started: install rustc-web, cargo-web, libstd-rust-web-dev-bpf and llvm-22"
    )]
    Tool {
        /// The program.
        tool: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A tool said no.
    #[error("{tool} failed ({status}) while building the probes: its output is above")]
    Failed {
        /// The program.
        tool: &'static str,
        /// How it ended.
        status: ExitStatus,
    },
    /// The compiler left no bitcode.
    #[error("no bitcode of the probes in {}: remove the directory and build again", .folder.display())]
    NoBitcode {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The object is not what `llc` writes.
    #[error("the object of the probes is not a 64-bit ELF file with {part}")]
    Object {
        /// What is missing.
        part: &'static str,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be {what}", .path.display())]
    File {
        /// `read` or `written`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}
