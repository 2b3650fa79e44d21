//! Encoded text: what a file says in UTF-16, base64, hex or percent-encoding meets the same patterns.
//!
//! Three finders go over the bytes, made so that ordinary text and code cost them next to nothing. What
//! they find is decoded once, matched as a text of its own, and its hits are placed where the encoded
//! bytes are.

mod alphabet;
mod digits;
mod map;
mod percent;
mod run;
mod wide;

use std::collections::BTreeMap;

use merlon_model::{Encoding, Hit, Hits};

use self::digits::Digits;
use self::percent::Percent;
use self::run::{BEHIND, Block, Finder, Progress, Rest, Run, View};
use self::wide::Wide;
use crate::place::Cursor;
use crate::{PatternSet, Scratch};

// What is looked at at once; more than the longest stretch that can be carried over.
const BLOCK: usize = 256 << 10;

/// What decoding may cost; each family of encodings has its own share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeBudget {
    /// Decoded bytes of one file that are matched.
    pub bytes: u64,
    /// Hits in decoded text that are kept of one file.
    pub hits: usize,
}

impl Default for DecodeBudget {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            hits: 1000,
        }
    }
}

/// Memory of one thread that decodes; any set can use it.
#[derive(Debug, Default)]
pub struct DecodeScratch {
    scratch: Scratch,
    view: View,
    carried: Vec<u8>,
    digits: Digits,
    wide: Wide,
    percent: Percent,
}

/// What was found in the encoded text of one file.
#[derive(Debug, Default)]
pub struct Decoded {
    /// By ruleset, in order of offset.
    pub hits: Vec<Hits>,
    /// Decoded bytes over the budget: they were not matched.
    pub skipped: u64,
}

impl Decoded {
    /// Adds the hits to those of the plain bytes.
    #[must_use]
    pub fn merge(self, plain: Vec<Hits>) -> Vec<Hits> {
        if self.hits.is_empty() {
            return plain;
        }
        let mut all: BTreeMap<usize, Hits> = BTreeMap::new();
        for hits in plain.into_iter().chain(self.hits) {
            let both = all.entry(hits.ruleset).or_default();
            both.ruleset = hits.ruleset;
            both.hits.extend(hits.hits);
            both.suppressed += hits.suppressed;
        }
        for hits in all.values_mut() {
            hits.hits.sort_by_key(|hit| (hit.offset, hit.pattern));
        }
        all.into_values().collect()
    }
}

/// One file on its way through the decoders.
pub struct Decoding<'s> {
    set: &'s PatternSet,
    path: String,
    budget: DecodeBudget,
    memory: &'s mut DecodeScratch,
    /// Offset of the first carried byte.
    base: u64,
    lines: Cursor,
    digits: Progress,
    wide: Progress,
    percent: Progress,
    found: Found,
}

impl PatternSet {
    /// The hits in the encoded text of a file that is in memory.
    #[must_use]
    pub fn decode(&self, path: &str, content: &[u8], memory: &mut DecodeScratch) -> Decoded {
        let mut decoding = self.decoding(path, DecodeBudget::default(), memory);
        if !self.is_empty() {
            decoding.block(&Block {
                bytes: content,
                base: 0,
                rest: Rest::End,
            });
        }
        decoding.found.finish()
    }

    /// The same for a file that comes in pieces.
    #[must_use]
    pub fn decoding<'s>(
        &'s self,
        path: &str,
        budget: DecodeBudget,
        memory: &'s mut DecodeScratch,
    ) -> Decoding<'s> {
        memory.carried.clear();
        Decoding {
            set: self,
            path: path.to_owned(),
            budget,
            memory,
            base: 0,
            lines: Cursor::START,
            digits: Progress::default(),
            wide: Progress::default(),
            percent: Progress::default(),
            found: Found::default(),
        }
    }
}

