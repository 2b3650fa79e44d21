//! What `wit/merlon.wit` says, in Rust, generated while this crate compiles. Authors rarely need it;
//! a plugin that must answer with something the SDK would refuse does.

#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    unused_qualifications,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::allow_attributes_without_reason,
    reason = "the generator writes this module"
)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
    pub_export_macro: true,
    default_bindings_module: "merlon_sdk::bindings",
    additional_derives: [PartialEq],
});
