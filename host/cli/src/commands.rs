//! The subcommands, one file each.

pub(crate) mod artifact;
pub(crate) mod bench;
pub(crate) mod config;
pub(crate) mod plugin;
pub(crate) mod probe;
pub(crate) mod replay;
pub(crate) mod ruleset;
pub(crate) mod run;
pub(crate) mod scan;
