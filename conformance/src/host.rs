//! An engine over rulesets that are made on the spot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use merlon_artifact::{ArtifactError, Capability, Ruleset};
use merlon_engine::{Catalog, Detail, Engine, EngineError, Entry, Origins, Selection, Trust};
use merlon_model::{Event, Finding, FindingSink, Mode, OnFault, Origin};
use merlon_runtime::{Limits, LoadError, Runtime};
use serde_json::{Value, json};

/// What a fixture can fail with.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant is its meaning")]
pub enum FixtureError {
    #[error("{path} is missing: run `cargo xtask setup` first")]
    NotBuilt {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the fixture cannot be written")]
    Write(#[source] io::Error),
    #[error(transparent)]
    Ruleset(#[from] ArtifactError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Runtime(#[from] LoadError),
}

/// A component that `cargo xtask setup` built.
///
/// # Errors
/// When it was not built.
pub fn component(name: &str) -> Result<Vec<u8>, FixtureError> {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bundle");
    let path = bundle.join(format!("{name}.wasm"));
    fs::read(&path).map_err(|source| FixtureError::NotBuilt { path, source })
}

/// One ruleset of a host.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// Its id.
    pub id: String,
    /// Its component, if it has one.
    pub component: Option<Vec<u8>>,
    /// Its Rego, if it has some.
    pub policy: Option<String>,
    /// Its settings.
    pub settings: Value,
}

impl Set {
    /// A ruleset with a plugin that `cargo xtask setup` built.
    ///
    /// # Errors
    /// When it was not built.
    pub fn plugin(id: &str, name: &str, settings: Value) -> Result<Self, FixtureError> {
        Ok(Self {
            id: id.to_owned(),
            component: Some(component(name)?),
            policy: None,
            settings,
        })
    }

    /// A ruleset of somebody else, with one Rego file.
    #[must_use]
    pub fn policy(id: &str, text: &str) -> Self {
        let text = Some(text.to_owned());
        Self {
            id: id.to_owned(),
            component: None,
            policy: text,
            settings: json!({}),
        }
    }

    fn write(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        let mut definition = format!(
            "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {}\nversion: 0.1.0\ntitle: A fixture\n",
            self.id
        );
        if let Some(component) = &self.component {
            definition += "plugin: plugin.wasm\n";
            fs::write(directory.join("plugin.wasm"), component)?;
        }
        if let Some(policy) = &self.policy {
            definition += "policies: [policy.rego]\n";
            fs::write(directory.join("policy.rego"), policy)?;
        }
        definition += "settings: { type: object, additionalProperties: true, properties: {} }\n";
        fs::write(directory.join("ruleset.yaml"), definition)
    }
}

/// An engine over some rulesets.
pub struct Host {
    engine: Engine,
    // The rulesets' files live as long as the engine.
    _directory: tempfile::TempDir,
}

struct Nowhere;

impl FindingSink for Nowhere {
    fn deliver(&self, _: Finding) {}
}

impl Host {
    /// Loads the rulesets, all granted everything, in enforcing mode.
    ///
    /// # Errors
    /// When one cannot be loaded.
    pub fn with(sets: &[Set]) -> Result<Self, FixtureError> {
        let directory = tempfile::tempdir().map_err(FixtureError::Write)?;
        let runtime = Runtime::start(None)?;
        let rego = component("rego").ok();
        let origins = Origins {
            rego: rego.as_deref(),
            ..Origins::default()
        };
        let mut builder = Catalog::builder(&runtime, origins, Selection::All);
        for set in sets {
            let path = directory.path().join(&set.id);
            set.write(&path).map_err(FixtureError::Write)?;
            builder.add(Entry {
                ruleset: Arc::new(Ruleset::open(&path)?),
                trust: Trust::Foreign,
                settings: set.settings.clone(),
                mode: Mode::Enforce,
                on_fault: OnFault::Deny,
                exemptions: Vec::new(),
                grants: Capability::ALL.to_vec(),
                limits: Limits::default(),
            })?;
        }
        let engine = Engine::new(
            builder.build()?,
            Arc::new(Nowhere),
            Origin::Scan,
            Detail::Failing,
        );
        Ok(Self {
            engine,
            _directory: directory,
        })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The findings of one batch.
    #[must_use]
    pub fn findings(&self, events: &[Event]) -> Vec<Finding> {
        self.engine
            .evaluate(events)
            .findings
            .into_iter()
            .map(|(_, finding)| finding)
            .collect()
    }
}
