//! What the binary brings along: rulesets, the sandboxed Rego engine, the eBPF object.

use std::io::Read;
use std::sync::{Arc, LazyLock};

use flate2::read::GzDecoder;
use merlon_artifact::{EmbeddedFiles, Ruleset};
use merlon_model::chain;
use merlon_plugin_build::Language;

use crate::Failure;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/bundle.rs"));
}

pub(crate) use embedded::{PROBES, REGO};

/// The rulesets of this binary, in the order in which they are listed.
pub(crate) const RULESETS: [&str; 4] = ["nsa", "secrets", "malware", "behaviour"];

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
        "malware" => Some(*MALWARE),
        "behaviour" => Some(embedded::BEHAVIOUR),
        _ => None,
    }
}

/// Its rules are compressed in the binary, see `build.rs`; unpacked once, they stay.
static MALWARE: LazyLock<EmbeddedFiles> = LazyLock::new(|| {
    let unpack = |bytes: &[u8]| {
        let mut unpacked = Vec::new();
        let read = GzDecoder::new(bytes).read_to_end(&mut unpacked);
        read.map(|_| unpacked)
    };
    let files = embedded::MALWARE
        .iter()
        .map(|(path, bytes)| match unpack(bytes) {
            Ok(unpacked) => (*path, &*unpacked.leak()),
            Err(_) => (*path, *bytes),
        });
    files.collect::<Vec<_>>().leak()
});

/// The rulesets whose plugins judge by the content of others.
///
/// # Errors
/// When the binary was built without one of them.
pub(crate) fn engines() -> Result<&'static [Arc<Ruleset>], Failure> {
    static ENGINES: LazyLock<Result<Vec<Arc<Ruleset>>, String>> = LazyLock::new(|| {
        let yara = Ruleset::embedded(embedded::YARA);
        yara.map(|yara| vec![Arc::new(yara)])
            .map_err(|error| format!("the engine yara in this binary: {}", chain(&error)))
    });
    match &*ENGINES {
        Ok(engines) => Ok(engines),
        Err(problem) => Err(Failure::usage(problem.clone())),
    }
}
