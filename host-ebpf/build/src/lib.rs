//! Builds the probes: Rust to bitcode, bitcode to one eBPF object that a kernel takes.
//!
//! Debian's rustc has the BPF target, LLVM's own `llc` writes the object, and the names in its type
//! information are rewritten to what the kernel allows. The same sources give the same bytes.

mod btf;
mod build;
mod elf;
mod error;

pub use build::build;
pub use error::BuildError;
