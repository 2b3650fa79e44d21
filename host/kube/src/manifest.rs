//! Objects of one text: multi-document YAML, JSON, `List` kinds and admission reviews.

use std::sync::Arc;

use merlon_model::ObjectEvent;
use merlon_yaml::{Budget, Diagnostic, Node, Part, split};

use crate::expansion::{Expansion, Object};
use crate::recognition::{is_kustomization, is_object, may_be_object, worth_reading};
use crate::template;

/// Problems of one file that are told.
pub(crate) const TOLD: usize = 50;
/// The code of a key that stands twice: the document is still whole.
const DUPLICATE: &str = "Y002";

/// One object and where it was written.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The object.
    pub object: ObjectEvent,
    /// The same with places.
    pub node: Arc<Node>,
}

/// What a text holds: objects, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) notes: Vec<Diagnostic>,
    objects: usize,
    templates: usize,
}

/// Reads the objects of a text. What is no object (no `apiVersion` and `kind`) is no manifest and no error.
pub(crate) fn read(text: &str, file: &str, budget: &mut Budget) -> Texts {
    let mut texts = Texts::default();
    if !worth_reading(text) {
        return texts;
    }
    let name: Arc<str> = file.into();
    for part in split(text) {
        texts.add(&part, &name, text, budget);
        if texts.problems.len() >= TOLD {
            let message = "more problems than are told, the rest of the file was not read";
            texts.problems.push(Diagnostic::about(file, message));
            break;
        }
    }
    texts.note_templates(file);
    texts
}

impl Texts {
    fn add(&mut self, part: &Part<'_>, file: &Arc<str>, whole: &str, budget: &mut Budget) {
        let read = part.read(file, budget);
        let objects = self.objects;
        let mut seen = false;
        let mut template = read.braced.iter().any(|text| template::is_expression(text));
        for document in read.documents {
            if is_kustomization(&document) {
                let message = "a kustomization, not a manifest: skipped";
                self.notes.push(Diagnostic::note(file, message));
            } else if template {
                seen |= is_object(&document);
            } else {
                self.expand(document, file, whole);
            }
        }
        // A broken text that has nothing to do with Kubernetes is somebody else's problem.
        if seen || self.objects > objects || may_be_object(part.text) {
            let broken = read.problems.iter().any(|p| p.code != DUPLICATE);
            template |= broken && template::breaks(part.text);
            if !template {
                self.problems.extend(read.problems);
            }
            self.templates += usize::from(template);
        }
    }

    fn expand(&mut self, document: Node, file: &Arc<str>, whole: &str) {
        let mut expansion = Expansion::default();
        expansion.add(document, "");
        self.problems.extend(expansion.diagnostics(whole, file));
        let notes = expansion.notes.iter();
        self.notes
            .extend(notes.map(|note| Diagnostic::note(file, *note)));
        self.objects += expansion.objects.len();
        let objects = expansion.objects.into_iter();
        self.manifests
            .extend(objects.map(|object| manifest(object, file)));
    }

    fn note_templates(&mut self, file: &str) {
        if self.templates == 0 {
            return;
        }
        let message = if self.objects == 0 {
            "a template, not a manifest: skipped".to_owned()
        } else {
            format!("templates among its documents: {} skipped", self.templates)
        };
        let hint = "render it first, for instance with `helm template`";
        self.notes.push(Diagnostic::note(file, message).hint(hint));
    }
}

fn manifest(object: Object, file: &Arc<str>) -> Manifest {
    let Object { node, namespace } = object;
    let text = |path: &str| {
        let text = node.at(path).and_then(Node::text).unwrap_or_default();
        text.to_owned()
    };
    let or = |text: String, other: String| if text.is_empty() { other } else { text };
    let value = node.to_json();
    let object = ObjectEvent {
        api_version: text("apiVersion"),
        kind: text("kind"),
        namespace: or(text("metadata.namespace"), namespace),
        name: or(text("metadata.name"), text("metadata.generateName")),
        json: value.to_string().into(),
        object: Arc::new(value),
        file: Some(Arc::clone(file)),
        index: 0,
    };
    Manifest {
        object,
        node: Arc::new(node),
    }
}

#[cfg(test)]
mod tests {
    use merlon_yaml::Limits;

    use super::*;

    fn read_text(text: &str) -> Texts {
        read(text, "x.yaml", &mut Budget::new(&Limits::default()))
    }

    fn names(text: &str) -> Vec<String> {
        let texts = read_text(text);
        assert!(texts.problems.is_empty(), "{:?}", texts.problems);
        let objects = texts.manifests.iter().map(|manifest| &manifest.object);
        objects
            .map(|o| format!("{} {} {}/{}", o.api_version, o.kind, o.namespace, o.name))
            .collect()
    }

