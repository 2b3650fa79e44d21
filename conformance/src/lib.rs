//! The contract as data, and the harness that runs it: rulesets made on the spot, events made of nothing,
//! an engine that judges them.

mod events;
mod host;
pub mod suite;

pub use events::{exec, file, object};
pub use host::{FixtureError, Host, Set, component};
