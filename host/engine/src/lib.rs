//! The one decision point: which rules apply to an event, what they answer, and what that means.
//!
//! Every source calls [`Engine`]; nothing else decides. Verdicts are combined in `combine.rs` and nowhere
//! else.

mod catalog;
mod change;
mod combine;
mod difference;
mod enabled;
mod engine;
mod error;
mod exemption;
mod filter;
mod finding;
mod memory;
mod patterns;
mod plugin;
mod policy;
mod recent;
mod rehearsal;
mod retired;
mod selection;

pub use catalog::{Catalog, CatalogBuilder, Origins};
pub use change::{Change, What};
pub use difference::{Difference, RuleDifference, Sample};
pub use enabled::{Entry, RulesetReport, Trust};
pub use engine::{Detail, Engine, Evaluation};
pub use error::EngineError;
pub use exemption::Exemption;
pub use filter::{Filter, FilterError, NumberTest, TextTest};
pub use recent::{Recent, Room};
pub use rehearsal::Rehearsal;
pub use selection::Selection;
