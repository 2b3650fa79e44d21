//! A file that comes in pieces: as many bytes are carried over as a match that straddles them needs.

use merlon_model::Hits;

use crate::pass::{Block, Pass, Rest};
use crate::place::CONTEXT_BEFORE;

// What is searched at once; the carried bytes are a few percent of it.
const BLOCK: usize = 256 << 10;

/// One file on its way; offsets, lines and columns are those of the whole file.
pub struct Stream<'s> {
    pass: Pass<'s>,
    /// Offset of the first carried byte.
    base: u64,
}

impl<'s> Stream<'s> {
    pub(crate) fn new(pass: Pass<'s>) -> Self {
        Self { pass, base: 0 }
    }

    /// Takes the next piece, of any length.
    pub fn push(&mut self, mut piece: &[u8]) {
        if !self.pass.has_work() {
            return;
        }
        let full = BLOCK + self.pass.margin();
        while !piece.is_empty() {
            let room = full.saturating_sub(self.pass.buffer().len()).max(1);
            let (now, later) = piece.split_at(room.min(piece.len()));
            self.pass.buffer().extend_from_slice(now);
            piece = later;
            if self.pass.buffer().len() >= full {
                self.block(Rest::More);
            }
        }
    }

    /// The file is at its end: its hits by ruleset, in order of offset.
    #[must_use]
    pub fn finish(mut self) -> Vec<Hits> {
        if self.pass.has_work() {
            self.block(Rest::End);
        }
        self.pass.finish()
    }

    fn block(&mut self, rest: Rest) {
        let mut bytes = std::mem::take(self.pass.buffer());
        let block = Block {
            bytes: &bytes,
            base: self.base,
            upto: bytes.len(),
            rest,
        };
        self.pass.block(&block);
        let settled = self.pass.settled(&block);
        self.pass.settle(&block, settled);
        // What stands before a match belongs to its line, and to what looks behind.
        let keep = settled
            .saturating_sub(CONTEXT_BEFORE as u64 + 1)
            .max(self.base);
        let gone = usize::try_from(keep - self.base).unwrap_or(bytes.len());
        bytes.drain(..gone.min(bytes.len()));
        self.base = keep;
        *self.pass.buffer() = bytes;
    }
}
