//! Real registries and tools: what they store is read, what is stored is read by them.
//!
//! Nothing here is needed by the product: a counterpart that is absent is skipped, with a line that
//! says so.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

mod cosign;
mod guarded;
mod layouts;
mod oras;
#[path = "../support/mod.rs"]
mod support;
mod table;
