//! Stretches of a file that may be encoded text, found in the same places however the file is cut into
//! blocks.

use std::ops::Range;

use merlon_model::Encoding;

use super::map::Map;

/// The longest stretch that is decoded at once.
pub(super) const RUN: usize = 128 << 10;
/// What two parts of a longer stretch share: each half holds the longest match of any pattern and its
/// line, in the widest encoding.
pub(super) const OVERLAP: usize = 40 << 10;
/// So many bytes before what is undecided are carried over, for finders that look back.
pub(super) const BEHIND: usize = 2;

/// Whether bytes follow a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    More,
    End,
}

/// Bytes of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'b> {
    pub(super) bytes: &'b [u8],
    /// Offset of the first byte in the file.
    pub(super) base: u64,
    pub(super) rest: Rest,
}

impl Block<'_> {
    pub(super) fn place(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX)
    }

    pub(super) fn is_last(&self) -> bool {
        self.rest == Rest::End
    }
}

/// What a stretch decodes to.
#[derive(Debug)]
pub(super) struct View {
    pub(super) encoding: Encoding,
    pub(super) bytes: Vec<u8>,
    pub(super) map: Map,
}

impl Default for View {
    fn default() -> Self {
        Self {
            encoding: Encoding::Base64,
            bytes: Vec::new(),
            map: Map::default(),
        }
    }
}

/// Where a stretch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    At(usize),
    /// Nothing begins before this place; what follows it is not yet known.
    NotBefore(usize),
}

/// Where a stretch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    At(usize),
    /// Bytes that are not here yet may belong to it.
    Open,
}

/// One family of encodings.
pub(super) trait Finder {
    /// The first stretch at `from` or behind.
    fn start(&mut self, block: &Block<'_>, from: usize) -> Start;

    /// The end of the stretch that `start` lies in. Any place behind `enough` will do.
    fn end(&mut self, block: &Block<'_>, start: usize, enough: usize) -> End;

    /// Decodes a stretch, or a part of one that was too long; `found` is given what is plausible.
    fn decode(&mut self, text: &[u8], view: &mut View, found: &mut dyn FnMut(&View));
}

/// A stretch, or a part of one.
#[derive(Debug)]
pub(super) struct Run {
    /// Its place in the block.
    pub(super) span: Range<usize>,
    /// Matches that begin here belong to it; the others belong to its neighbours.
    pub(super) own: Range<usize>,
}

/// How far a finder has come in a file.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Everything before is decided.
    pub(super) at: u64,
    /// `at` lies in a stretch of which the beginning was already given.
    inside: bool,
    /// Bytes decoded so far.
    pub(super) spent: u64,
    pub(super) kept: usize,
}

impl Progress {
    /// The next stretch that is certain in this block.
    pub(super) fn next(&mut self, finder: &mut impl Finder, block: &Block<'_>) -> Option<Run> {
        let from = block.place(self.at);
        let start = match self.inside {
            true => Start::At(from),
            false => finder.start(block, from),
        };
        let start = match start {
            Start::At(start) => start,
            Start::NotBefore(place) => {
                self.at = block.base + place as u64;
                return None;
            }
        };
        let own = start + if self.inside { OVERLAP / 2 } else { 0 };
        match finder.end(block, start, start + RUN) {
            End::At(end) if end > start + RUN => {
                self.at = block.base + (start + RUN - OVERLAP) as u64;
                self.inside = true;
                Some(Run {
                    span: start..start + RUN,
                    own: own..start + RUN - OVERLAP / 2,
                })
            }
            End::At(end) => {
                let end = end.max(start + 1);
                self.at = block.base + end as u64;
                self.inside = false;
                Some(Run {
                    span: start..end,
                    own: own..end,
                })
            }
            End::Open => {
                self.at = block.base + start as u64;
                None
            }
        }
    }
}
