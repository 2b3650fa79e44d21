//! YAML with places: a spanned tree read as Kubernetes reads it, and diagnostics that point at a line.
//!
//! Every file that a user writes comes through here and is hostile until read: depth, size and the number
//! of nodes are bounded, duplicate keys are reported, aliases cannot explode.

mod breaks;
mod diagnostic;
mod document;
mod json;
mod limits;
mod map;
mod node;
mod path;
mod scalar;
mod similar;
mod snippet;
mod tree;

pub use diagnostic::{Diagnostic, Level, Problems};
pub use document::{Documents, Part, parse, split};
pub use limits::{Budget, Limits};
pub use node::{Key, Node, NodeValue, Span};
pub use similar::did_you_mean;
