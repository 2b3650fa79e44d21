//! Kubernetes objects.

use std::sync::Arc;

use serde_json::Value;

/// An object as written in a manifest, stored in a cluster or asked for at admission.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectEvent {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for cluster-scoped objects and where the manifest names none.
    pub namespace: String,
    /// `metadata.name`, or `metadata.generateName` when there is no name.
    pub name: String,
    /// The whole object.
    pub object: Arc<Value>,
    /// The same as JSON text, written once for every plugin.
    pub json: Arc<str>,
    /// The manifest it came from, as the user named it.
    pub file: Option<Arc<str>>,
    /// Its number in the inventory, for locating paths in its manifest.
    pub index: usize,
}
