//! Every object of a scan, with the places of its fields.

use std::path::Path;
use std::sync::Arc;

use merlon_model::{Body, Event, Location, ObjectEvent, Timestamp};
use merlon_yaml::Diagnostic;
use serde_json::json;

use crate::manifest::{self, Manifest, Texts};
use crate::walk;

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
}

impl Inventory {
    /// Adds the manifests of a file, or of every file below a directory.
    pub fn add_path(&mut self, path: &Path) {
        if path.is_dir() {
            for file in walk::files(path, &mut self.problems) {
                self.add_file(&file);
            }
        } else if walk::may_hold_manifests(path) {
            self.add_file(path);
        } else if !path.exists() {
            let name = path.display().to_string();
            self.problems
                .push(Diagnostic::about(&name, "no such file or directory"));
        }
    }

    /// Adds the objects of a text; `name` stands for it in findings.
    pub fn add_text(&mut self, text: &str, name: &str) {
        let Texts {
            manifests,
            problems,
            notes,
        } = manifest::read(text, name);
        self.bytes += text.len() as u64;
        self.problems.extend(problems);
        self.notes.extend(notes);
        for mut manifest in manifests {
            manifest.object.index = self.manifests.len();
            self.manifests.push(manifest);
        }
    }

    fn add_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        if walk::is_kustomization(path) {
            self.notes.push(Diagnostic::note(
                &name,
                "a kustomization, not a manifest: skipped",
            ));
            return;
        }
        match walk::text(path) {
            Ok(text) => self.add_text(&text, &name),
            Err(reason) => self.problems.push(Diagnostic::about(&name, reason)),
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_directory_is_one_inventory_and_keeps_its_places() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("sub")).unwrap();
        fs::write(
            root.join("b.yaml"),
            "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  hostPID: true\n",
        )
        .unwrap();
        fs::write(
            root.join("sub/a.yml"),
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
        )
        .unwrap();
        fs::write(root.join("kustomization.yaml"), "resources: [b.yaml]\n").unwrap();
        fs::write(
            root.join("broken.yaml"),
            "apiVersion: v1\nkind: Pod\na: [\n",
        )
        .unwrap();
        let mut inventory = Inventory::default();
        inventory.add_path(root);
        let names: Vec<_> = inventory
            .manifests
            .iter()
            .map(|m| m.object.name.as_str())
            .collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!((inventory.problems.len(), inventory.notes.len()), (1, 1));
        let place = inventory.locate(0, "spec.hostPID").unwrap();
        assert_eq!((place.line, place.column), (Some(5), Some(3)));
        let events = inventory.events(Timestamp::default());
        assert_eq!(events.len(), 3);
    }
}
