//! Everything a Merlon plugin needs: rules, subscriptions, a view of the rows, findings, and what the
//! host lends. Implement [`Plugin`], write [`plugin!`], compile for `wasm32-unknown-unknown`.
//!
//! On every other target the host is a fake that the test owns ([`test::Harness`]), so `cargo test`
//! runs a plugin without WebAssembly. `README.md` has a first detection.

pub mod batch;
pub mod bindings;
pub mod column;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
pub mod finding;
pub mod host;
pub mod instance;
pub mod manifest;
pub mod memo;
pub mod plugin;
pub mod rule;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;

pub use batch::{Batch, Hit, Row};
pub use bindings::merlon::plugin::types::{Confidence, Manifest, Outcome, Pattern, Rule, Severity};
pub use column::{Symbol, TextColumn};
pub use finding::Finding;
pub use memo::Memo;
pub use plugin::Plugin;
pub use serde_json as json;

/// What nearly every plugin imports.
pub mod prelude {
    pub use crate::host::{content, kubernetes, log, process, ruleset, state};
    pub use crate::{
        Batch, Confidence, Finding, Hit, Manifest, Memo, Outcome, Pattern, Plugin, Row, Rule,
        Severity, Symbol,
    };
}
