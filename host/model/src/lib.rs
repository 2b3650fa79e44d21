//! The nouns of Merlon: events and their fields, subjects, rules, findings, verdicts.
//!
//! Everything else depends on this crate and it depends on nothing of ours: no I/O, no async.

mod chain;
mod event;
mod field;
mod file;
mod finding;
mod object;
mod process;
mod rule;
mod seam;
mod severity;
mod subject;
mod time;
mod verdict;

pub use chain::chain;
pub use event::{Body, Event, Kind, Loss};
pub use field::{Field, FieldType, Value, View, field, fields};
pub use file::{Encoding, FileEvent, FileType, Hit, Hits, ImageConfig, ImageRef, LayerRef};
pub use finding::{
    Disposition, Finding, FixPath, Location, Origin, Outcome, RulesetRef, fingerprint_input,
};
pub use object::ObjectEvent;
pub use process::{Container, ExeOrigin, Exit, Fork, Namespaces, Process, ProcessSummary};
pub use rule::{Rule, RuleId, RulesetId};
pub use seam::{Content, ContentError, FindingSink, Judge};
pub use severity::{Confidence, Severity, UnknownName};
pub use subject::{
    DeletedBy, FileSubject, ImageSubject, ObjectSubject, ParentSubject, ProcessSubject, Subject,
};
pub use time::Timestamp;
pub use verdict::{Mode, OnFault, Verdict};
