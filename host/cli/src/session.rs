//! From configuration to an engine: the one place where the program is assembled.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use merlon_artifact::{Capability, Ruleset};
use merlon_engine::{Catalog, Detail, Engine, Entry, Origins, Selection, Trust};
use merlon_model::{Mode, OnFault, Origin, chain};
use merlon_registry::Repositories;
use merlon_runtime::{Limits, Plugin, PluginSpec, Runtime};
use serde_json::Value;

use crate::arguments::{Decide, Print, Reach, Verdicts};
use crate::artifacts::{self, Artifacts, Pins};
use crate::config::{self, Config, RulesetEntry, RulesetSource};
use crate::environment::Environment;
use crate::output::Output;
use crate::{Failure, bundle, suppression};

/// What every plugin may do: its own lines, its own files, its own counters.
const HARMLESS: [Capability; 3] = [Capability::Log, Capability::Ruleset, Capability::State];
/// The longest a plugin may take, whatever its ruleset asks for.
const LONGEST: Duration = Duration::from_secs(10);

/// A configuration whose rulesets are open.
pub(crate) struct Session {
    config: Config,
    rulesets: Vec<(Arc<Ruleset>, Trust)>,
    runtime: Arc<Runtime>,
    selection: Selection,
}

impl Session {
    /// Reads the configuration, opens its rulesets, starts the component host.
    pub(crate) fn open(decide: &Decide, environment: &Environment) -> Result<Self, Failure> {
        let config = config::load(decide, environment)?;
        let runtime = Arc::new(start(environment)?);
        Self::assemble(config, decide, (runtime, environment))
    }

    /// Opens the rulesets of a configuration for a component host that runs already.
    pub(crate) fn assemble(
        config: Config,
        decide: &Decide,
        (runtime, environment): (Arc<Runtime>, &Environment),
    ) -> Result<Self, Failure> {
        let network = Reach::of(decide).network();
        let mut artifacts = None;
        let mut rulesets = Vec::new();
        let mut problems = Vec::new();
        for entry in &config.rulesets {
            let opened = match &entry.source {
                RulesetSource::Bundled(id) => open_bundled(id),
                RulesetSource::Path(path) => open_path(path),
                RulesetSource::Oci(text) => {
                    let reached = match artifacts.take() {
                        Some(reached) => reached,
                        None => Artifacts::open(&config, network, environment)?,
                    };
                    fetch(text, entry, artifacts.insert(reached))
                }
            };
            match opened {
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
            runtime,
            selection,
        })
    }

    /// The enabled rulesets.
    pub(crate) fn rulesets(&self) -> impl Iterator<Item = &Arc<Ruleset>> {
        self.rulesets.iter().map(|(ruleset, _)| ruleset)
    }

    /// The registries that images are scanned in.
    pub(crate) fn registries(&self, decide: &Decide, environment: &Environment) -> Repositories {
        let network = Reach::of(decide).network();
        Repositories::new(artifacts::access(&self.config, network, environment))
    }

    /// What was configured.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The component host.
    pub(crate) fn runtime(&self) -> Arc<Runtime> {
        Arc::clone(&self.runtime)
    }

    /// An engine with every ruleset.
    pub(crate) fn engine(
        &self,
        print: &Print,
        output: Arc<Output>,
        origin: Origin,
    ) -> Result<Engine, Failure> {
        let catalog = self.catalog(None)?;
        let detail = match print.verdicts {
            Verdicts::Failing => Detail::Failing,
            Verdicts::All => Detail::All,
        };
        Ok(Engine::new(catalog, output, origin, detail))
    }

    /// Loads every ruleset; all problems at once. What did not change since `before` is taken over.
    pub(crate) fn catalog(&self, before: Option<&Catalog>) -> Result<Catalog, Failure> {
        let mut builder = Catalog::builder(&self.runtime, origins()?, self.selection.clone());
        if let Some(before) = before {
            builder = builder.replacing(before);
        }
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
        let ids = self.rulesets().map(|ruleset| &*ruleset.definition.id);
        suppression::check(&self.config, ids, &catalog)?;
        Ok(catalog)
    }

    fn entry(&self, entry: &RulesetEntry, ruleset: &Arc<Ruleset>, trust: Trust) -> Entry {
        Entry {
            ruleset: Arc::clone(ruleset),
            trust,
            settings: entry.settings.clone(),
            mode: entry.mode,
            on_fault: entry.on_fault,
            exemptions: entry
                .except
                .iter()
                .map(|except| except.exemption.clone())
                .collect(),
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

pub(crate) fn origins() -> Result<Origins<'static>, Failure> {
    Ok(Origins {
        rego: bundle::REGO,
        engines: bundle::engines()?,
    })
}

fn start(environment: &Environment) -> Result<Runtime, Failure> {
    Runtime::start(environment.cache.as_deref()).map_err(|error| Failure::usage(chain(&error)))
}

fn fetch(
    text: &str,
    entry: &RulesetEntry,
    artifacts: &Artifacts,
) -> Result<(Arc<Ruleset>, Trust), Failure> {
    let fetched = artifacts.fetch(text, entry.verify.as_ref(), Pins::Kept)?;
    let reference = &fetched.pulled.reference;
    if reference.digest().is_none() && artifacts.pinned(reference).is_none() {
        eprintln!(
            "warning: {reference} may be another ruleset tomorrow; `merlon ruleset pull` pins its digest"
        );
    }
    Ok((fetched.ruleset, Trust::Foreign))
}

pub(crate) fn open_bundled(id: &str) -> Result<(Arc<Ruleset>, Trust), Failure> {
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

/// Opens a ruleset that a user names: a directory, the id of a bundled one, or a reference. Only for a
/// reference the configuration is read: it says how registries are reached and whose signature counts.
pub(crate) fn open_ruleset(
    name: &str,
    reach: &Reach,
    environment: &Environment,
) -> Result<(Arc<Ruleset>, Trust), Failure> {
    match config::source(name) {
        RulesetSource::Bundled(id) => open_bundled(&id),
        RulesetSource::Path(path) => open_path(&path),
        RulesetSource::Oci(text) => {
            let decide = Decide {
                config: reach.config.clone(),
                ruleset: vec![name.to_owned()],
                ..Decide::default()
            };
            let config = config::load(&decide, environment)?;
            let artifacts = Artifacts::open(&config, reach.network(), environment)?;
            let configured = config.rulesets.first();
            let entry = configured.ok_or_else(|| Failure::usage(format!("no ruleset `{name}`")))?;
            fetch(&text, entry, &artifacts)
        }
    }
}

/// The plugin of one ruleset alone, with what its `ruleset.yaml` asks for and its default settings.
pub(crate) fn plugin_of(
    ruleset: &Arc<Ruleset>,
    environment: &Environment,
) -> Result<Plugin, Failure> {
    let id = &ruleset.definition.id;
    let component = ruleset
        .plugin()
        .ok_or_else(|| Failure::usage(format!("ruleset {id} has no plugin of its own")))?;
    let settings = ruleset.check_settings(&Value::Null).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::usage(problems.join("\n"))
    })?;
    let spec = PluginSpec {
        ruleset,
        component,
        grants: &ruleset.definition.capabilities,
        settings: &settings.to_string(),
        settings_again: None,
        limits: limits(ruleset, Trust::Bundled, None, None),
    };
    start(environment)?
        .load(&spec)
        .map_err(|error| Failure::usage(chain(&error)))
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
    let mut builder = Catalog::builder(&runtime, origins()?, Selection::All);
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
