//! Directories and saved images become events, and hostile ones become problems.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod bombs;
mod directories;
mod hostile;
mod image_builder;
mod images;
mod layers;
mod members;
mod packages;
mod recorder;
mod registries;
#[path = "../../../registry/tests/support/server.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod server;
mod tarball;
mod tools;
mod zipball;
