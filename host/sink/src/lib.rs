//! Where findings go: one small file per format, a sink that streams and one that collects.
//!
//! What is written comes from hostile input: nothing reaches a terminal or an XML file unescaped.

mod collector;
mod field;
mod format;
mod gitlab;
mod json;
mod jsonl;
mod junit;
mod place;
mod report;
mod sarif;
mod style;
mod summary;
mod suppression;
mod table;
mod text;

pub use collector::{Collected, Collector, sort};
pub use format::{Format, write};
pub use jsonl::JsonlSink;
pub use place::group as place;
pub use report::{Report, ReportError};
pub use style::{Color, Exempted, Style};
pub use summary::{Counts, LeftOut, RulesetUse, Severities, Summary};
pub use suppression::{UnusedSuppression, Useless};
