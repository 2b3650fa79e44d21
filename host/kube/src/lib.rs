//! Kubernetes objects from manifests, as one inventory: rules that join objects see all of it.

mod inventory;
mod manifest;
mod walk;

pub use inventory::{Inventory, inventory_object};
pub use manifest::{Manifest, is_template, read_text};
