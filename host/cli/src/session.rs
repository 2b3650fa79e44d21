//! From configuration to an engine: the one place where the program is assembled.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use merlon_artifact::{Capability, Ruleset};
use merlon_engine::{Catalog, Detail, Engine, Entry, Origins, Selection, Trust};
use merlon_model::{Mode, OnFault, Origin, chain};
use merlon_runtime::{Limits, Runtime};
use serde_json::Value;

use crate::arguments::{Decide, Print, Verdicts};
use crate::config::{Config, RulesetEntry, RulesetSource};
use crate::environment::Environment;
use crate::output::Output;
use crate::{Failure, bundle};

/// What every plugin may do: its own lines, its own files, its own counters.
const HARMLESS: [Capability; 3] = [Capability::Log, Capability::Ruleset, Capability::State];
/// The longest a plugin may take, whatever its ruleset asks for.
const LONGEST: Duration = Duration::from_secs(10);

/// A configuration whose rulesets are open.
pub(crate) struct Session {
    config: Config,
    rulesets: Vec<(Arc<Ruleset>, Trust)>,
    runtime: Runtime,
    selection: Selection,
}

impl Session {
    /// Reads the configuration, opens its rulesets, starts the component host.
    pub(crate) fn open(decide: &Decide, environment: &Environment) -> Result<Self, Failure> {
        let config = crate::config::load(decide, environment)?;
        let mut rulesets = Vec::new();
        let mut problems = Vec::new();
        for entry in &config.rulesets {
            match open_source(&entry.source) {
                Ok(ruleset) => rulesets.push(ruleset),
                Err(failure) => problems.push(failure.to_string()),
            }
        }
        if !problems.is_empty() {
            return Err(Failure::usage(problems.join("\n")));
        }
        let selection = if decide.rule.is_empty() {
            Selection::All
        } else {
            Selection::Only(decide.rule.iter().cloned().collect())
        };
        Ok(Self {
            config,
            rulesets,
            runtime: start(environment)?,
            selection,
        })
    }

    /// The enabled rulesets.
    pub(crate) fn rulesets(&self) -> impl Iterator<Item = &Arc<Ruleset>> {
        self.rulesets.iter().map(|(ruleset, _)| ruleset)
    }

    /// Loads every ruleset; all problems at once.
    pub(crate) fn engine(
        &self,
        print: &Print,
        output: Arc<Output>,
        origin: Origin,
    ) -> Result<Engine, Failure> {
        let mut builder = Catalog::builder(&self.runtime, origins(), self.selection.clone());
        let mut problems = Vec::new();
        for (entry, (ruleset, trust)) in self.config.rulesets.iter().zip(&self.rulesets) {
            if let Err(error) = builder.add(self.entry(entry, ruleset, *trust)) {
                problems.push(format!("error: {}", chain(&error)));
            }
        }
        if !problems.is_empty() {
            return Err(Failure::usage(problems.join("\n")));
        }
        let catalog = builder
            .build()
            .map_err(|error| Failure::usage(chain(&error)))?;
        let detail = match print.verdicts {
            Verdicts::Failing => Detail::Failing,
            Verdicts::All => Detail::All,
        };
        Ok(Engine::new(catalog, output, origin, detail))
    }

    fn entry(&self, entry: &RulesetEntry, ruleset: &Arc<Ruleset>, trust: Trust) -> Entry {
        Entry {
            ruleset: Arc::clone(ruleset),
            trust,
            settings: entry.settings.clone(),
            mode: entry.mode,
            on_fault: entry.on_fault,
            exemptions: entry.except.clone(),
            grants: grants(entry.grant.as_deref(), ruleset, trust),
            limits: limits(
                ruleset,
                trust,
                self.config.limits.memory,
                self.config.limits.deadline,
            ),
        }
    }
}

/// A bundled ruleset gets what it asks for; any other gets what is harmless, and what was granted.
fn grants(granted: Option<&[Capability]>, ruleset: &Ruleset, trust: Trust) -> Vec<Capability> {
    match (granted, trust) {
        (Some(granted), _) => granted.to_vec(),
        (None, Trust::Bundled) => ruleset.definition.capabilities.clone(),
        (None, Trust::Foreign) => HARMLESS.to_vec(),
    }
}

