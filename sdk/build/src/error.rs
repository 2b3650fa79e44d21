//! Why a plugin could not be built, and what to do about it.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Neither the active toolchain nor Debian's can build for WebAssembly.
    #[error(
        "no Rust toolchain here can build for {}: run `rustup target add {}`, or on Debian as root `{}`",
        crate::TARGET,
        crate::TARGET,
        crate::debian::install_line(crate::debian::WASM_PACKAGES)
    )]
    NoToolchain,
    /// Debian packages are needed and this user cannot install them.
    #[error("missing packages: {}; install them as root: {}", .missing.join(", "), install(.missing))]
    PackagesMissing {
        /// Their names.
        missing: Vec<String>,
    },
    /// No configured apt source offers a package.
    #[error("no configured apt source offers {}; add the Debian security suite to /etc/apt/sources.list.d", .missing.join(", "))]
    PackagesUnknown {
        /// Their names.
        missing: Vec<String>,
    },
    /// A program could not be started.
    #[error("cannot start {program}; is it installed and in PATH?")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A program ran and failed.
    #[error("{command} failed ({status}){}{output}", if .output.is_empty() { "; its messages are above" } else { ":\n" })]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines it printed, when they were not shown already.
        output: String,
    },
    /// A program printed something that is not what it is documented to print.
    #[error("{program} printed a line that cannot be read: {line}")]
    Unreadable {
        /// The program.
        program: String,
        /// The line.
        line: String,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// A file or directory could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    File {
        /// The verb.
        action: &'static str,
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The directory holds no crate.
    #[error("{} has no Cargo.toml: give the directory of a plugin crate (`merlon plugin new` makes one)", .dir.display())]
    NoCrate {
        /// Which one.
        dir: PathBuf,
    },
    /// The directory holds no project of a language that can be built.
    #[error("{} is no plugin project: it has none of {}; `merlon plugin new` makes one", .dir.display(), markers())]
    NoProject {
        /// Which one.
        dir: PathBuf,
    },
    /// The language's own tool is not there.
    #[error("{} needs {tool}, which is not installed: {install}", .project.display())]
    ToolMissing {
        /// The program.
        tool: String,
        /// The project that needs it.
        project: PathBuf,
        /// What to type.
        install: String,
    },
    /// The tool ended well, and the file that it should have made is not there.
    #[error("{command} made no {}", .expected.display())]
    NoOutput {
        /// The command line.
        command: String,
        /// The file.
        expected: PathBuf,
    },
    /// The crate builds, but not into a WebAssembly module.
    #[error("{} builds no WebAssembly module: set `crate-type = [\"cdylib\"]` under [lib] in its Cargo.toml", .manifest.display())]
    NoModule {
        /// Its manifest.
        manifest: PathBuf,
    },
    /// The bytes are not a core module.
    #[error(
        "this is not a core WebAssembly module: it starts with {found:02x?}, a core module with 00 61 73 6d 01 00 00 00"
    )]
    NotCore {
        /// The first bytes.
        found: Vec<u8>,
    },
    /// The core module is no guest of the `merlon:plugin` world.
    #[error("cannot make a component of the module: {reason}")]
    Encode {
        /// Every cause that the encoder gave, outermost first.
        reason: String,
    },
    /// There is no place for the cache.
    #[error("no directory for the cache: set XDG_CACHE_HOME or HOME")]
    NoCache,
}

fn install(missing: &[String]) -> String {
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    crate::debian::install_line(&names)
}

fn markers() -> String {
    let markers: Vec<&str> = crate::Language::ALL
        .into_iter()
        .map(crate::Language::marker)
        .collect();
    markers.join(", ")
}

impl BuildError {
    /// For `map_err` on the encoder's errors, whose alternate form tells every cause.
    pub(crate) fn encode(error: impl std::fmt::Display) -> Self {
        Self::Encode {
            reason: format!("{error:#}"),
        }
    }

    /// For `map_err` on file work.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
