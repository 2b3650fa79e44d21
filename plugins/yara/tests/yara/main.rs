//! The plugin as the host sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod behaviour;
mod host;
mod malware;
#[path = "../../../secrets/tests/agreement/real.rs"]
mod real;
mod soundness;
