//! Registries that lie, break and never end: each costs a bounded time and memory, and gets a clear error.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on panics"
)]

mod artifact;
mod bodies;
mod callers;
mod copies;
mod listings;
mod manifests;
#[path = "../support/mod.rs"]
mod support;
