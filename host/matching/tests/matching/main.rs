//! What the pass finds, and what hostile patterns and files cost.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod agreement;
mod kept;
mod limits;
mod secrets;
