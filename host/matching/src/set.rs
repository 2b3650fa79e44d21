//! All patterns of all rulesets, compiled together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use merlon_model::Hits;

use crate::analysis::Analyses;
use crate::compile::{Ready, compile};
use crate::compiled::Compiled;
use crate::glob::Glob;
use crate::literals::{Literal, Literals};
use crate::pass::{Block, Pass, Rest, STRETCH};
use crate::{Budget, Detail, Pattern, Reason, Refusal, Scratch, Stream};

static SETS: AtomicU64 = AtomicU64::new(1);

/// A pattern that has no literal, and so runs over every file that its selector admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ungated {
    /// Which ruleset: its place in the catalogue.
    pub ruleset: usize,
    /// Which pattern: its id.
    pub pattern: u32,
}

/// Patterns, compiled; shared by every thread that scans.
#[derive(Debug)]
pub struct PatternSet {
    pub(crate) identity: u64,
    pub(crate) patterns: Vec<Compiled>,
    pub(crate) globs: Vec<Glob>,
    pub(crate) literals: Literals,
    /// The patterns of each literal.
    pub(crate) owners: Vec<Vec<u32>>,
    pub(crate) ungated: Vec<usize>,
    pub(crate) longest_literal: usize,
    /// The farthest that any match starts before its literal.
    pub(crate) back: usize,
    /// The longest that any match can be.
    pub(crate) reach: usize,
    pub(crate) budget: Budget,
}

impl PatternSet {
    /// Compiles what can be compiled, and says what cannot and why.
    #[must_use]
    pub fn compile(patterns: Vec<Pattern>, budget: &Budget) -> (Self, Vec<Refusal>) {
        Self::compile_again(patterns, budget, &mut Analyses::default())
    }

    /// The same, with what was found out of the patterns before, within the same budget; what is found out
    /// now is added.
    #[must_use]
    pub fn compile_again(
        patterns: Vec<Pattern>,
        budget: &Budget,
        known: &mut Analyses,
    ) -> (Self, Vec<Refusal>) {
        let mut draft = Draft::new(budget);
        let mut refusals = Vec::new();
        for pattern in &patterns {
            if let Err(reason) = draft.add(pattern, known) {
                refusals.push(Refusal {
                    ruleset: pattern.ruleset,
                    pattern: pattern.id,
                    reason,
                });
            }
        }
        let set = draft.finish();
        (set, refusals)
    }

    /// A set that finds nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::compile(Vec::new(), &Budget::default()).0
    }

    /// There is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// How many patterns are looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Some pattern is looked for with its places: only for these encoded text is decoded.
    #[must_use]
    pub fn has_places(&self) -> bool {
        let mut patterns = self.patterns.iter();
        patterns.any(|compiled| compiled.detail == Detail::Places)
    }

    /// The patterns without a literal: each costs a run of its expression over every selected file.
    #[must_use]
    pub fn ungated(&self) -> Vec<Ungated> {
        let compiled = self.ungated.iter().filter_map(|i| self.patterns.get(*i));
        compiled
            .map(|compiled| Ungated {
                ruleset: compiled.ruleset,
                pattern: compiled.id,
            })
            .collect()
    }

    /// The hits of a file that is in memory, by ruleset, in order of offset.
    #[must_use]
    pub fn scan(&self, path: &str, content: &[u8], scratch: &mut Scratch) -> Vec<Hits> {
        if self.is_empty() || content.is_empty() {
            return Vec::new();
        }
        let mut pass = Pass::new(self, path, scratch);
        let mut upto = 0;
        // Stretch by stretch, so that candidates never pile up.
        while upto < content.len() {
            upto = content.len().min(upto + STRETCH);
            let rest = if upto == content.len() {
                Rest::End
            } else {
                Rest::More
            };
            pass.block(&Block {
                bytes: content,
                base: 0,
                upto,
                rest,
            });
        }
        pass.finish()
    }

    /// The same for a file that comes in pieces.
    #[must_use]
    pub fn stream<'s>(&'s self, path: &str, scratch: &'s mut Scratch) -> Stream<'s> {
        Stream::new(Pass::new(self, path, scratch))
    }
}

struct Draft<'b> {
    budget: &'b Budget,
    set: PatternSet,
    texts: HashMap<Literal, usize>,
    globs: HashMap<String, usize>,
    counts: HashMap<usize, usize>,
    memory: usize,
}

impl<'b> Draft<'b> {
    fn new(budget: &'b Budget) -> Self {
        let set = PatternSet {
            identity: SETS.fetch_add(1, Ordering::Relaxed),
            patterns: Vec::new(),
            globs: Vec::new(),
            literals: Literals::new(Vec::new()),
            owners: Vec::new(),
            ungated: Vec::new(),
            longest_literal: 0,
            back: 0,
            reach: 0,
            budget: budget.clone(),
        };
        Self {
            budget,
            set,
            texts: HashMap::new(),
            globs: HashMap::new(),
            counts: HashMap::new(),
            memory: 0,
        }
    }

    fn add(&mut self, pattern: &Pattern, known: &mut Analyses) -> Result<(), Reason> {
        let count = self.counts.entry(pattern.ruleset).or_default();
        *count += 1;
        let limit = self.budget.patterns_per_ruleset;
        if *count > limit {
            return Err(Reason::TooMany { limit });
        }
        let glob = pattern
            .files
            .as_deref()
            .map(|text| self.glob(text))
            .transpose()?;
        let ready = compile(pattern, self.budget, known)?;
        self.memory += ready.memory;
        let limit = self.budget.compiled_total;
        if self.memory > limit {
            self.memory -= ready.memory;
            return Err(Reason::TotalSize { limit });
        }
        self.place(ready, glob);
        Ok(())
    }

    fn glob(&mut self, text: &str) -> Result<usize, Reason> {
        let (length, limit) = (text.len(), self.budget.source_length);
        if length > limit {
            return Err(Reason::TooLong { length, limit });
        }
        if let Some(known) = self.globs.get(text) {
            return Ok(*known);
        }
        let glob = Glob::parse(text).ok_or_else(|| Reason::Glob {
            glob: text.to_owned(),
        })?;
        self.set.globs.push(glob);
        let index = self.set.globs.len() - 1;
        self.globs.insert(text.to_owned(), index);
        Ok(index)
    }

    fn place(&mut self, ready: Ready, glob: Option<usize>) {
        let index = self.set.patterns.len();
        if ready.literals.is_empty() {
            self.set.ungated.push(index);
        }
        for literal in ready.literals {
            self.set.longest_literal = self.set.longest_literal.max(literal.bytes.len());
            let next = self.texts.len();
            let place = *self.texts.entry(literal).or_insert(next);
            if place == next {
                self.set.owners.push(Vec::new());
            }
            if let (Some(owners), Ok(index)) =
                (self.set.owners.get_mut(place), u32::try_from(index))
            {
                owners.push(index);
            }
        }
        self.set.back = self.set.back.max(ready.compiled.back);
        self.set.reach = self.set.reach.max(ready.compiled.reach);
        self.set.patterns.push(Compiled {
            glob,
            ..ready.compiled
        });
    }

    fn finish(self) -> PatternSet {
        let Self { mut set, texts, .. } = self;
        let mut texts: Vec<_> = texts.into_iter().collect();
        texts.sort_unstable_by_key(|(_, place)| *place);
        set.literals = Literals::new(texts.into_iter().map(|(literal, _)| literal).collect());
        set
    }
}
