//! The ready files of `deploy/`, run as their hosts run them: on a tree with a leak and a broken manifest,
//! and on a clean one. Tools of the hosts (pre-commit, gitlab-ci-local, check-jsonschema) are used where
//! `cargo xtask setup` or the user put them; without one of them its test says so and skips.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the functions around the tests are tests too"
)]

mod github;
mod gitlab;
mod hook;
mod jenkins;
mod page;
mod report;
mod stage;
