//! Files and container images as events.
//!
//! A target is read once, front to back, in bounded memory: every file meets the patterns while its
//! bytes pass, and becomes one event for the judge. An image is read from its uppermost layer down, so
//! that it is known of every file whether a container would see it.

mod archive;
mod base;
mod batch;
mod config_texts;
mod content;
mod digest;
mod directory;
mod docker;
mod document;
mod error;
mod file;
mod image;
mod layer;
mod layout;
mod limits;
mod listing;
mod manifest;
mod member;
mod memory;
mod pieces;
mod progress;
mod remote;
mod scanner;
mod shadow;
mod stats;
mod store;
mod tar;
mod tar_header;
mod target;
mod turns;
mod unpack;

pub use error::ScanError;
pub use file::file_type;
pub use limits::Limits;
pub use progress::{Advance, Progress, Silent};
pub use scanner::{Demand, Scanner};
pub use stats::{Problem, Stats};
pub use target::Target;
