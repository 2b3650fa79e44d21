//! `verify` and `registries`: whose rulesets are taken, and how they are fetched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use merlon_yaml::{Node, NodeValue};

use super::check::Checker;

const VERIFY: [&str; 6] = [
    "key",
    "root",
    "identity",
    "identity_regexp",
    "issuer",
    "annotations",
];
const REGISTRY: [&str; 4] = ["host", "plain_http", "ca", "mirrors"];

/// Whose signature a ruleset must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verify {
    pub(crate) signer: Signer,
    /// What the signed payload must say besides.
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Who may have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signer {
    /// The holder of the private half of this key.
    Key(PathBuf),
    /// Who a certificate below this root names.
    Keyless {
        root: PathBuf,
        identity: Identity,
        issuer: String,
    },
}

/// A name in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    Exact(String),
    Regexp(String),
}

/// How one registry is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Registry {
    /// `registry.example:5000`.
    pub(crate) host: String,
    /// Without TLS; on loopback both are tried when nothing is said.
    pub(crate) plain_http: Option<bool>,
    /// Certificates that it may use besides the system's, PEM.
    pub(crate) ca: Option<PathBuf>,
    /// Hosts that are asked first.
    pub(crate) mirrors: Vec<String>,
}

impl Verify {
    /// Paths are written as seen from the configuration file.
    pub(super) fn relative_to(&mut self, directory: &Path) {
        let path = match &mut self.signer {
            Signer::Key(path) => path,
            Signer::Keyless { root, .. } => root,
        };
        *path = directory.join(&*path);
    }
}

impl Checker<'_> {
    pub(super) fn verify(&mut self, node: &Node) -> Option<Verify> {
        self.keys(node, &VERIFY, "verify");
        let mut field = |key: &str| {
            node.field(key)
                .and_then(|value| self.text(value, key))
                .map(str::to_owned)
        };
        let (key, root, issuer) = (field("key"), field("root"), field("issuer"));
        let exact = field("identity").map(Identity::Exact);
        let identity = exact.or_else(|| field("identity_regexp").map(Identity::Regexp));
        let annotations = node
            .field("annotations")
            .map(|annotations| self.annotations(annotations))
            .unwrap_or_default();
        let signer = match (key, root, identity, issuer) {
            (Some(key), None, None, None) => Signer::Key(key.into()),
            (None, Some(root), Some(identity), Some(issuer)) => Signer::Keyless {
                root: root.into(),
                identity,
                issuer,
            },
            _ => {
                let hint = "write { key: cosign.pub }, or { root: trusted_root.json, identity: WHO, issuer: URL }";
                let message = "verify says either whose key or whose certificate is trusted";
                self.report(node.span, message, Some(hint.to_owned()));
                return None;
            }
        };
        Some(Verify {
            signer,
            annotations,
        })
    }

    fn annotations(&mut self, node: &Node) -> BTreeMap<String, String> {
        let mut annotations = BTreeMap::new();
        if !matches!(node.value, NodeValue::Map(_)) {
            self.report(node.span, "annotations are a map of texts", None);
        }
        for (key, value) in node.entries() {
            if let Some(text) = self.text(value, "an annotation") {
                annotations.insert(key.text.clone(), text.to_owned());
            }
        }
        annotations
    }

    pub(super) fn registries(&mut self, node: &Node) -> Vec<Registry> {
        let mut registries = Vec::new();
        for item in self.list(node, "registries") {
            self.keys(item, &REGISTRY, "a registry");
            let Some(host) = item.field("host") else {
                let hint = Some("write `host: registry.example:5000`".to_owned());
                self.report(item.span, "a registry needs its host", hint);
                continue;
            };
            let Some(host) = self.text(host, "host") else {
                continue;
            };
            registries.push(Registry {
                host: host.to_owned(),
                plain_http: item
                    .field("plain_http")
                    .and_then(|value| self.flag(value, "plain_http")),
                ca: item
                    .field("ca")
                    .and_then(|value| self.text(value, "ca"))
                    .map(PathBuf::from),
                mirrors: self.mirrors(item),
            });
        }
        registries
    }

    fn mirrors(&mut self, item: &Node) -> Vec<String> {
        let Some(mirrors) = item.field("mirrors") else {
            return Vec::new();
        };
        let nodes = self.list(mirrors, "mirrors");
        nodes
            .iter()
            .filter_map(|mirror| self.text(mirror, "a mirror"))
            .map(str::to_owned)
            .collect()
    }

    fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        let value = node.to_json().as_bool();
        if value.is_none() {
            let message = format!("{what} is true or false, not {}", node.kind());
            self.report(node.span, message, None);
        }
        value
    }
}
