//! Every object of a scan, with the places of its fields.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use merlon_model::{Body, Event, Location, ObjectEvent, Timestamp, chain};
use merlon_yaml::{Budget, Diagnostic, Limits};
use serde_json::json;

use crate::manifest::{self, Manifest, Texts};
use crate::recognition::is_kustomization_file;
use crate::{source, walk};

/// Bytes that aliases may add in one file, and in all files: a tree of thousands of small bombs is a bomb.
const EXPANSION: usize = 16 << 20;
const EXPANSION_OF_ALL: usize = 64 << 20;

/// Every object of a scan.
#[derive(Debug, Default)]
pub struct Inventory {
    /// In order of file and line.
    pub manifests: Vec<Manifest>,
    /// What could not be read: the verdict is incomplete.
    pub problems: Vec<Diagnostic>,
    /// What was skipped on purpose.
    pub notes: Vec<Diagnostic>,
    /// Bytes of manifest files read.
    pub bytes: u64,
    /// Files that were read, whatever path led to them.
    read: HashSet<PathBuf>,
    expanded: usize,
}

impl Inventory {
    /// Adds the manifests of a file, or of every file below a directory. A file that was added before is
    /// not added again.
    pub fn add_path(&mut self, path: &Path) {
        if path.is_dir() {
            let walk = walk::below(path);
            self.problems.extend(walk.problems);
            self.notes.extend(walk.notes);
            for file in walk.files {
                // Code hosts know `deploy/web.yaml`, not `./deploy/web.yaml`.
                self.add_file(file.strip_prefix(".").unwrap_or(&file));
            }
        } else {
            self.add_file(path);
        }
    }

    /// Adds the objects of a text that is there to hold some, such as standard input; `name` stands for it
    /// in findings. A text without any is a problem: whoever wrote it meant to have it judged.
    pub fn add_text(&mut self, text: &str, name: &str) {
        let before = (self.manifests.len(), self.problems.len(), self.notes.len());
        self.add_objects(text, name);
        if before == (self.manifests.len(), self.problems.len(), self.notes.len()) {
            let message = "holds no Kubernetes object: nothing has both apiVersion and kind";
            let problem = Diagnostic::about(name, message).code("K002");
            self.problems.push(problem);
        }
    }

    fn add_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        if let Ok(place) = path.canonicalize()
            && !self.read.insert(place)
        {
            return;
        }
        if is_kustomization_file(path) {
            let message = "a kustomization, not a manifest: skipped";
            let note = Diagnostic::note(&name, message);
            self.notes
                .push(note.hint("render it first with `kubectl kustomize`"));
            return;
        }
        match source::read(path) {
            Ok(Some(text)) => self.add_objects(&text, &name),
            Ok(None) => {}
            Err(error) => {
                let problem = Diagnostic::about(&name, chain(&error));
                self.problems.push(problem.code("K001"));
            }
        }
    }

    fn add_objects(&mut self, text: &str, name: &str) {
        let left = EXPANSION_OF_ALL.saturating_sub(self.expanded);
        let limits = Limits {
            expansion: left.min(EXPANSION),
            ..Limits::default()
        };
        let mut budget = Budget::new(&limits);
        let Texts {
            manifests,
            problems,
            notes,
            ..
        } = manifest::read(text, name, &mut budget);
        self.expanded += limits.expansion - budget.expansion();
        self.bytes += text.len() as u64;
        self.problems.extend(problems);
        self.notes.extend(notes);
        for mut manifest in manifests {
            manifest.object.index = self.manifests.len();
            self.manifests.push(manifest);
        }
    }

    /// One event per object, and one that stands for the inventory as a whole, for rules about all of it.
    #[must_use]
    pub fn events(&self, time: Timestamp) -> Vec<Event> {
        if self.manifests.is_empty() {
            return Vec::new();
        }
        let objects = self
            .manifests
            .iter()
            .map(|manifest| manifest.object.clone());
        let whole = inventory_object(self.manifests.len());
        objects
            .chain([whole])
            .zip(0..)
            .map(|(object, seq)| Event {
                time,
                seq,
                body: Body::Object(Arc::new(object)),
            })
            .collect()
    }

    /// The place of a path inside an object.
    #[must_use]
    pub fn locate(&self, index: usize, path: &str) -> Option<Location> {
        let manifest = self.manifests.get(index)?;
        let place = manifest.node.place(path);
        Some(Location {
            file: manifest
                .object
                .file
                .as_deref()
                .unwrap_or_default()
                .to_owned(),
            line: Some(place.line),
            column: Some(place.column),
            path: Some(path.to_owned()).filter(|path| !path.is_empty()),
            ..Location::default()
        })
    }
}

/// The pseudo object that rules about the whole inventory judge.
#[must_use]
pub fn inventory_object(count: usize) -> ObjectEvent {
    let object = json!({
        "apiVersion": "merlon.dev/v1",
        "kind": "Inventory",
        "metadata": {"name": "inventory"},
        "objects": count,
    });
    ObjectEvent {
        api_version: "merlon.dev/v1".to_owned(),
        kind: "Inventory".to_owned(),
        name: "inventory".to_owned(),
        json: object.to_string().into(),
        object: Arc::new(object),
        index: usize::MAX,
        ..ObjectEvent::default()
    }
}
