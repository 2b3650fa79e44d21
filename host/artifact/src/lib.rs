//! Rulesets as directories, as files of the binary and as files that were carried here: read, checked,
//! digested.
//!
//! A ruleset comes from a stranger. Its paths stay inside its directory, its files and their number
//! have caps, and everything that is wrong with its `ruleset.yaml` is said at once.

mod capability;
mod definition;
mod digest;
mod document;
mod error;
mod files;
mod folder;
mod limits;
mod pattern;
mod reading;
mod requires;
mod rules;
mod ruleset;
mod settings;
mod source;

pub use capability::Capability;
pub use definition::Definition;
pub use document::{Document, Spanned};
pub use error::ArtifactError;
pub use files::{Files, is_hidden};
pub use limits::{ByteSize, QuantityError, RulesetLimits, format_duration, parse_duration};
pub use requires::{capabilities, limits};
pub use ruleset::Ruleset;
pub use settings::SettingsProblem;
pub use source::{COUNT_CAP, EmbeddedFiles, FILE_CAP, PLUGIN_CAP, TOTAL_CAP};
