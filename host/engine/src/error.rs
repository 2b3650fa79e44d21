//! A ruleset that cannot be enabled.

/// Why a ruleset cannot be enabled.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum EngineError {
    #[error("ruleset {ruleset}: its files cannot be read")]
    Unreadable {
        ruleset: String,
        #[source]
        source: merlon_artifact::ArtifactError,
    },
    #[error("ruleset {ruleset} cannot be loaded")]
    Plugin {
        ruleset: String,
        #[source]
        source: merlon_runtime::LoadError,
    },
    #[error("ruleset {ruleset}: settings are wrong: {}", problems.join("; "))]
    Settings {
        ruleset: String,
        problems: Vec<String>,
    },
    #[error("ruleset {ruleset}: subscription to {kind} has a wrong prefilter `{filter}`")]
    Filter {
        ruleset: String,
        kind: &'static str,
        filter: String,
        #[source]
        source: crate::FilterError,
    },
    #[error("ruleset {ruleset}: {} refused: {}", plural(refusals.len()), refusals.join("; "))]
    Patterns {
        ruleset: String,
        refusals: Vec<String>,
    },
    #[error(
        "ruleset {ruleset} has neither a plugin nor policies nor an engine; add `plugin:`, `policies:` or `engine:` to its ruleset.yaml"
    )]
    Empty { ruleset: String },
    #[error(
        "ruleset {ruleset} brings its own Rego, which runs in the sandbox, and this binary was built without it; run `cargo xtask setup` and build again"
    )]
    NoSandbox { ruleset: String },
    #[error(
        "ruleset {ruleset} is content for the engine `{engine}`, which this binary does not bring; it brings {known}"
    )]
    NoEngine {
        ruleset: String,
        engine: String,
        known: String,
    },
    #[error("ruleset {ruleset} is enabled twice; keep one entry")]
    Twice { ruleset: String },
    #[error("no enabled ruleset has a rule `{rule}`{hint}")]
    UnknownRule { rule: String, hint: String },
}

fn plural(count: usize) -> String {
    if count == 1 {
        "a pattern is".to_owned()
    } else {
        format!("{count} patterns are")
    }
}
