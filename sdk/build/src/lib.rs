//! Turns a plugin project into a WebAssembly component: recognises its language, finds (or installs)
//! the language's own tool, runs it, and wraps a core module into a component.
//!
//! `merlon plugin build` and `cargo xtask setup` both stand on this crate, so there is one way to
//! build a plugin.

mod adapter;
mod c;
mod cargo;
mod component;
pub mod debian;
mod error;
mod go;
mod guest;
mod javascript;
mod language;
mod producers;
mod python;
mod ruleset;
mod rust;
mod sysroot;
mod toolchain;

pub use component::encode;
pub use error::BuildError;
pub use guest::{Guest, Profile};
pub use language::Language;
pub use producers::language;
pub use ruleset::build_ruleset;
pub use toolchain::Toolchain;

/// The only target of Rust guests: it has no WASI import, so a guest can reach nothing that the host
/// does not lend.
pub const TARGET: &str = "wasm32-unknown-unknown";
