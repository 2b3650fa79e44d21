//! The formats and the sinks, seen from outside.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod formats;
mod junit;
mod report;
mod sinks;
