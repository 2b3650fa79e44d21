//! The plugin as the host sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod behaviour;
mod host;
mod soundness;
