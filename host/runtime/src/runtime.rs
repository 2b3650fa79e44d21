//! The component host: one engine, one clock for deadlines, one cache of compiled code.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use merlon_artifact::{Capability, Ruleset};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine};

use crate::cache::Cache;
use crate::call::Call;
use crate::capability::{self, INTERFACES, TYPES};
use crate::described;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::wasi;

/// How often the epoch advances: the precision of every deadline.
pub(crate) const TICK: Duration = Duration::from_millis(5);
/// Native stack a guest may use; threads that call plugins have 2 MiB or more.
const GUEST_STACK: usize = 512 << 10;

/// How components and core modules begin.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// What to load and what to lend it.
pub struct PluginSpec<'a> {
    /// The ruleset that the plugin belongs to.
    pub ruleset: &'a Arc<Ruleset>,
    /// The component.
    pub component: &'a [u8],
    /// What it may do.
    pub grants: &'a [Capability],
    /// JSON, already checked against the ruleset's schema.
    pub settings: &'a str,
    /// Settings of the instances that follow the one that was described, where they differ: what that one
    /// checked need not be checked again.
    pub settings_again: Option<&'a str>,
    /// What it may use.
    pub limits: Limits,
}

/// The component host.
pub struct Runtime {
    engine: Engine,
    cache: Option<Cache>,
}

impl Runtime {
    /// Starts the host. Without a cache directory every plugin is compiled at load.
    ///
    /// # Errors
    /// When the engine does not start, or the cache directory cannot be trusted.
    pub fn start(cache: Option<&Path>) -> Result<Self, LoadError> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        config.max_wasm_stack(GUEST_STACK);
        let engine = Engine::new(&config).map_err(LoadError::Runtime)?;
        let ticker = engine.weak();
        thread::Builder::new()
            .name("epoch".to_owned())
            .spawn(move || {
                while let Some(engine) = ticker.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    thread::sleep(TICK);
                }
            })
            .map_err(|source| LoadError::Runtime(wasmtime::Error::new(source)))?;
        let cache = match cache {
            Some(path) => Some(
                Cache::open(path, &engine).map_err(|source| LoadError::Cache {
                    path: path.to_owned(),
                    source,
                })?,
            ),
            None => None,
        };
        Ok(Self { engine, cache })
    }

    /// Compiles (or takes from the cache), links what was granted, and asks the plugin to describe itself.
    ///
    /// # Errors
    /// Names the plugin and what is wrong with it.
    pub fn load(&self, spec: &PluginSpec<'_>) -> Result<Plugin, LoadError> {
        let id = spec.ruleset.definition.id.as_str();
        let component =
            self.compile(spec.component)
                .map_err(|source| LoadError::NotAComponent {
                    plugin: id.to_string(),
                    source,
                })?;
        let linker = self.link(spec, &component)?;
        let pre = linker
            .instantiate_pre(&component)
            .and_then(crate::instance::prepare)
            .map_err(|source| LoadError::WrongInterface {
                plugin: id.to_string(),
                source,
            })?;
        let imports = component.component_type();
        let imports = imports.imports(&self.engine);
        let imports = imports.map(|(name, _)| name.to_owned()).collect();
        let key = described::key(spec);
        let cached = self.cache.as_ref().and_then(|cache| cache.described(key));
        if let Some(described) = cached {
            return Ok(Plugin::new((pre, imports), spec, described, None));
        }
        let (described, instance) = Plugin::describe(&pre, spec)?;
        if let Some(cache) = &self.cache {
            cache.keep_described(key, &described);
        }
        Ok(Plugin::new((pre, imports), spec, described, Some(instance)))
    }

    /// What was worked out before and kept under this name.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.cache.as_ref()?.kept(name)
    }

    /// Keeps what was worked out, where there is a cache; a name says all that it depends on.
    pub fn keep(&self, name: &str, bytes: &[u8]) {
        if let Some(cache) = &self.cache {
            cache.keep(name, bytes);
        }
    }

    /// Compiles a component, or takes it from the cache.
    ///
    /// # Errors
    /// When the bytes are not a component.
    pub fn compile(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        // The parser answers this with a dump of bytes.
        if !bytes.starts_with(COMPONENT) {
            return Err(wasmtime::Error::msg(if bytes.starts_with(MODULE) {
                "it is a core module; `merlon plugin build` makes a component of it"
            } else {
                "it is no WebAssembly at all"
            }));
        }
        match &self.cache {
            Some(cache) => cache.component(&self.engine, bytes),
            None => Component::new(&self.engine, bytes),
        }
    }

    /// What was granted is lent; the rest of our interfaces is there and may not be called, for a
    /// language may import all that there is; WASI reaches nothing.
    fn link(
        &self,
        spec: &PluginSpec<'_>,
        component: &Component,
    ) -> Result<Linker<Call>, LoadError> {
        let plugin = spec.ruleset.definition.id.as_str();
        let wrong = |source| LoadError::WrongInterface {
            plugin: plugin.to_owned(),
            source,
        };
        for asked in &spec.ruleset.definition.capabilities {
            if !spec.grants.contains(asked) {
                return Err(LoadError::NotGranted {
                    plugin: plugin.to_owned(),
                    capability: asked.name(),
                    grant: line(spec),
                });
            }
        }
        let mut linker = Linker::new(&self.engine);
        for (name, item) in component.component_type().imports(&self.engine) {
            let ours = INTERFACES.iter().find(|(known, _)| *known == name);
            match (ours, &item.ty) {
                _ if name == TYPES => {}
                (Some((_, capability)), _) if spec.grants.contains(capability) => {
                    capability::link(&mut linker, *capability).map_err(wrong)?;
                }
                (Some((_, capability)), ComponentItem::ComponentInstance(imported)) => {
                    capability::refuse(&mut linker, &self.engine, (name, *capability), imported)
                        .map_err(wrong)?;
                }
                (None, ComponentItem::ComponentInstance(imported)) if wasi::is_wasi(name) => {
                    wasi::link(&mut linker, &self.engine, name, imported).map_err(wrong)?;
                }
                _ => {
                    return Err(LoadError::UnknownImport {
                        plugin: plugin.to_owned(),
                        import: name.to_owned(),
                    });
                }
            }
        }
        Ok(linker)
    }
}

/// What the operator would write to grant all that the ruleset asks for.
fn line(spec: &PluginSpec<'_>) -> String {
    let asked = spec.ruleset.definition.capabilities.iter();
    let names: Vec<&str> = asked.map(|capability| capability.name()).collect();
    format!("grant: [{}]", names.join(", "))
}
