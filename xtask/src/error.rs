//! Why a task failed.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    #[error(transparent)]
    Plugin(#[from] merlon_plugin_build::BuildError),
    #[error("plugin {name} cannot be built")]
    OnePlugin {
        name: &'static str,
        #[source]
        source: merlon_plugin_build::BuildError,
    },
    #[error("the eBPF probes cannot be built")]
    Probes(#[source] merlon_ebpf_build::BuildError),
    #[error("cannot start {program}; is it installed and in PATH?")]
    Start {
        program: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: ExitStatus },
    #[error("cannot {action} {}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{program} printed something that is not JSON")]
    Json {
        program: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} failed: {}", .steps.len(), .steps.join(", "))]
    Steps { steps: Vec<String> },
    #[error(
        "only {ran} privileged tests ran and {wanted} should have: this is root on a kernel that allows them, so the skips above hide something"
    )]
    TooFewPrivileged { ran: usize, wanted: usize },
    #[error("no {kind} is called {name}; there are: {}", if .known.is_empty() { "none yet".into() } else { .known.join(", ") })]
    Unknown {
        kind: &'static str,
        name: String,
        known: Vec<String>,
    },
    #[error("the demo found nothing in {part}, where something is wrong on purpose")]
    NothingFound { part: &'static str },
}

impl TaskError {
    /// With every cause, to stderr.
    pub(crate) fn print(&self) {
        eprintln!("error: {self}");
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            eprintln!("  because: {inner}");
            cause = inner.source();
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
