//! What a finding is about.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Body, Container, Event, FileEvent, ImageRef, LayerRef};

/// What a finding is about, as contract section 3 writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants carry the names of their types")]
pub enum Subject {
    Object(ObjectSubject),
    File(FileSubject),
    Image(ImageSubject),
    Process(Box<ProcessSubject>),
}

/// A Kubernetes object, or one container of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are Kubernetes' own")]
pub struct ObjectSubject {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// The layer that removed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedBy {
    /// 0 is the lowest layer.
    pub index: u32,
}

/// A file, in a directory or in a layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in `FileEvent`")]
pub struct FileSubject {
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    pub size: u64,
    /// Octal, as `ls` and `chmod` write it: `0755`.
    pub mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Arc<ImageRef>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Arc<LayerRef>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_by: Option<DeletedBy>,
    pub visible: bool,
}

/// The configuration of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in `ImageRef`")]
pub struct ImageSubject {
    pub reference: String,
    pub digest: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub config_path: String,
}

/// The parent of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in `ProcessSummary`")]
pub struct ParentSubject {
    pub exec_id: String,
    pub pid: u32,
    pub exe: String,
    pub argv: Vec<String>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "as in `Process`")]
pub struct ProcessSubject {
    pub exec_id: String,
    pub pid: u32,
    pub exe: String,
    pub argv: Vec<String>,
    pub cwd: String,
    pub uid: u32,
    pub euid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentSubject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
}

impl Subject {
    /// The subject of an event; a loss has the empty process, for it is about no process.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        match &event.body {
            Body::Object(object) => Self::Object(ObjectSubject {
                api_version: object.api_version.clone(),
                kind: object.kind.clone(),
                namespace: object.namespace.clone(),
                name: object.name.clone(),
                container: None,
            }),
            Body::File(file) => Self::of_file(file),
            Body::ImageConfig(config) => Self::Image(ImageSubject {
                reference: config.image.reference.clone(),
                digest: config.image.digest.clone(),
                config_path: String::new(),
            }),
            Body::Exec(_) | Body::Fork(_) | Body::Exit(_) | Body::Loss(_) => Self::Process(
                Box::new(event.process().map(Into::into).unwrap_or_default()),
            ),
        }
    }

    fn of_file(file: &FileEvent) -> Self {
        if let (Some(place), Some(image)) = (&file.config_path, &file.image) {
            return Self::Image(ImageSubject {
                reference: image.reference.clone(),
                digest: image.digest.clone(),
                config_path: place.clone(),
            });
        }
        Self::File(FileSubject {
            path: file.path.clone(),
            sha256: file.sha256().map(str::to_owned),
            size: file.size,
            mode: format!("{:04o}", file.mode & 0o7777),
            image: file.image.clone(),
            layer: file.layer.clone(),
            deleted_by: file.deleted_by.map(|index| DeletedBy { index }),
            visible: file.visible,
        })
    }

    /// What does not change between runs and hosts: the part of the fingerprint that names the subject.
    #[must_use]
    pub fn stable_name(&self) -> String {
        match self {
            Self::Object(o) => [
                &*o.api_version,
                &o.kind,
                &o.namespace,
                &o.name,
                o.container.as_deref().unwrap_or(""),
            ]
            .join("\0"),
            Self::File(file) => file.path.clone(),
            Self::Image(image) => {
                // A variable or a build step that is added moves the ones behind it.
                let place = image.config_path.replace(|c: char| c.is_ascii_digit(), "");
                format!("{}\0{place}", image.reference)
            }
            Self::Process(p) => {
                let container = p.container.as_ref().map_or("", |container| &container.id);
                format!("{}\0{}\0{container}", p.exe, p.argv.join("\0"))
            }
        }
    }
}

impl From<&crate::Process> for ProcessSubject {
    fn from(process: &crate::Process) -> Self {
        Self {
            exec_id: process.exec_id.clone(),
            pid: process.pid,
            exe: process.exe.clone(),
            argv: process.argv.clone(),
            cwd: process.cwd.clone(),
            uid: process.uid,
            euid: process.euid,
            parent: process.ancestors.first().map(|parent| ParentSubject {
                exec_id: parent.exec_id.clone(),
                pid: parent.pid,
                exe: parent.exe.clone(),
                argv: parent.argv.clone(),
            }),
            container: process.container.clone(),
        }
    }
}
