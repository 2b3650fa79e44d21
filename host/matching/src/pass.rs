//! The pass itself: literals of a block, then the checks around them, then where the hits are.

use std::collections::BTreeMap;

use merlon_model::{Hit, Hits};

use crate::compiled::Found;
use crate::place::{CONTEXT_LIMIT, Cursor, context, text};
use crate::scratch::Candidate;
use crate::{Detail, PatternSet, Scratch};

// A pattern may look at so many bytes for every byte of the file, and so many more: a hostile one stops
// there, and what it did not look at is counted.
const WORK_PER_BYTE: u64 = 256;
const WORK_FREE: u64 = 16 << 20;

/// A file is decided in stretches of so many bytes, counted from its start: what a pattern may look at,
/// and where its budget ends, does not depend on the pieces in which the file comes.
pub(crate) const STRETCH: usize = 64 << 10;

/// Whether bytes follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    More,
    End,
}

/// Bytes of a file, of which those before `upto` are to be decided as far as what follows them allows.
pub(crate) struct Block<'b> {
    pub(crate) bytes: &'b [u8],
    /// Offset of the first byte in the file.
    pub(crate) base: u64,
    /// Place of the end of the block.
    pub(crate) upto: usize,
    pub(crate) rest: Rest,
}

impl Block<'_> {
    fn end(&self) -> u64 {
        self.base + self.upto as u64
    }

    fn place(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX)
    }
}

/// One file on its way through a set.
pub(crate) struct Pass<'s> {
    set: &'s PatternSet,
    scratch: &'s mut Scratch,
    path: String,
    cursor: Cursor,
    /// Literals that end here or before are known.
    searched: u64,
    /// Every match that starts before is decided.
    decided: u64,
    hits: Vec<(usize, Hit)>,
    /// By ruleset: what is merely there.
    present: Vec<(usize, Hit)>,
}

impl<'s> Pass<'s> {
    pub(crate) fn new(set: &'s PatternSet, path: &str, scratch: &'s mut Scratch) -> Self {
        scratch.prepare(set.identity, set.patterns.len(), set.globs.len());
        Self {
            set,
            scratch,
            path: path.to_owned(),
            cursor: Cursor::START,
            searched: 0,
            decided: 0,
            hits: Vec::new(),
            present: Vec::new(),
        }
    }

