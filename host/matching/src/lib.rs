//! One pass over the bytes of a file for every pattern that any plugin declared.
//!
//! Every pattern is reduced to literals of which one must be present; one automaton looks for all of
//! them, and a pattern's own expression runs only in a window around such a place.

mod analysis;
mod compile;
mod compiled;
mod cover;
mod decode;
mod expression;
mod glob;
mod gram;
mod literals;
mod pass;
mod pattern;
mod place;
mod scratch;
mod set;
mod stream;

pub use analysis::Analyses;
pub use decode::{DecodeBudget, DecodeScratch, Decoded, Decoding};
pub use pattern::{Budget, CaseRule, Detail, Pattern, Reason, Refusal, Source};
pub use scratch::Scratch;
pub use set::{PatternSet, Ungated};
pub use stream::Stream;
