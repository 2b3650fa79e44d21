//! The rules on real input: the host's matcher looks for the patterns, the plugin judges, and no finding
//! repeats a secret.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod cases;
mod rules;
mod scanner;
mod settings;
