//! A layer is unpacked on a thread of its own, ahead of the one that looks at its files.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::digest::{Digest, Hashing};
use crate::unpack::unpack;
use crate::{Advance, Limits};

const PIECE: usize = 256 << 10;
// 2 MiB ahead: enough that neither thread waits for the other's bursts.
const AHEAD: usize = 8;

/// What a layer turned out to be, once it was read to its end.
#[derive(Debug)]
pub(crate) struct Unpacked {
    /// Of the stored form.
    pub(crate) digest: Digest,
    /// Bytes of the stored form.
    pub(crate) size: u64,
    /// Of the tar.
    pub(crate) diff_id: Digest,
}

/// The two ends: one unpacks into the other.
pub(crate) fn pair() -> (Unpacker, Pieces) {
    let (sender, receiver) = sync_channel(AHEAD);
    let (give_back, empties) = sync_channel(AHEAD);
    let unpacker = Unpacker { sender, empties };
    let pieces = Pieces {
        receiver,
        give_back,
        current: Vec::new(),
        at: 0,
    };
    (unpacker, pieces)
}

/// The end that unpacks.
pub(crate) struct Unpacker {
    sender: SyncSender<io::Result<Vec<u8>>>,
    empties: Receiver<Vec<u8>>,
}

impl Unpacker {
    /// Unpacks until the end; `None` when that was not reached, and the other end knows why.
    pub(crate) fn run(
        self,
        stored: impl Read + Send,
        limits: &Limits,
        spent: Arc<AtomicU64>,
    ) -> Option<Unpacked> {
        let mut stored = Hashing::new(stored);
        let unpacked = unpack(&mut stored, limits, spent);
        let diff_id = match unpacked.and_then(|tar| self.pump(tar)) {
            Ok(diff_id) => diff_id?,
            Err(error) => {
                // When nobody listens any more, nobody wants to know.
                drop(self.sender.send(Err(error)));
                return None;
            }
        };
        Some(Unpacked {
            size: stored.length(),
            digest: stored.digest(),
            diff_id,
        })
    }

    fn pump(&self, tar: impl Read) -> io::Result<Option<Digest>> {
        let mut tar = Hashing::new(tar);
        loop {
            let mut piece = self.empties.try_recv().unwrap_or_default();
            // A piece that comes back is as long as it was, and its bytes are written over.
            piece.resize(PIECE, 0);
            let length = fill(&mut tar, &mut piece)?;
            piece.truncate(length);
            if piece.is_empty() {
                return Ok(Some(tar.digest()));
            }
            if self.sender.send(Ok(piece)).is_err() {
                return Ok(None);
            }
        }
    }
}

/// Reads until the room is full or the end is there, and says how many bytes are read.
fn fill(reader: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = room.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The end that reads what was unpacked.
pub(crate) struct Pieces {
    receiver: Receiver<io::Result<Vec<u8>>>,
    give_back: SyncSender<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.current.len() {
            match self.receiver.recv() {
                Ok(piece) => {
                    let used = std::mem::replace(&mut self.current, piece?);
                    // An empty piece that finds no room is only memory.
                    drop(self.give_back.try_send(used));
                    self.at = 0;
                }
                Err(_) => return Ok(0),
            }
        }
        let rest = self.current.get(self.at..).unwrap_or_default();
        let length = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        self.at += length;
        Ok(length)
    }
}

/// Tells how much is read through it.
pub(crate) struct Advancing<'p, R> {
    pub(crate) reader: R,
    pub(crate) progress: Box<dyn Advance + 'p>,
}

impl<R: Read> Read for Advancing<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}
