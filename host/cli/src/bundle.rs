//! What the binary brings along: rulesets, the sandboxed Rego engine, the eBPF object.

use merlon_artifact::EmbeddedFiles;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/bundle.rs"));
}

pub(crate) use embedded::{PROBES, REGO};

/// The rulesets of this binary, in the order in which they are listed.
pub(crate) const RULESETS: [&str; 3] = ["nsa", "secrets", "behaviour"];

/// The files of a bundled ruleset.
pub(crate) fn files(id: &str) -> Option<EmbeddedFiles> {
    match id {
        "nsa" => Some(embedded::NSA),
        "secrets" => Some(embedded::SECRETS),
        "behaviour" => Some(embedded::BEHAVIOUR),
        _ => None,
    }
}