    #[test]
    fn lists_are_expanded() {
        let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Pod, metadata: {generateName: b-, namespace: ns}}\n";
        assert_eq!(names(list), ["v1 Pod /a", "v1 Pod ns/b-"]);
        let typed = "apiVersion: apps/v1\nkind: DeploymentList\nmetadata: {}\nitems:\n- metadata: {name: a}\n";
        assert_eq!(names(typed), ["apps/v1 Deployment /a"]);
        let resource = "apiVersion: x/v1\nkind: AllowList\nmetadata: {name: l}\nitems: [a]\n";
        assert_eq!(names(resource), ["x/v1 AllowList /l"]);
        assert!(names("apiVersion: v1\nkind: List\nitems:\n").is_empty());
        let broken = read_text(
            "apiVersion: v1\nkind: List\nitems:\n- a: 1\n- {apiVersion: v1, kind: Pod}\n",
        );
        assert_eq!((broken.manifests.len(), broken.problems.len()), (1, 1));
        assert_eq!(broken.problems[0].span.unwrap().line, 4);
    }

    #[test]
    fn reviews_are_unwrapped() {
        let review = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"namespace":"n","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"}}}}"#;
        assert_eq!(names(review), ["v1 Pod n/c"]);
        let deleted = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"object":null}}"#;
        let texts = read_text(deleted);
        assert_eq!((texts.manifests.len(), texts.notes.len()), (0, 1));
    }

    #[test]
    fn what_is_no_object_is_no_manifest_and_no_error() {
        for text in [
            "services:\n  web: [1\n",
            "apiVersion: v2\nname: chart\n",
            "kind: x\n",
            "\"a\": \"\\n\"\nb: [\n",
            "",
        ] {
            let texts = read_text(text);
            let found = (
                texts.manifests.len(),
                texts.problems.len(),
                texts.notes.len(),
            );
            assert_eq!(found, (0, 0, 0), "{text}");
        }
    }

    #[test]
    fn a_broken_manifest_is_a_problem_and_the_rest_is_still_read() {
        let texts = read_text(
            "apiVersion: v1\nkind: Pod\nmetadata: [\n---\nkind: Pod\napiVersion: v1\n---\n[\n",
        );
        assert_eq!((texts.manifests.len(), texts.problems.len()), (1, 1));
        let twice = read_text("apiVersion: v1\nkind: Pod\nspec: {a: 1, a: 2}\n");
        assert_eq!((twice.manifests.len(), twice.problems.len()), (1, 1));
        let odd = read_text("apiVersion: v1\nkind: yes\n");
        assert_eq!(odd.problems.len(), 1);
        let message = &odd.problems[0].message;
        assert!(message.contains("`kind`") && message.contains("true or false"));
    }

    #[test]
    fn what_kubernetes_might_read_is_not_ignored_when_we_cannot() {
        for text in [
            "      apiVersion: v1\n      kind: Pod\n      a: [\n",
            "? kind\n: Pod\n!!str apiVersion: v1\na: [\n",
            "\"k\\x69nd\": Pod\n\"\\x61piVersion\": v1\na: [\n",
        ] {
            assert_eq!(read_text(text).problems.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_template_does_not_hide_the_documents_beside_it() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ";
        let text = format!("{pod}a\n---\n{pod}{{{{ .Values.name }}}}\n---\n{pod}web-{{{{x}}}}\n");
        let texts = read_text(&text);
        assert_eq!((texts.manifests.len(), texts.problems.len()), (1, 0));
        assert_eq!(texts.notes.len(), 1);
        assert!(texts.notes[0].message.contains("2 skipped"));
        let only = read_text(&format!("{{{{- if .x }}}}\n{pod}a\n{{{{- end }}}}\n"));
        assert_eq!((only.manifests.len(), only.notes.len()), (0, 1));
        let data = format!("{pod}a\ndata:\n  x: |\n    {{{{ template }}}}\n  y: \"{{{{ x }}}}\"\n");
        assert_eq!(read_text(&data).manifests.len(), 1);
    }

    #[test]
    fn values_are_read_as_kubernetes_reads_them() {
        let text =
            "\"\\u0061piVersion\": v1\n\"k\\x69nd\": Pod\nspec: {hostPID: yes, mode: 0600}\n";
        let object = &read_text(text).manifests[0].object;
        assert_eq!(object.object["spec"]["hostPID"], true);
        assert_eq!(object.object["spec"]["mode"], 384);
        assert_eq!(&*object.json, object.object.to_string());
    }
}
