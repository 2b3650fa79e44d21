//! What is a manifest: told from names, from text, and from a tree.

use std::path::Path;

use merlon_yaml::{Node, split};

/// Deeper than this a line is not a field of the object itself.
const INDENT: usize = 4;

/// Does the name say that the file may hold manifests?
#[must_use]
pub fn may_hold_manifests(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"))
}

/// Does the text look as if it holds a Kubernetes object? Told from its lines, so that a broken manifest is
/// recognised too; whether it is one is known when it is read.
#[must_use]
pub fn is_manifest(text: &str) -> bool {
    // Keys can be written with escapes, but not by anybody who writes a manifest that is broken.
    names_both(text) && split(text).iter().any(|part| looks_like_object(part.text))
}

/// Can reading the text bring an object to light? Kubernetes also reads keys that are written with escapes.
pub(crate) fn worth_reading(text: &str) -> bool {
    names_both(text) || text.contains('\\')
}

/// Could a document that cannot be read be an object for Kubernetes? Better one word too many than a
/// manifest that nobody judges: Kubernetes reads some texts that our parser refuses.
pub(crate) fn may_be_object(document: &str) -> bool {
    let escaped_key = |line: &str| {
        let key = line.trim_start().strip_prefix('"');
        key.and_then(|key| key.split_once("\":"))
            .is_some_and(|(key, _)| key.contains('\\'))
    };
    names_both(document) || document.lines().any(escaped_key)
}

fn names_both(text: &str) -> bool {
    text.contains("apiVersion") && text.contains("kind")
}

fn looks_like_object(document: &str) -> bool {
    if document.trim_start().starts_with('{') {
        return names_both(document);
    }
    let has = |key: &str| document.lines().any(|line| has_key(line, key));
    has("apiVersion") && has("kind")
}

fn has_key(line: &str, key: &str) -> bool {
    // A document may begin on the line of its `---`.
    let line = line
        .trim_start_matches("---")
        .trim_start_matches('\u{feff}');
    let code = line.trim_start();
    line.len() - code.len() < INDENT
        && code
            .trim_start_matches(['"', '\''])
            .strip_prefix(key)
            .is_some_and(|rest| {
                rest.trim_start_matches(['"', '\''])
                    .trim_start()
                    .starts_with(':')
            })
}

/// Names that say what a file is before it is read.
pub(crate) fn is_kustomization_file(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| {
        matches!(
            name,
            "kustomization.yaml" | "kustomization.yml" | "Kustomization"
        )
    })
}

pub(crate) fn is_kustomization(document: &Node) -> bool {
    text(document, "apiVersion").starts_with("kustomize.config.k8s.io/")
}

pub(crate) fn is_object(document: &Node) -> bool {
    !text(document, "apiVersion").is_empty() && !text(document, "kind").is_empty()
}

/// The text of a key, empty when there is none.
pub(crate) fn text<'n>(document: &'n Node, key: &str) -> &'n str {
    document.field(key).and_then(Node::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_told_from_other_yaml_even_when_it_is_broken() {
        for text in [
            "apiVersion: v1\nkind: Pod\n",
            "# x\n---\nkind : Pod\n\"apiVersion\": v1\nspec: [\n",
            "a: 1\n---\n  apiVersion: v1\n  kind: Pod\n",
            "{\"kind\": \"Pod\", \"apiVersion\": \"v1\"",
            "--- \napiVersion: v1\r\nkind: Pod\r\n",
        ] {
            assert!(is_manifest(text), "{text}");
        }
        for text in [
            "apiVersion: v2\nname: chart\n",
            "apiVersion: v1\n---\nkind: Pod\n",
            "values:\n    apiVersion: v1\n    kind: Pod\n",
            "the kind of apiVersion: none\n",
            "",
        ] {
            assert!(!is_manifest(text), "{text}");
        }
    }
}
