//! Kubernetes objects from manifests, as one inventory: rules that join objects see all of it.

mod expansion;
mod inventory;
mod manifest;
mod recognition;
mod source;
mod template;
mod walk;

pub use inventory::{Inventory, inventory_object};
pub use manifest::Manifest;
pub use recognition::{is_manifest, may_hold_manifests};
