//! What can go wrong with a plugin: at load, and in a call.

use std::path::PathBuf;

/// A plugin that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum LoadError {
    #[error("the component runtime does not start")]
    Runtime(#[source] wasmtime::Error),
    #[error("plugin {plugin}: its file cannot be read")]
    Unreadable {
        plugin: String,
        #[source]
        source: merlon_artifact::ArtifactError,
    },
    #[error("plugin {plugin}: not a WebAssembly component that this host can compile")]
    NotAComponent {
        plugin: String,
        #[source]
        source: wasmtime::Error,
    },
    #[error(
        "plugin {plugin} imports `{import}`, which this host does not lend; build it against merlon:plugin@0.1, with WASI 0.2 at most"
    )]
    UnknownImport { plugin: String, import: String },
    #[error(
        "plugin {plugin} asks for the capability `{capability}`, which it was not granted; add `{grant}` to its entry in merlon.yaml if you trust it with that"
    )]
    NotGranted {
        plugin: String,
        capability: &'static str,
        grant: String,
    },
    #[error("plugin {plugin} does not fit the interface merlon:plugin@0.1")]
    WrongInterface {
        plugin: String,
        #[source]
        source: wasmtime::Error,
    },
    #[error("plugin {plugin} failed to describe itself")]
    Describe {
        plugin: String,
        #[source]
        source: Fault,
    },
    #[error("plugin {plugin} describes itself wrongly: {}", problems.join("; "))]
    Manifest {
        plugin: String,
        problems: Vec<String>,
    },
    #[error("the cache of compiled plugins at {path} cannot be used")]
    Cache {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// A call that gave no answer. The instance is gone; the next call runs on a fresh one.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum Fault {
    #[error("gave no answer within {limit_ms} ms")]
    TimedOut { limit_ms: u128 },
    #[error(
        "wanted more than its {limit_mib} MiB of memory; `limits: {{ memory: ... }}` in its ruleset.yaml asks for more, the same in merlon.yaml allows it"
    )]
    OutOfMemory { limit_mib: usize },
    #[error("exhausted its call stack")]
    StackExhausted,
    #[error("answered with more than {limit_kib} KiB")]
    AnswerTooLarge { limit_kib: usize },
    #[error("trapped")]
    Trapped(#[source] wasmtime::Error),
    #[error("could not be started")]
    NotStarted(#[source] wasmtime::Error),
    #[error("answered wrongly: {0}")]
    Malformed(String),
    #[error("reported an error: {0}")]
    Reported(String),
    #[error("is parked after {faults} faults in a row, next try in {left_ms} ms")]
    Parked { faults: u32, left_ms: u128 },
}

impl Fault {
    /// One word for counters and tests.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::TimedOut { .. } => "timed_out",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::StackExhausted => "stack_exhausted",
            Self::AnswerTooLarge { .. } => "answer_too_large",
            Self::Trapped(_) => "trapped",
            Self::NotStarted(_) => "not_started",
            Self::Malformed(_) => "malformed",
            Self::Reported(_) => "reported",
            Self::Parked { .. } => "parked",
        }
    }
}
