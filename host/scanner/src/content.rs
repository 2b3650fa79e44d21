//! The bytes of a file, for plugins that look closer than the hits.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use merlon_model::{Content, ContentError};

use crate::digest::Digest;

/// The beginning of a file that cannot be read a second time.
pub(crate) struct Retained {
    pub(crate) head: Box<[u8]>,
    pub(crate) size: u64,
}

impl Content for Retained {
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError> {
        if offset >= self.size {
            return Ok(0);
        }
        let not_kept = ContentError::NotKept {
            offset,
            end: offset.saturating_add(into.len() as u64).min(self.size),
            kept: self.head.len() as u64,
        };
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|from| self.head.get(from..));
        let Some(rest @ [_, ..]) = rest else {
            return Err(not_kept);
        };
        let length = rest.len().min(into.len());
        for (to, from) in into.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(length)
    }

    fn sha256(&self, size: u64) -> Option<String> {
        (self.head.len() as u64 == size).then(|| Digest::of(&self.head).hex())
    }
}

/// The beginning of a content of which more could be read.
pub(crate) struct Beginning {
    pub(crate) content: Arc<dyn Content>,
    pub(crate) size: u64,
    pub(crate) readable: u64,
}

impl Content for Beginning {
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError> {
        if offset < self.readable || offset >= self.size {
            let room = usize::try_from(self.readable.saturating_sub(offset)).unwrap_or(usize::MAX);
            let room = into.len().min(room);
            return self
                .content
                .read(offset, into.get_mut(..room).unwrap_or_default());
        }
        Err(ContentError::NotKept {
            offset,
            end: offset.saturating_add(into.len() as u64).min(self.size),
            kept: self.readable,
        })
    }

    fn sha256(&self, size: u64) -> Option<String> {
        self.content.sha256(size)
    }
}

/// A file that is still where it was found.
pub(crate) struct OnDisk {
    pub(crate) path: PathBuf,
}

impl Content for OnDisk {
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError> {
        let file = File::open(&self.path).map_err(ContentError::Io)?;
        file.read_at(into, offset).map_err(ContentError::Io)
    }

    fn sha256(&self, size: u64) -> Option<String> {
        Digest::of_content(self, size).map(|digest| digest.hex())
    }
}
