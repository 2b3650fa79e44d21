//! Objects of one text: multi-document YAML, JSON, `List` kinds and admission reviews.

use std::sync::Arc;

use merlon_model::ObjectEvent;
use merlon_yaml::{Diagnostic, Documents, Limits, Node, NodeValue, parse};

/// One object and where it was written.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The object.
    pub object: ObjectEvent,
    /// The same with places.
    pub node: Arc<Node>,
}

/// Lists inside lists; Kubernetes itself has one level.
const NESTED_LISTS: u32 = 4;

/// What a text holds: objects, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) notes: Vec<Diagnostic>,
}

/// Reads the objects of a text. What is no object (no `apiVersion` and `kind`) is no manifest and no error.
#[must_use]
pub fn read_text(text: &str, file: &str) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let texts = read(text, file);
    (texts.manifests, texts.problems)
}

pub(crate) fn read(text: &str, file: &str) -> Texts {
    let mut texts = Texts::default();
    if is_template(text) {
        texts.notes.push(Diagnostic::note(
            file,
            "a template, not a manifest: skipped",
        ));
        return texts;
    }
    let Documents {
        documents,
        problems,
    } = parse(text, file, &Limits::default());
    let name: Arc<str> = file.into();
    let mut seen_object = false;
    for document in documents {
        if is_kustomization(&document) {
            texts.notes.push(Diagnostic::note(
                file,
                "a kustomization, not a manifest: skipped",
            ));
            continue;
        }
        seen_object |= is_object(&document);
        expand(document, &name, 0, &mut texts.manifests);
    }
    // A broken file that has nothing to do with Kubernetes is somebody else's problem.
    if seen_object || looks_like_manifest(text) {
        texts.problems = problems;
    }
    texts
}

/// Helm and friends: `{{ ... }}` outside of quotes and comments cannot be read before it is rendered.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.lines().any(|line| {
        let code = line.trim_start();
        let Some(at) = code.find("{{") else {
            return false;
        };
        let before = code.get(..at).unwrap_or("");
        let quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
        // A flow map inside a flow map is the only YAML that begins so, and nobody writes it that way.
        !code.starts_with('#') && !quoted && code.contains("}}") && at_value(before)
    })
}

/// A template stands where a value, a key or an item may stand; in the middle of a text it is text.
fn at_value(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with([':', '-', '/', '='])
}

fn looks_like_manifest(text: &str) -> bool {
    let has = |key: &str| {
        text.lines().any(|line| {
            line.trim_start_matches([' ', '{', '-', '"'])
                .starts_with(key)
        })
    };
    has("apiVersion") && has("kind")
}

fn is_kustomization(document: &Node) -> bool {
    let api = document
        .field("apiVersion")
        .and_then(Node::text)
        .unwrap_or("");
    api.starts_with("kustomize.config.k8s.io/")
}

fn is_object(document: &Node) -> bool {
    let has = |key| {
        document
            .field(key)
            .and_then(Node::text)
            .is_some_and(|text| !text.is_empty())
    };
    has("apiVersion") && has("kind")
}

fn expand(document: Node, file: &Arc<str>, depth: u32, into: &mut Vec<Manifest>) {
    if !is_object(&document) || depth > NESTED_LISTS {
        return;
    }
    let kind = document.field("kind").and_then(Node::text).unwrap_or("");
    let inner = if kind.ends_with("List") {
        take(document.clone(), &["items"])
    } else if kind == "AdmissionReview" {
        take(document.clone(), &["request", "object"])
    } else {
        None
    };
    match inner.map(|node| node.value) {
        Some(NodeValue::List(items)) => {
            for item in items {
                expand(item, file, depth + 1, into);
            }
        }
        Some(NodeValue::Map(entries)) => {
            let span = entries.first().map(|(key, _)| key.span).unwrap_or_default();
            expand(
                Node {
                    span,
                    value: NodeValue::Map(entries),
                },
                file,
                depth + 1,
                into,
            );
        }
        _ => into.push(manifest(document, file)),
    }
}

/// The node below a path of keys, taken out of its tree.
fn take(node: Node, keys: &[&str]) -> Option<Node> {
    let mut node = node;
    for wanted in keys {
        let NodeValue::Map(entries) = node.value else {
            return None;
        };
        node = entries.into_iter().find(|(key, _)| key.text == *wanted)?.1;
    }
    Some(node)
}

fn manifest(document: Node, file: &Arc<str>) -> Manifest {
    let text = |path: &str| {
        document
            .at(path)
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned()
    };
    let value = document.to_json();
    let name = match text("metadata.name") {
        name if name.is_empty() => text("metadata.generateName"),
        name => name,
    };
    let object = ObjectEvent {
        api_version: text("apiVersion"),
        kind: text("kind"),
        namespace: text("metadata.namespace"),
        name,
        json: value.to_string().into(),
        object: Arc::new(value),
        file: Some(Arc::clone(file)),
        index: 0,
    };
    Manifest {
        object,
        node: Arc::new(document),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let (manifests, _) = read_text(text, "x.yaml");
        manifests
            .iter()
            .map(|m| format!("{}/{}", m.object.kind, m.object.name))
            .collect()
    }

    #[test]
    fn lists_are_expanded_and_reviews_unwrapped() {
        let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n";
        assert_eq!(names(list), ["Pod/a", "Pod/b"]);
        let review = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"}}}}"#;
        assert_eq!(names(review), ["Pod/c"]);
    }

    #[test]
    fn what_is_no_object_is_no_manifest_and_no_error() {
        let (manifests, problems) = read_text("services:\n  web: [1\n", "compose.yaml");
        assert!(manifests.is_empty() && problems.is_empty());
    }

    #[test]
    fn a_broken_manifest_is_a_problem() {
        let (_, problems) = read_text("apiVersion: v1\nkind: Pod\nmetadata: [\n", "x.yaml");
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn templates_are_told_from_texts_that_hold_braces() {
        assert!(is_template("name: {{ .Values.name }}\n"));
        assert!(is_template("{{- if .Values.x }}\na: 1\n{{- end }}\n"));
        assert!(!is_template("summary: \"{{ $labels.pod }} is down\"\n"));
        assert!(!is_template("# {{ x }}\na: 1\n"));
        assert!(!is_template("message: pod {{ $labels.pod }} is down\n"));
    }

    #[test]
    fn booleans_are_read_as_kubernetes_reads_them() {
        let (manifests, _) = read_text(
            "apiVersion: v1\nkind: Pod\nspec: {hostPID: yes}\n",
            "x.yaml",
        );
        let object = &manifests.first().unwrap().object.object;
        assert_eq!(
            object.pointer("/spec/hostPID"),
            Some(&serde_json::json!(true))
        );
    }
}
