//! Rulesets made on the spot from components that `cargo xtask setup` built, and a sink that keeps
//! everything.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use merlon_artifact::{Capability, Ruleset};
use merlon_conformance::component;
use merlon_engine::{Catalog, Detail, Engine, Entry, Origins, Selection, Trust};
use merlon_model::{Finding, FindingSink, Mode, OnFault, Origin};
use merlon_runtime::{Limits, Runtime};
use serde_json::{Value, json};

/// One ruleset.
#[derive(Clone)]
pub(crate) struct Set {
    id: &'static str,
    component: &'static str,
    version: &'static str,
    settings: Value,
    mode: Mode,
    on_fault: OnFault,
}

impl Set {
    pub(crate) fn new(id: &'static str, component: &'static str) -> Self {
        Self {
            id,
            component,
            version: "0.1.0",
            settings: json!({}),
            mode: Mode::Audit,
            on_fault: OnFault::Allow,
        }
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn settings(self, settings: Value) -> Self {
        Self { settings, ..self }
    }

    pub(crate) fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    pub(crate) fn on_fault(self, on_fault: OnFault) -> Self {
        Self { on_fault, ..self }
    }
}

#[derive(Default)]
struct Kept(Mutex<Vec<Finding>>);

impl FindingSink for Kept {
    fn deliver(&self, finding: Finding) {
        self.0.lock().unwrap().push(finding);
    }
}

/// What the tests load and judge with.
pub(crate) struct Stage {
    pub(crate) runtime: Runtime,
    components: BTreeMap<&'static str, Vec<u8>>,
    kept: Arc<Kept>,
    directory: tempfile::TempDir,
}

impl Stage {
    /// Nothing when a component is not built.
    #[allow(clippy::print_stdout, reason = "a test that cannot run says why")]
    pub(crate) fn open(components: &[&'static str]) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut bytes = BTreeMap::new();
        for name in components {
            match component(name) {
                Ok(component) => drop(bytes.insert(*name, component)),
                Err(error) => {
                    println!("skipped: {error}");
                    return None;
                }
            }
        }
        let cache = directory.path().join("cache");
        Some(Self {
            runtime: Runtime::start(Some(&cache)).unwrap(),
            components: bytes,
            kept: Arc::default(),
            directory,
        })
    }

    pub(crate) fn origins(&self) -> Origins<'_> {
        Origins::default()
    }

    /// Loads the sets; what did not change since `before` is taken over.
    pub(crate) fn catalog(&self, sets: &[Set], before: Option<&Catalog>) -> Catalog {
        let mut builder = Catalog::builder(&self.runtime, self.origins(), Selection::All);
        if let Some(before) = before {
            builder = builder.replacing(before);
        }
        for set in sets {
            builder
                .add(Entry {
                    ruleset: Arc::new(self.ruleset(set)),
                    trust: Trust::Foreign,
                    settings: set.settings.clone(),
                    mode: set.mode,
                    on_fault: set.on_fault,
                    exemptions: Vec::new(),
                    grants: Capability::ALL.to_vec(),
                    limits: Limits::default(),
                })
                .unwrap();
        }
        builder.build().unwrap()
    }

    pub(crate) fn engine(&self, sets: &[Set]) -> Engine {
        let catalog = self.catalog(sets, None);
        let sink = Arc::clone(&self.kept);
        Engine::new(catalog, sink, Origin::Sensor, Detail::Failing)
    }

    /// What was delivered since the last time.
    pub(crate) fn delivered(&self) -> Vec<Finding> {
        std::mem::take(&mut *self.kept.0.lock().unwrap())
    }

    fn ruleset(&self, set: &Set) -> Ruleset {
        let name = format!("{}-{}-{}", set.id, set.version, set.component);
        let path = self.directory.path().join(name);
        fs::create_dir_all(&path).unwrap();
        let definition = format!(
            "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {}\nversion: {}\ntitle: A fixture\nplugin: plugin.wasm\nsettings: {{ type: object, additionalProperties: true, properties: {{}} }}\n",
            set.id, set.version
        );
        fs::write(path.join("ruleset.yaml"), definition).unwrap();
        fs::write(path.join("plugin.wasm"), &self.components[set.component]).unwrap();
        Ruleset::open(&path).unwrap()
    }
}
