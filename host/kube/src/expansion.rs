//! Objects inside objects: `List` kinds and admission reviews.

use merlon_yaml::{Diagnostic, Key, Node, NodeValue, Span};

use crate::recognition::{is_object, text};

/// What one document holds.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    pub(crate) objects: Vec<Object>,
    /// Place and reason.
    pub(crate) problems: Vec<(Span, String)>,
    pub(crate) notes: Vec<&'static str>,
}

/// One object, taken out of its document.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) node: Node,
    /// Where it goes when it does not say so itself.
    pub(crate) namespace: String,
}

impl Expansion {
    pub(crate) fn diagnostics(&self, whole: &str, file: &str) -> Vec<Diagnostic> {
        let told = self.problems.iter().take(crate::manifest::TOLD);
        told.map(|(span, message)| Diagnostic::error(file, whole, *span, message).code("K003"))
            .collect()
    }

    /// Adds what a document holds; a document that is no object holds nothing. Every step goes one level
    /// deeper into a tree of bounded depth.
    pub(crate) fn add(&mut self, document: Node, namespace: &str) {
        if !is_object(&document) {
            self.suspect(&document);
        } else if is_list(&document) {
            self.add_items(document, namespace);
        } else if is_review(&document) {
            self.add_review(document);
        } else {
            let namespace = namespace.to_owned();
            let node = document;
            self.objects.push(Object { node, namespace });
        }
    }

    /// Both keys are there, but no object can have such values.
    fn suspect(&mut self, document: &Node) {
        let both = ["apiVersion", "kind"].map(|name| (name, document.field(name)));
        let [(_, Some(_)), (_, Some(_))] = both else {
            return;
        };
        for (name, value) in both {
            if let Some(value) = value.filter(|value| value.text().is_none_or(str::is_empty)) {
                let found = match value.text() {
                    Some(_) => "an empty one",
                    None => value.kind(),
                };
                let message = format!("`{name}` of an object must be a text, found {found}");
                self.problems.push((value.span, message));
            }
        }
    }

    fn add_items(&mut self, list: Node, namespace: &str) {
        let kind = text(&list, "kind").to_owned();
        let defaults = kind
            .strip_suffix("List")
            .filter(|kind| !kind.is_empty())
            .map(|kind| (text(&list, "apiVersion").to_owned(), kind.to_owned()));
        let items = take(list, "items").map(|items| items.value);
        let Some(NodeValue::List(items)) = items else {
            return;
        };
        for (number, mut item) in items.into_iter().enumerate() {
            if let Some((api_version, kind)) = &defaults {
                give(&mut item, "kind", kind);
                give(&mut item, "apiVersion", api_version);
            }
            if is_object(&item) {
                self.add(item, namespace);
            } else {
                let message = format!("items[{number}] of the {kind} has no apiVersion and kind");
                self.problems.push((item.span, message));
            }
        }
    }

    fn add_review(&mut self, review: Node) {
        let Some(request) = take(review, "request") else {
            self.notes
                .push("an AdmissionReview without a request: nothing to judge");
            return;
        };
        let namespace = text(&request, "namespace").to_owned();
        let place = request.span;
        match take(request, "object") {
            Some(object) if is_object(&object) => self.add(object, &namespace),
            Some(object) if object.value != NodeValue::Null => {
                let message = "request.object of the AdmissionReview has no apiVersion and kind";
                self.problems.push((place, message.to_owned()));
            }
            _ => self
                .notes
                .push("an AdmissionReview without an object: nothing to judge"),
        }
    }
}

/// A list has no name; a resource whose kind merely ends in `List` has one.
fn is_list(document: &Node) -> bool {
    let kind = text(document, "kind");
    let no_text = |value: Option<&Node>| value.and_then(Node::text).is_none_or(str::is_empty);
    kind == "List"
        || (kind.ends_with("List")
            && no_text(document.at("metadata.name"))
            && no_text(document.at("metadata.generateName"))
            && matches!(
                document.field("items").map(|items| &items.value),
                Some(NodeValue::List(_))
            ))
}

fn is_review(document: &Node) -> bool {
    text(document, "kind") == "AdmissionReview"
        && text(document, "apiVersion").starts_with("admission.k8s.io/")
}

/// The value of a key, taken out of its map.
fn take(node: Node, wanted: &str) -> Option<Node> {
    let NodeValue::Map(entries) = node.value else {
        return None;
    };
    let entry = entries.into_iter().find(|(key, _)| key.text == wanted);
    entry.map(|(_, value)| value)
}

/// Items of a typed list, as the API server writes them, leave out what the list says.
fn give(item: &mut Node, key: &str, value: &str) {
    let span = item.span;
    if item.field(key).is_some() {
        return;
    }
    if let NodeValue::Map(entries) = &mut item.value {
        let text = key.to_owned();
        let value = NodeValue::Text(value.to_owned());
        entries.insert(0, (Key { text, span }, Node { span, value }));
    }
}
