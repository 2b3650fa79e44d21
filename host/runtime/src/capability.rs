//! What the host lends to plugins: one file each. A capability that was not granted is not linked, so
//! that its absence is the sandbox, not a check.

pub(crate) mod content;
pub(crate) mod kubernetes;
pub(crate) mod log;
pub(crate) mod process;
pub(crate) mod ruleset;
pub(crate) mod state;

use merlon_artifact::Capability;
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
