//! The format of a recording: JSON lines, a header first, then one self-contained event per line.

use std::sync::Arc;

use merlon_model::{Body, Event, Exit, Fork, Loss, ObjectEvent, Process, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version that is written and read.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The version of the format.
    pub(crate) merlon: u32,
    /// When the recording began.
    pub(crate) started: Timestamp,
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Lines of one number were judged together.
    pub(crate) batch: u64,
    time: Timestamp,
    seq: u64,
    #[serde(flatten)]
    content: Content,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Content {
    #[serde(rename = "process.exec")]
    Exec { process: Arc<Process> },
    #[serde(rename = "process.fork")]
    Fork { fork: Arc<Fork> },
    #[serde(rename = "process.exit")]
    Exit { exit: Arc<Exit> },
    #[serde(rename = "k8s.object")]
    Object { object: Box<Object> },
    #[serde(rename = "meta.loss")]
    Loss { loss: Arc<Loss> },
}

#[derive(Debug, Serialize, Deserialize)]
struct Object {
    api_version: String,
    kind: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
    object: Arc<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<Arc<str>>,
    #[serde(default)]
    index: usize,
}

impl Line {
    /// The line of an event; files and images are not recorded: their content lies elsewhere.
    pub(crate) fn of(event: &Event, batch: u64) -> Option<Self> {
        let content = match &event.body {
            Body::Exec(process) => Content::Exec {
                process: Arc::clone(process),
            },
            Body::Fork(fork) => Content::Fork {
                fork: Arc::clone(fork),
            },
            Body::Exit(exit) => Content::Exit {
                exit: Arc::clone(exit),
            },
            Body::Loss(loss) => Content::Loss {
                loss: Arc::clone(loss),
            },
            Body::Object(object) => Content::Object {
                object: Box::new(Object::of(object)),
            },
            Body::File(_) | Body::ImageConfig(_) => return None,
        };
        Some(Self {
            batch,
            time: event.time,
            seq: event.seq,
            content,
        })
    }

    /// The event of the line.
    pub(crate) fn event(self) -> Event {
        let body = match self.content {
            Content::Exec { process } => Body::Exec(process),
            Content::Fork { fork } => Body::Fork(fork),
            Content::Exit { exit } => Body::Exit(exit),
            Content::Loss { loss } => Body::Loss(loss),
            Content::Object { object } => Body::Object(Arc::new(object.event())),
        };
        Event {
            time: self.time,
            seq: self.seq,
            body,
        }
    }
}

impl Object {
    fn of(object: &ObjectEvent) -> Self {
        Self {
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            object: Arc::clone(&object.object),
            file: object.file.clone(),
            index: object.index,
        }
    }

    fn event(self) -> ObjectEvent {
        ObjectEvent {
            json: self.object.to_string().into(),
            api_version: self.api_version,
            kind: self.kind,
            namespace: self.namespace,
            name: self.name,
            object: self.object,
            file: self.file,
            index: self.index,
        }
    }
}
