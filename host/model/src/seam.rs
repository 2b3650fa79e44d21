//! The traits where the layers meet: sources hand events to a judge, the judge hands findings to a
//! sink, and content is read where it lies.

use std::sync::Arc;

use crate::{Event, FileEvent, Finding, Verdict};

/// Content that cannot be read at the place asked for.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The source did not keep these bytes.
    #[error("bytes {offset}..{end} were not kept")]
    NotKept {
        /// First byte asked for.
        offset: u64,
        /// One past the last byte asked for.
        end: u64,
        /// So many of the first bytes can be read.
        kept: u64,
    },
    /// The source failed.
    #[error("content cannot be read")]
    Io(#[source] std::io::Error),
}

/// The bytes of one file.
pub trait Content: Send + Sync {
    /// Fills `into` from `offset` and returns how many bytes there were; 0 is the end of the file.
    ///
    /// # Errors
    /// When the bytes exist but were not kept, or cannot be read.
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError>;

    /// Hexadecimal SHA-256 of a file of `size` bytes; nothing when not all of it can be read.
    fn sha256(&self, _size: u64) -> Option<String> {
        None
    }
}

/// The one decision point, as a source sees it. The engine implements it.
pub trait Judge: Send + Sync {
    /// Judges one batch, in order, delivers what was found, and returns one verdict per event.
    fn judge(&self, events: &[Event]) -> Vec<Verdict>;

    /// Whether anything could be found in a file of which all is known but its digest and its content.
    fn wants_file(&self, _file: &Arc<FileEvent>) -> bool {
        true
    }

    /// Names everything that its answers about files depend on, besides the files; nothing when they are
    /// not to be remembered.
    fn identity(&self) -> Option<String> {
        None
    }

    /// The same as `judge`, and what to remember of each event: empty when nothing was found, nothing
    /// when the event was not judged in full.
    fn judge_to_remember(&self, events: &[Event]) -> Vec<Option<Vec<u8>>> {
        self.judge(events);
        vec![None; events.len()]
    }

    /// Delivers what was remembered of an event by a judge of the same identity; false when it cannot be
    /// read.
    fn recall(&self, _event: &Event, _remembered: &[u8]) -> bool {
        false
    }
}

/// Where findings go.
pub trait FindingSink: Send + Sync {
    /// Takes one finding. Never blocks for longer than a write; what cannot be kept is counted.
    fn deliver(&self, finding: Finding);
}
