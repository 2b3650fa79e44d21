//! What the binary brings along: rulesets, the sandboxed Rego engine, the eBPF object.

use merlon_artifact::EmbeddedFiles;
use merlon_plugin_build::Language;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/bundle.rs"));
}

pub(crate) use embedded::{PROBES, REGO};

/// The rulesets of this binary, in the order in which they are listed.
pub(crate) const RULESETS: [&str; 3] = ["nsa", "secrets", "behaviour"];

/// What a new project is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// A plugin.
    Plugin(Language),
    /// A ruleset in Rego.
    Policy,
}

/// The files of a new project: the language's template and its SDK.
pub(crate) fn project(template: Template) -> EmbeddedFiles {
    let Template::Plugin(language) = template else {
        return embedded::POLICY_PROJECT;
    };
    match language {
        Language::Rust => embedded::RUST_PROJECT,
        Language::C => embedded::C_PROJECT,
        Language::Go => embedded::GO_PROJECT,
        Language::Python => embedded::PYTHON_PROJECT,
        Language::JavaScript => embedded::JAVASCRIPT_PROJECT,
    }
}

/// The files of a bundled ruleset.
pub(crate) fn files(id: &str) -> Option<EmbeddedFiles> {
    match id {
        "nsa" => Some(embedded::NSA),
        "secrets" => Some(embedded::SECRETS),
        "behaviour" => Some(embedded::BEHAVIOUR),
        _ => None,
    }
}
