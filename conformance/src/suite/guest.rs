//! A component under test: loaded with settings, called with rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use merlon_artifact::{Capability, Ruleset};
use merlon_model::Event;
use merlon_runtime::{Answer, Fault, Limits, LoadError, Plugin, PluginSpec, Runtime};
use serde_json::{Value, json};

use crate::FixtureError;

/// Subscriptions of the guest, by place.
pub(crate) const EXEC: usize = 0;
pub(crate) const FILE: usize = 1;
pub(crate) const OBJECT: usize = 2;

const DEFINITION: &str = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: guest\nversion: 0.1.0\ntitle: The conformance guest\nplugin: plugin.wasm\ncontent: [note.txt]\n";
/// The one file of the guest's ruleset.
pub(crate) const NOTE: &str = "a note: ü 日本\n";
/// Texts are compared whole, and an interpreter on a busy machine needs its time.
const TEXT: usize = 1 << 20;
const DEADLINE: Duration = Duration::from_secs(5);
/// What `loop` may take before it is stopped.
const SHORT: Duration = Duration::from_millis(200);

/// A component under test.
pub struct Guest {
    runtime: Runtime,
    ruleset: Arc<Ruleset>,
    component: Vec<u8>,
    _directory: tempfile::TempDir,
}

/// The component, loaded with settings.
pub struct Loaded {
    /// The plugin.
    pub plugin: Plugin,
    inventory: Arc<[Event]>,
}

impl Guest {
    /// Prepares a component; it is compiled once, into `cache`.
    ///
    /// # Errors
    /// When the runtime does not start or the fixture cannot be written.
    pub fn new(component: Vec<u8>, cache: &Path) -> Result<Self, FixtureError> {
        let directory = tempfile::tempdir().map_err(FixtureError::Write)?;
        for (name, bytes) in [
            ("ruleset.yaml", DEFINITION.as_bytes()),
            ("note.txt", NOTE.as_bytes()),
            ("plugin.wasm", &component),
        ] {
            std::fs::write(directory.path().join(name), bytes).map_err(FixtureError::Write)?;
        }
        Ok(Self {
            runtime: Runtime::start(Some(cache))?,
            ruleset: Arc::new(Ruleset::open(directory.path())?),
            component,
            _directory: directory,
        })
    }

    /// Bytes of the component.
    #[must_use]
    pub fn size(&self) -> usize {
        self.component.len()
    }

    /// Loads it with settings.
    ///
    /// # Errors
    /// As the runtime's.
    pub fn load(&self, settings: &Value) -> Result<Loaded, LoadError> {
        self.load_within(settings, DEADLINE, Arc::new([]))
    }

    pub(crate) fn load_with_inventory(
        &self,
        settings: &Value,
        inventory: Arc<[Event]>,
    ) -> Result<Loaded, LoadError> {
        self.load_within(settings, DEADLINE, inventory)
    }

    /// For a guest that will not come back by itself.
    pub(crate) fn load_impatiently(&self, settings: &Value) -> Result<Loaded, LoadError> {
        self.load_within(settings, SHORT, Arc::new([]))
    }

    fn load_within(
        &self,
        settings: &Value,
        deadline: Duration,
        inventory: Arc<[Event]>,
    ) -> Result<Loaded, LoadError> {
        let limits = Limits {
            text: TEXT,
            deadline,
            describe_deadline: Duration::from_secs(20),
            ..Limits::default()
        };
        let plugin = self.runtime.load(&PluginSpec {
            ruleset: &self.ruleset,
            component: &self.component,
            grants: &Capability::ALL,
            settings: &settings.to_string(),
            settings_again: None,
            limits,
        })?;
        Ok(Loaded { plugin, inventory })
    }

    /// Loads it in a mode; what goes wrong is a failed case.
    pub(crate) fn mode(&self, mode: &str) -> Result<Loaded, String> {
        self.load(&json!({ "mode": mode })).map_err(|error| {
            format!(
                "mode {mode} cannot be loaded: {}",
                merlon_model::chain(&error)
            )
        })
    }
}

impl Loaded {
    /// One batch.
    ///
    /// # Errors
    /// As the runtime's.
    pub fn evaluate(&self, place: usize, rows: &[Event]) -> Result<Vec<Answer>, Fault> {
        self.plugin
            .evaluate(place, rows.to_vec(), 0, &self.inventory)
            .map(|evaluated| evaluated.answers)
    }

    /// One batch whose answer must come.
    pub(crate) fn answer(&self, place: usize, rows: &[Event]) -> Result<Vec<Answer>, String> {
        self.evaluate(place, rows)
            .map_err(|fault| format!("no answer: {}", merlon_model::chain(&fault)))
    }

    /// The evidence of each finding, in order.
    pub(crate) fn evidence(
        &self,
        place: usize,
        rows: &[Event],
    ) -> Result<Vec<BTreeMap<String, String>>, String> {
        let answers = self.answer(place, rows)?;
        Ok(answers.into_iter().map(|answer| answer.evidence).collect())
    }

    /// One value of the evidence of each finding.
    pub(crate) fn values(
        &self,
        place: usize,
        rows: &[Event],
        key: &str,
    ) -> Result<Vec<String>, String> {
        let absent = || "(no such evidence)".to_owned();
        let evidence = self.evidence(place, rows)?;
        Ok(evidence
            .into_iter()
            .map(|mut map| map.remove(key).unwrap_or_else(absent))
            .collect())
    }
}
