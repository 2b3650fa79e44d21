//! What `wit/merlon.wit` says, in Rust: made once by `cargo xtask bless` and shipped, so that a plugin
//! compiles without the generator. Authors rarely need it; a plugin that must answer with something the
//! SDK would refuse does.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::allow_attributes_without_reason,
    reason = "the generator writes this module"
)]

include!("generated.rs");
