//! The only place that reads the environment: `MERLON_CONFIG`, `MERLON_CACHE_DIR`, `MERLON_LOG`,
//! `NO_COLOR`, and what the XDG base directories need.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the file that the ban names"
)]

use std::env;
use std::path::PathBuf;

use merlon_registry::Credentials;

/// What the environment says.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// Configuration file.
    pub(crate) config: Option<PathBuf>,
    /// Cache of compiled plugins.
    pub(crate) cache: Option<PathBuf>,
    /// Cache of what registries gave.
    pub(crate) artifacts: Option<PathBuf>,
    /// Where credentials for registries are, as other tools keep them.
    pub(crate) credentials: Credentials,
    /// Where users keep configuration.
    pub(crate) config_home: Option<PathBuf>,
    /// Lines of plugins on stderr.
    pub(crate) log: Log,
    /// The user wants no colour.
    pub(crate) no_color: bool,
}

/// What plugins write is shown, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Log {
    /// Only faults.
    #[default]
    Quiet,
    /// Everything.
    Verbose,
}

impl Environment {
    pub(crate) fn read() -> Self {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(PathBuf::from);
        let home = |own: &str, under: &str| {
            path(own)
                .filter(|p| p.is_absolute())
                .or_else(|| Some(path("HOME")?.join(under)))
        };
        Self {
            config: path("MERLON_CONFIG"),
            cache: path("MERLON_CACHE_DIR")
                .or_else(|| Some(home("XDG_CACHE_HOME", ".cache")?.join("merlon/compiled"))),
            artifacts: path("MERLON_CACHE_DIR")
                .or_else(|| Some(home("XDG_CACHE_HOME", ".cache")?.join("merlon"))),
            credentials: Credentials::of_environment(|name| env::var_os(name)),
            config_home: home("XDG_CONFIG_HOME", ".config"),
            log: if set("MERLON_LOG").is_some() {
                Log::Verbose
            } else {
                Log::Quiet
            },
            no_color: set("NO_COLOR").is_some(),
        }
    }
}
