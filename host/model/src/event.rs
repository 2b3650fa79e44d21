//! One normalised thing that happened or was asked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Exit, FileEvent, Fork, ImageConfig, ObjectEvent, Process, Timestamp};

/// What sort of thing happened. Names are the ones plugins subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A program was started.
    ProcessExec,
    /// A process was cloned.
    ProcessFork,
    /// A process ended.
    ProcessExit,
    /// A file was read whole, in a directory or in a layer.
    FileContent,
    /// The configuration of an image.
    ImageConfig,
    /// A Kubernetes object.
    Object,
    /// Events were lost: the rules that wanted them were blind.
    Loss,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::ProcessExec,
        Self::ProcessFork,
        Self::ProcessExit,
        Self::FileContent,
        Self::ImageConfig,
        Self::Object,
        Self::Loss,
    ];

    /// The name that plugins and policies subscribe to.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ProcessExec => "process.exec",
            Self::ProcessFork => "process.fork",
            Self::ProcessExit => "process.exit",
            Self::FileContent => "file.content",
            Self::ImageConfig => "image.config",
            Self::Object => "k8s.object",
            Self::Loss => "meta.loss",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Events that a bounded queue had no room for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The kind of the lost events.
    pub kind: String,
    /// How many since the last report.
    pub count: u64,
    /// Which queue.
    pub queue: String,
}

/// What happened, by kind; cheap to clone, so that a row can be kept while a plugin asks about it.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the variants carry the names of their kinds")]
pub enum Body {
    Exec(Arc<Process>),
    Fork(Arc<Fork>),
    Exit(Arc<Exit>),
    File(Arc<FileEvent>),
    ImageConfig(Arc<ImageConfig>),
    Object(Arc<ObjectEvent>),
    Loss(Arc<Loss>),
}

/// One event.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened.
    pub time: Timestamp,
    /// Number of the event at its source, without gaps.
    pub seq: u64,
    /// What happened.
    pub body: Body,
}

impl Event {
    /// The event's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.body {
            Body::Exec(_) => Kind::ProcessExec,
            Body::Fork(_) => Kind::ProcessFork,
            Body::Exit(_) => Kind::ProcessExit,
            Body::File(_) => Kind::FileContent,
            Body::ImageConfig(_) => Kind::ImageConfig,
            Body::Object(_) => Kind::Object,
            Body::Loss(_) => Kind::Loss,
        }
    }

    /// The process that the event is about.
    #[must_use]
    pub fn process(&self) -> Option<&Process> {
        match &self.body {
            Body::Exec(process) => Some(process),
            Body::Fork(fork) => Some(&fork.process),
            Body::Exit(exit) => Some(&exit.process),
            _ => None,
        }
    }

    /// The file that the event is about.
    #[must_use]
    pub fn file(&self) -> Option<&FileEvent> {
        match &self.body {
            Body::File(file) => Some(file),
            _ => None,
        }
    }

    /// The object that the event is about.
    #[must_use]
    pub fn object(&self) -> Option<&ObjectEvent> {
        match &self.body {
            Body::Object(object) => Some(object),
            _ => None,
        }
    }
}
