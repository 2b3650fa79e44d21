//! Turns a plugin crate into a WebAssembly component: finds (or installs) a toolchain that can build
//! for `wasm32-unknown-unknown`, runs cargo, wraps the core module into a component.
//!
//! `merlon plugin build` and `cargo xtask setup` both stand on this crate, so there is one way to
//! build a plugin.

mod cargo;
mod component;
pub mod debian;
mod error;
mod guest;
mod ruleset;
mod sysroot;
mod toolchain;

pub use component::encode;
pub use error::BuildError;
pub use guest::{Guest, Profile};
pub use ruleset::build_ruleset;
pub use toolchain::Toolchain;

/// The only target of Rust guests: it has no WASI import, so a guest can reach nothing that the host
/// does not lend.
pub const TARGET: &str = "wasm32-unknown-unknown";
