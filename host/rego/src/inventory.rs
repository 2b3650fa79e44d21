//! `data.inventory`: every object, as a list and in Gatekeeper's layout.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use crate::document;

/// Kinds that have no namespace; an object of another kind that names none is in `default`.
const CLUSTER_KINDS: [&str; 19] = [
    "APIService",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ComponentStatus",
    "CSIDriver",
    "CSINode",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
];

type Tree = BTreeMap<Value, Value>;

/// The value of `data.inventory`. An object nested too deep is left out, as it is judged by nobody.
pub(crate) fn value(objects: &[Arc<serde_json::Value>]) -> Value {
    let mut list = Vec::with_capacity(objects.len());
    let mut cluster = BTreeMap::<[&str; 2], Tree>::new();
    let mut namespaced = BTreeMap::<&str, BTreeMap<[&str; 2], Tree>>::new();
    for json in objects {
        let Some(value) = document::value(json) else {
            continue;
        };
        let version = document::text(json, &["apiVersion"]);
        let kind = document::text(json, &["kind"]);
        let name = Value::from(document::text(json, &["metadata", "name"]));
        let kinds = match document::text(json, &["metadata", "namespace"]) {
            "" if CLUSTER_KINDS.contains(&kind) => &mut cluster,
            "" => namespaced.entry("default").or_default(),
            namespace => namespaced.entry(namespace).or_default(),
        };
        kinds
            .entry([version, kind])
            .or_default()
            .insert(name, value.clone());
        list.push(value);
    }
    let namespaces = namespaced
        .into_iter()
        .map(|(namespace, kinds)| (Value::from(namespace), by_version(kinds)))
        .collect::<Tree>();
    document::object([
        ("objects", Value::from(list)),
        ("cluster", by_version(cluster)),
        ("namespace", Value::from(namespaces)),
    ])
}

fn by_version(kinds: BTreeMap<[&str; 2], Tree>) -> Value {
    let mut versions = BTreeMap::<&str, Tree>::new();
    for ([version, kind], names) in kinds {
        versions
            .entry(version)
            .or_default()
            .insert(Value::from(kind), Value::from(names));
    }
    Value::from(
        versions
            .into_iter()
            .map(|(version, kinds)| (Value::from(version), Value::from(kinds)))
            .collect::<Tree>(),
    )
}