impl Decoding<'_> {
    /// Takes the next piece, of any length.
    pub fn push(&mut self, mut piece: &[u8]) {
        while !self.set.is_empty() && !piece.is_empty() {
            let room = BLOCK - self.memory.carried.len().min(BLOCK);
            let (now, later) = piece.split_at(room.min(piece.len()));
            self.memory.carried.extend_from_slice(now);
            piece = later;
            if self.memory.carried.len() >= BLOCK {
                self.carried(Rest::More);
            }
        }
    }

    /// The file is at its end.
    #[must_use]
    pub fn finish(mut self) -> Decoded {
        if !self.memory.carried.is_empty() {
            self.carried(Rest::End);
        }
        self.found.finish()
    }

    fn carried(&mut self, rest: Rest) {
        let mut bytes = std::mem::take(&mut self.memory.carried);
        let block = Block {
            bytes: &bytes,
            base: self.base,
            rest,
        };
        self.block(&block);
        let undecided = self.digits.at.min(self.wide.at).min(self.percent.at);
        let keep = undecided.saturating_sub(BEHIND as u64).max(self.base);
        let gone = block.place(keep).min(bytes.len());
        let before = bytes.get(block.place(self.lines.offset)..gone);
        self.lines.advance(before.unwrap_or_default(), keep);
        bytes.drain(..gone);
        self.base = keep;
        self.memory.carried = bytes;
    }

    fn block(&mut self, block: &Block<'_>) {
        let first = self.found.hits.len();
        let DecodeScratch {
            scratch,
            view,
            digits,
            wide,
            percent,
            ..
        } = &mut *self.memory;
        let mut matcher = Matcher {
            set: self.set,
            path: &self.path,
            budget: &self.budget,
            scratch,
            found: &mut self.found,
        };
        matcher.family(digits, &mut self.digits, block, view);
        matcher.family(wide, &mut self.wide, block, view);
        matcher.family(percent, &mut self.percent, block, view);
        self.locate(block, first);
    }

    // Lines are counted only up to the last hit.
    fn locate(&mut self, block: &Block<'_>, first: usize) {
        let new = self.found.hits.get_mut(first..).unwrap_or_default();
        new.sort_by_key(|(_, hit)| hit.offset);
        let mut cursor = self.lines;
        for (_, hit) in new {
            let between = block.place(cursor.offset)..block.place(hit.offset);
            cursor.advance(block.bytes.get(between).unwrap_or_default(), hit.offset);
            hit.line = cursor.line();
            hit.column = cursor.column();
        }
    }
}

#[derive(Debug, Default)]
struct Found {
    /// With the ruleset of each.
    hits: Vec<(usize, Hit)>,
    suppressed: BTreeMap<usize, u64>,
    skipped: u64,
}

impl Found {
    fn finish(self) -> Decoded {
        let mut all: BTreeMap<usize, Hits> = BTreeMap::new();
        for (ruleset, hit) in self.hits {
            all.entry(ruleset).or_default().hits.push(hit);
        }
        for (ruleset, suppressed) in self.suppressed {
            all.entry(ruleset).or_default().suppressed += suppressed;
        }
        let hits = all.into_iter().map(|(ruleset, mut hits)| {
            hits.ruleset = ruleset;
            hits.hits.sort_by_key(|hit| (hit.offset, hit.pattern));
            hits
        });
        Decoded {
            hits: hits.collect(),
            skipped: self.skipped,
        }
    }
}

/// Gives what was decoded to the patterns.
struct Matcher<'m> {
    set: &'m PatternSet,
    path: &'m str,
    budget: &'m DecodeBudget,
    scratch: &'m mut Scratch,
    found: &'m mut Found,
}

impl Matcher<'_> {
    fn family(
        &mut self,
        finder: &mut impl Finder,
        progress: &mut Progress,
        block: &Block<'_>,
        view: &mut View,
    ) {
        while let Some(run) = progress.next(finder, block) {
            let text = block.bytes.get(run.span.clone()).unwrap_or_default();
            finder.decode(text, view, &mut |view| {
                progress.spent += view.bytes.len() as u64;
                if progress.spent > self.budget.bytes {
                    self.found.skipped += view.bytes.len() as u64;
                } else {
                    self.view(view, &run, block.base, &mut progress.kept);
                }
            });
        }
    }

    fn view(&mut self, view: &View, run: &Run, base: u64, kept: &mut usize) {
        for hits in self.set.scan(self.path, &view.bytes, self.scratch) {
            let mut suppressed = hits.suppressed;
            for hit in hits.hits.into_iter().filter(has_place) {
                let Some(hit) = placed(hit, view, run, base) else {
                    continue;
                };
                if *kept < self.budget.hits {
                    *kept += 1;
                    self.found.hits.push((hits.ruleset, hit));
                } else {
                    suppressed += 1;
                }
            }
            if suppressed > 0 {
                *self.found.suppressed.entry(hits.ruleset).or_default() += suppressed;
            }
        }
    }
}

// Only a pattern that is looked for with its places has any in a text that is none of the file's own.
fn has_place(hit: &Hit) -> bool {
    hit.line > 0
}

// A hit is at its encoded bytes. Of what two parts of a stretch share, each hit belongs to one; and where
// nothing was encoded, it is a hit of the plain bytes.
fn placed(hit: Hit, view: &View, run: &Run, base: u64) -> Option<Hit> {
    let start = usize::try_from(hit.offset).ok()?;
    let length = usize::try_from(hit.length).ok()?;
    let encoded = view.map.encoded(start..start.checked_add(length)?);
    let place = run.span.start + encoded.start;
    let plain = view.encoding == Encoding::Percent && encoded.len() == length;
    if plain || !run.own.contains(&place) {
        return None;
    }
    Some(Hit {
        offset: base + place as u64,
        length: u32::try_from(encoded.len()).unwrap_or(u32::MAX),
        encoding: Some(view.encoding),
        ..hit
    })
}
