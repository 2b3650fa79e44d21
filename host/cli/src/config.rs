//! What decides: `merlon.yaml`, the flags that override it, and what is built in (contract section 5).

mod artifact;
mod check;
mod overrides;
mod render;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use merlon_artifact::Capability;
use merlon_engine::Exemption;
use merlon_model::{Mode, OnFault};
use serde_json::{Map, Value};

pub(crate) use artifact::{Identity, Registry, Signer, Verify};
pub(crate) use check::date;

use crate::Failure;
use crate::arguments::Decide;
use crate::environment::Environment;

/// Bytes of a configuration file.
const LARGEST: u64 = 1 << 20;

/// Where a ruleset comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RulesetSource {
    Bundled(String),
    Path(PathBuf),
    Oci(String),
}

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    BuiltIn,
    File { file: String, line: u32 },
    Flag(&'static str),
}

/// One enabled ruleset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RulesetEntry {
    pub(crate) source: RulesetSource,
    pub(crate) settings: Value,
    pub(crate) mode: Mode,
    pub(crate) on_fault: OnFault,
    pub(crate) except: Vec<Except>,
    pub(crate) grant: Option<Vec<Capability>>,
    pub(crate) verify: Option<Verify>,
    pub(crate) said: Said,
}

/// An entry of `except`, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Except {
    pub(crate) exemption: Exemption,
    pub(crate) line: u32,
}

impl Except {
    /// What it names: namespace, rule, subject.
    pub(crate) fn covers(&self) -> String {
        let Exemption {
            namespace,
            rule,
            name,
            ..
        } = &self.exemption;
        let parts: Vec<&str> = [namespace, rule, name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        parts.join(" ")
    }
}

/// What plugins may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Limits {
    /// Bytes.
    pub(crate) memory: Option<u64>,
    pub(crate) deadline: Option<Duration>,
}

/// The configuration, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// The file it was read from; nothing for the built-in one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) rulesets: Vec<RulesetEntry>,
    pub(crate) registries: Vec<Registry>,
    pub(crate) limits: Limits,
}

impl RulesetEntry {
    pub(crate) fn new(source: RulesetSource, said: Said) -> Self {
        Self {
            source,
            settings: Value::Object(Map::new()),
            mode: Mode::default(),
            on_fault: OnFault::default(),
            except: Vec::new(),
            grant: None,
            verify: None,
            said,
        }
    }
}

impl Config {
    /// Without a file: every bundled ruleset.
    fn built_in() -> Self {
        let entries = crate::bundle::RULESETS
            .map(|id| RulesetEntry::new(RulesetSource::Bundled(id.to_owned()), Said::BuiltIn));
        Self {
            file: None,
            rulesets: entries.to_vec(),
            registries: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// As `merlon config show` prints it.
    pub(crate) fn render(&self) -> String {
        render::render(self)
    }
}

/// Reads the configuration that applies, and what the flags make of it.
pub(crate) fn load(decide: &Decide, environment: &Environment) -> Result<Config, Failure> {
    let config = match find(decide, environment) {
        Some(path) => read(&path)?,
        None => Config::built_in(),
    };
    overrides::apply(config, decide)
}

/// The flag, then the environment, then here, then the user's directory.
fn find(decide: &Decide, environment: &Environment) -> Option<PathBuf> {
    let named = decide.config.clone().or_else(|| environment.config.clone());
    named.or_else(|| {
        let here = PathBuf::from("merlon.yaml");
        let home = environment
            .config_home
            .as_ref()
            .map(|home| home.join("merlon/merlon.yaml"));
        [Some(here), home]
            .into_iter()
            .flatten()
            .find(|path| path.is_file())
    })
}

fn read(path: &Path) -> Result<Config, Failure> {
    let name = path.display().to_string();
    let cannot = |why: String| Failure::usage(format!("{name} {why}"));
    let about = fs::metadata(path).map_err(|error| cannot(format!("cannot be read: {error}")))?;
    if about.len() > LARGEST {
        return Err(cannot(format!(
            "has {} bytes, at most {LARGEST} are read",
            about.len()
        )));
    }
    let text =
        fs::read_to_string(path).map_err(|error| cannot(format!("cannot be read: {error}")))?;
    let mut config = check::check(&text, &name, crate::bundle::RULESETS.as_slice())
        .map_err(|problems| Failure::usage(problems.to_string()))?;
    // Paths are written as seen from the file.
    if let Some(directory) = path.parent() {
        for entry in &mut config.rulesets {
            if let RulesetSource::Path(path) = &mut entry.source {
                *path = directory.join(&*path);
            }
            if let Some(verify) = &mut entry.verify {
                verify.relative_to(directory);
            }
        }
        for registry in &mut config.registries {
            if let Some(ca) = &mut registry.ca {
                *ca = directory.join(&*ca);
            }
        }
    }
    config.file = Some(path.to_owned());
    Ok(config)
}

/// What names a ruleset: a bundled id, a path, or a reference.
pub(crate) fn source(text: &str) -> RulesetSource {
    if let Some(reference) = text.strip_prefix("oci://") {
        return RulesetSource::Oci(reference.to_owned());
    }
    // A layout: `oci:DIR[:TAG]`.
    if text.starts_with("oci:") {
        return RulesetSource::Oci(text.to_owned());
    }
    let path = Path::new(text);
    if text.contains('/') || text.starts_with('.') || path.join("ruleset.yaml").is_file() {
        return RulesetSource::Path(path.to_owned());
    }
    RulesetSource::Bundled(text.split('@').next().unwrap_or(text).to_owned())
}