/// The configuration's limits bind; a bundled ruleset may ask for more, anybody else only for less.
fn limits(
    ruleset: &Ruleset,
    trust: Trust,
    memory: Option<u64>,
    deadline: Option<Duration>,
) -> Limits {
    let defaults = Limits::default();
    let most_memory = memory
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(defaults.memory);
    let most_time = deadline.unwrap_or(defaults.deadline).min(LONGEST);
    let wanted = &ruleset.definition.limits;
    let wanted_memory = wanted
        .memory
        .and_then(|size| usize::try_from(size.bytes()).ok())
        .unwrap_or(most_memory);
    let wanted_time = wanted.deadline.unwrap_or(most_time);
    let (memory, deadline) = match trust {
        Trust::Bundled => (wanted_memory, wanted_time.min(LONGEST)),
        Trust::Foreign => (wanted_memory.min(most_memory), wanted_time.min(most_time)),
    };
    Limits {
        memory,
        deadline,
        ..defaults
    }
}

fn origins() -> Origins<'static> {
    Origins { rego: bundle::REGO }
}

fn start(environment: &Environment) -> Result<Runtime, Failure> {
    Runtime::start(environment.cache.as_deref()).map_err(|error| Failure::usage(chain(&error)))
}

fn open_source(source: &RulesetSource) -> Result<(Arc<Ruleset>, Trust), Failure> {
    match source {
        RulesetSource::Bundled(id) => open_bundled(id),
        RulesetSource::Path(path) => open_path(path),
        RulesetSource::Oci(reference) => Err(Failure::usage(format!(
            "{reference}: this version does not pull rulesets; fetch it with `oras pull` and name the directory"
        ))),
    }
}

fn open_bundled(id: &str) -> Result<(Arc<Ruleset>, Trust), Failure> {
    let files = bundle::files(id).ok_or_else(|| {
        let known = bundle::RULESETS.join(", ");
        Failure::usage(format!(
            "no ruleset `{id}`; this binary brings {known}, a directory is named by its path"
        ))
    })?;
    let ruleset = Ruleset::embedded(files).map_err(|error| Failure::usage(chain(&error)))?;
    Ok((Arc::new(ruleset), Trust::Bundled))
}

fn open_path(path: &Path) -> Result<(Arc<Ruleset>, Trust), Failure> {
    let ruleset = Ruleset::open(path).map_err(|error| Failure::usage(chain(&error)))?;
    Ok((Arc::new(ruleset), Trust::Foreign))
}

/// Opens a ruleset that a user names: a directory, or the id of a bundled one.
pub(crate) fn open_ruleset(name: &str) -> Result<(Arc<Ruleset>, Trust), Failure> {
    let path = Path::new(name);
    if path.join("ruleset.yaml").is_file() || name.contains('/') {
        return open_path(path);
    }
    open_bundled(name)
}

/// One ruleset alone, with what its `ruleset.yaml` asks for: for its cases and for looking into it.
pub(crate) fn catalog_of(
    ruleset: &Arc<Ruleset>,
    settings: Value,
    environment: &Environment,
) -> Result<Catalog, Failure> {
    let runtime = start(environment)?;
    let id = ruleset.definition.id.as_str();
    let bundled = bundle::files(id)
        .and_then(|files| Ruleset::embedded(files).ok())
        .is_some_and(|bundled| bundled.digest == ruleset.digest);
    let trust = if bundled {
        Trust::Bundled
    } else {
        Trust::Foreign
    };
    let mut builder = Catalog::builder(&runtime, origins(), Selection::All);
    let entry = Entry {
        ruleset: Arc::clone(ruleset),
        trust,
        settings: if settings.is_null() {
            Value::Object(serde_json::Map::new())
        } else {
            settings
        },
        mode: Mode::Audit,
        on_fault: OnFault::Allow,
        exemptions: Vec::new(),
        grants: ruleset.definition.capabilities.clone(),
        limits: limits(ruleset, Trust::Bundled, None, None),
    };
    builder
        .add(entry)
        .map_err(|error| Failure::usage(chain(&error)))?;
    builder
        .build()
        .map_err(|error| Failure::usage(chain(&error)))
}
