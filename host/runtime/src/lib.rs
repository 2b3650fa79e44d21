//! Runs plugin components: compile once, describe once, evaluate batches under limits.
//!
//! A plugin can do nothing that it was not granted, and nothing that it does lasts longer than its
//! deadline, takes more than its memory or says more than its share. What goes wrong inside is a
//! [`Fault`] of that plugin and of nobody else.

mod answer;
mod batch;
mod bindings;
mod cache;
mod call;
mod capability;
mod described;
mod error;
mod instance;
mod limits;
mod manifest;
mod plugin;
mod runtime;
mod wasi;

pub use answer::Answer;
pub use batch::encode_only;
pub use capability::log::LogLine;
pub use capability::state::StateStore;
pub use error::{Fault, LoadError};
pub use limits::Limits;
pub use manifest::{Manifest, Pattern, PatternSource, Subscription};
pub use plugin::{Counters, Evaluated, Plugin};
pub use runtime::{PluginSpec, Runtime};
