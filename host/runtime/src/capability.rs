//! What the host lends to plugins: one file each. Of a capability that was not granted, nothing is linked
//! but functions that end the call, so that its absence is the sandbox, not a check.

pub(crate) mod content;
pub(crate) mod kubernetes;
pub(crate) mod log;
pub(crate) mod process;
pub(crate) mod ruleset;
pub(crate) mod state;

use merlon_artifact::Capability;
use wasmtime::Engine;
use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{HasSelf, Linker};

use crate::bindings::merlon::plugin as interface;
use crate::call::Call;

/// The interfaces by their names in a component's import section.
pub(crate) const INTERFACES: [(&str, Capability); 6] = [
    ("merlon:plugin/log@0.1.0", Capability::Log),
    ("merlon:plugin/ruleset@0.1.0", Capability::Ruleset),
    ("merlon:plugin/content@0.1.0", Capability::Content),
    ("merlon:plugin/process@0.1.0", Capability::Process),
    ("merlon:plugin/kubernetes@0.1.0", Capability::Kubernetes),
    ("merlon:plugin/state@0.1.0", Capability::State),
];

/// Types only; every component imports it.
pub(crate) const TYPES: &str = "merlon:plugin/types@0.1.0";

/// Links one capability.
pub(crate) fn link(linker: &mut Linker<Call>, capability: Capability) -> wasmtime::Result<()> {
    match capability {
        Capability::Log => interface::log::add_to_linker::<_, HasSelf<_>>(linker, |call| call),
        Capability::Ruleset => {
            interface::ruleset::add_to_linker::<_, HasSelf<_>>(linker, |call| call)
        }
        Capability::Content => {
            interface::content::add_to_linker::<_, HasSelf<_>>(linker, |call| call)
        }
        Capability::Process => {
            interface::process::add_to_linker::<_, HasSelf<_>>(linker, |call| call)
        }
        Capability::Kubernetes => {
            interface::kubernetes::add_to_linker::<_, HasSelf<_>>(linker, |call| call)
        }
        Capability::State => interface::state::add_to_linker::<_, HasSelf<_>>(linker, |call| call),
    }
}

/// A capability was called that was not granted.
#[derive(Debug, thiserror::Error)]
#[error(
    "it called `{name}`, which it was not granted; a ruleset asks for it with `requires: {{ capabilities: [{name}] }}`"
)]
struct NotGranted {
    name: &'static str,
}

/// Stands in for a capability that was not granted.
pub(crate) fn refuse(
    linker: &mut Linker<Call>,
    engine: &Engine,
    (interface, capability): (&str, Capability),
    imported: &ComponentInstance,
) -> wasmtime::Result<()> {
    let name = capability.name();
    let mut instance = linker.instance(interface)?;
    for (function, item) in imported.exports(engine) {
        if let ComponentItem::ComponentFunc(_) = item.ty {
            instance.func_new(function, move |_, _, _, _| {
                Err(wasmtime::Error::new(NotGranted { name }))
            })?;
        }
    }
    Ok(())
}
