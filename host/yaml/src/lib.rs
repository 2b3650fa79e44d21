//! YAML with places: a spanned tree read as Kubernetes reads it, and diagnostics that point at a line.
//!
//! Every file that a user writes comes through here and is hostile until read: depth, size and the number
//! of nodes are bounded, duplicate keys are refused, aliases cannot explode.

mod diagnostic;
mod document;
mod node;
mod path;
mod scalar;
mod similar;

pub use diagnostic::{Diagnostic, Level, Problems};
pub use document::{Documents, Limits, parse};
pub use node::{Key, Node, NodeValue, Span};
pub use similar::did_you_mean;