    /// So many bytes must follow a place before a match that starts there can be decided: the longest
    /// match, the line around it, and one byte for what looks ahead.
    pub(crate) fn margin(&self) -> usize {
        self.set.reach.max(self.set.longest_literal) + CONTEXT_LIMIT + 1
    }

    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.scratch.buffer
    }

    pub(crate) fn has_work(&self) -> bool {
        !self.set.is_empty()
    }

    /// Decides what a block allows to decide.
    pub(crate) fn block(&mut self, block: &Block<'_>) {
        self.literals(block);
        let limit = self.limit(block);
        let first = self.hits.len();
        self.check(block, limit);
        self.run_ungated(block, limit);
        self.locate(block, first);
        self.decided = self.decided.max(limit);
    }

    /// Matches that start before are decided by this block.
    fn limit(&self, block: &Block<'_>) -> u64 {
        match block.rest {
            Rest::End => u64::MAX,
            Rest::More => {
                let known = block.end().saturating_sub(self.margin() as u64);
                known - known % STRETCH as u64
            }
        }
    }

    fn literals(&mut self, block: &Block<'_>) {
        let set = self.set;
        let overlap = set.longest_literal.saturating_sub(1) as u64;
        let from = block
            .place(self.searched.saturating_sub(overlap))
            .min(block.upto);
        let known = block.place(self.searched);
        let candidates = &mut self.scratch.candidates;
        set.literals
            .search(block.bytes, from..block.upto, |start, literal, end| {
                if end > known {
                    candidates.push(Candidate {
                        start: block.base + start as u64,
                        literal,
                    });
                }
            });
        self.searched = block.end();
    }

    fn check(&mut self, block: &Block<'_>, limit: u64) {
        let mut candidates = std::mem::take(&mut self.scratch.candidates);
        candidates.sort_unstable();
        let ready = candidates.partition_point(|candidate| candidate.start < limit);
        let set = self.set;
        for candidate in candidates.drain(..ready) {
            let owners = set.owners.get(candidate.literal as usize);
            for pattern in owners.into_iter().flatten() {
                self.attempt(block, *pattern as usize, candidate.start);
            }
        }
        self.scratch.candidates = candidates;
    }

    fn attempt(&mut self, block: &Block<'_>, pattern: usize, start: u64) {
        let (Some(compiled), Some(progress)) = (
            self.set.patterns.get(pattern),
            self.scratch.progress.get(pattern).copied(),
        ) else {
            return;
        };
        if start < progress.resume || !self.selected(compiled.glob) {
            return;
        }
        if self.is_exhausted(pattern, start) {
            self.suppress(pattern);
            return;
        }
        let at = block.place(start);
        let window = compiled.window(at, block.place(progress.resume), block.bytes.len());
        self.charge(pattern, window.len() as u64);
        let memory = self.scratch.memory(pattern, compiled);
        let found = memory.and_then(|memory| compiled.near(block.bytes, at, window, memory));
        if let Some(found) = found {
            self.keep(block, pattern, &found);
        }
    }

    fn run_ungated(&mut self, block: &Block<'_>, limit: u64) {
        let set = self.set;
        for &pattern in &set.ungated {
            let (Some(compiled), Some(progress)) = (
                set.patterns.get(pattern),
                self.scratch.progress.get(pattern).copied(),
            ) else {
                continue;
            };
            if progress.stopped || !self.selected(compiled.glob) {
                continue;
            }
            let mut from = progress.resume.max(self.decided);
            while from < limit.min(block.end()) {
                if from > set.budget.ungated_bytes || self.is_exhausted(pattern, from) {
                    self.stop(pattern);
                    break;
                }
                from = self.search(block, pattern, from);
            }
        }
    }

    /// Looks for the next match that starts in the stretch of `from`, and says where to go on.
    fn search(&mut self, block: &Block<'_>, pattern: usize, from: u64) -> u64 {
        let next = from - from % STRETCH as u64 + STRETCH as u64;
        let Some(compiled) = self.set.patterns.get(pattern) else {
            return next;
        };
        let upto = block.place(next).saturating_add(self.margin());
        let window = block.place(from)..upto.min(block.upto);
        // Each try may look at all that is left.
        self.charge(pattern, window.len() as u64);
        let memory = self.scratch.memory(pattern, compiled);
        let found = memory.and_then(|memory| compiled.first(block.bytes, window, memory));
        let Some(found) = found.filter(|found| found.span.start < block.place(next)) else {
            return next;
        };
        if !found.span.is_empty() {
            self.keep(block, pattern, &found);
        }
        block.base + found.span.end.max(found.span.start + 1) as u64
    }

    /// The pattern has looked at more than a file allows that is read up to `offset`.
    fn is_exhausted(&self, pattern: usize, offset: u64) -> bool {
        let allowed = offset
            .saturating_mul(WORK_PER_BYTE)
            .saturating_add(WORK_FREE);
        let progress = self.scratch.progress.get(pattern);
        progress.is_some_and(|progress| progress.work > allowed)
    }

    // The rest of the file is counted as one hit that may have been withheld.
    fn stop(&mut self, pattern: usize) {
        self.suppress(pattern);
        if let Some(progress) = self.scratch.progress.get_mut(pattern) {
            progress.stopped = true;
        }
    }

    fn selected(&mut self, glob: Option<usize>) -> bool {
        let Some(index) = glob else {
            return true;
        };
        let (Some(glob), Some(slot)) = (
            self.set.globs.get(index),
            self.scratch.selected.get_mut(index),
        ) else {
            return false;
        };
        *slot.get_or_insert_with(|| glob.selects(&self.path))
    }

    fn charge(&mut self, pattern: usize, bytes: u64) {
        let Some(progress) = self.scratch.progress.get_mut(pattern) else {
            return;
        };
        let first = progress.work == 0;
        progress.work = progress.work.saturating_add(bytes);
        if first {
            self.scratch.touch(pattern);
        }
    }

    fn suppress(&mut self, pattern: usize) {
        self.charge(pattern, 1);
        if let Some(progress) = self.scratch.progress.get_mut(pattern) {
            progress.suppressed += 1;
        }
    }

    fn keep(&mut self, block: &Block<'_>, pattern: usize, found: &Found) {
        self.charge(pattern, 1);
        let Some(progress) = self.scratch.progress.get_mut(pattern) else {
            return;
        };
        progress.resume = block.base + found.span.end as u64;
        if progress.kept >= self.set.budget.hits_per_pattern_and_file {
            progress.suppressed += 1;
            return;
        }
        progress.kept += 1;
        let Some(compiled) = self.set.patterns.get(pattern) else {
            return;
        };
        let mut hit = Hit {
            pattern: compiled.id,
            offset: block.base + found.span.start as u64,
            length: u32::try_from(found.span.len()).unwrap_or(u32::MAX),
            ..Hit::default()
        };
        match compiled.detail {
            Detail::Presence => {
                // Nothing more is to be found out.
                progress.resume = u64::MAX;
                self.present.push((compiled.ruleset, hit));
            }
            Detail::Places => {
                hit.text = text(block.bytes.get(found.text.clone()).unwrap_or_default());
                hit.context = context(block.bytes, found.span.start);
                self.hits.push((pattern, hit));
            }
        }
    }

    // Lines are counted only up to the last hit, and only once.
    fn locate(&mut self, block: &Block<'_>, first: usize) {
        let Some(new) = self.hits.get_mut(first..) else {
            return;
        };
        new.sort_by_key(|(_, hit)| hit.offset);
        let mut cursor = self.cursor;
        for (_, hit) in new {
            let between = block.place(cursor.offset)..block.place(hit.offset);
            cursor.advance(block.bytes.get(between).unwrap_or_default(), hit.offset);
            hit.line = cursor.line();
            hit.column = cursor.column();
        }
    }

    /// No match that is still to be found starts before this offset.
    pub(crate) fn settled(&self, block: &Block<'_>) -> u64 {
        self.limit(block).saturating_sub(self.set.back as u64)
    }

    /// Counts the lines up to `offset`, so that the bytes before it can go.
    pub(crate) fn settle(&mut self, block: &Block<'_>, offset: u64) {
        if offset > self.cursor.offset {
            let between = block.place(self.cursor.offset)..block.place(offset);
            let bytes = block.bytes.get(between).unwrap_or_default();
            self.cursor.advance(bytes, offset);
        }
    }

    /// The hits by ruleset, in order of offset.
    pub(crate) fn finish(self) -> Vec<Hits> {
        let mut all: BTreeMap<usize, Hits> = BTreeMap::new();
        for (ruleset, hit) in self.present {
            all.entry(ruleset).or_default().hits.push(hit);
        }
        for (pattern, hit) in self.hits {
            if let Some(compiled) = self.set.patterns.get(pattern) {
                all.entry(compiled.ruleset).or_default().hits.push(hit);
            }
        }
        for &pattern in self.scratch.touched() {
            let suppressed = self
                .scratch
                .progress
                .get(pattern)
                .map_or(0, |p| p.suppressed);
            if let (1.., Some(compiled)) = (suppressed, self.set.patterns.get(pattern)) {
                all.entry(compiled.ruleset).or_default().suppressed += suppressed;
            }
        }
        let finished = all.into_iter().map(|(ruleset, mut hits)| {
            hits.ruleset = ruleset;
            hits.hits.sort_by_key(|hit| (hit.offset, hit.pattern));
            hits
        });
        finished.collect()
    }
}
