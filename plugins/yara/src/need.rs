//! What a file must contain for a condition to hold: some of this and some of that, each a set of literals
//! of which one is enough.

use std::collections::HashMap;

use crate::cover::{Cover, Literal};

/// Clauses that are kept of one condition while it is read.
const CLAUSES: usize = 4;
/// Literals of one clause: a long list of words, of which any is enough.
const LITERALS: usize = 4096;
/// Alternatives that are combined clause by clause; of more, the rarest clause of each is enough.
const ALTERNATIVES: usize = 16;

/// A bound that is greater is none: so much of a file is looked through for literals that must be early.
pub(crate) const BEGINNING: u32 = 8 << 10;

/// A literal that must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    /// Its place in [`Literals`].
    pub(crate) literal: u32,
    /// It must be in so many bytes at the beginning of the file; anywhere where there is no bound.
    pub(crate) within: Option<u32>,
}

/// One of these literals must be there; none of an empty clause can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    /// Sorted.
    pub(crate) any: Vec<Wanted>,
    /// How often one is expected, per byte of a typical file.
    pub(crate) rate: f32,
}

/// All clauses must hold. Without clauses nothing is needed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Need(Vec<Clause>);

impl Need {
    /// The condition can hold in any file.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// The condition never holds.
    pub(crate) fn impossible() -> Self {
        Self(vec![Clause {
            any: Vec::new(),
            rate: 0.0,
        }])
    }

    /// One of the literals of a string; nothing when it has no cover.
    pub(crate) fn of(cover: Option<Cover>, literals: &mut Literals) -> Self {
        let Some(cover) = cover else {
            return Self::nothing();
        };
        let mut any: Vec<Wanted> = cover
            .literals
            .into_iter()
            .map(|literal| Wanted {
                literal: literals.place(literal),
                within: None,
            })
            .collect();
        any.sort_unstable();
        any.dedup();
        Self(vec![Clause {
            any,
            rate: cover.rate,
        }])
    }

    /// The clauses, rarest first.
    pub(crate) fn clauses(&self) -> &[Clause] {
        &self.0
    }

    /// It holds in so many bytes at the beginning of the file.
    pub(crate) fn within(mut self, bytes: u64) -> Self {
        let bound = u32::try_from(bytes).ok();
        let Some(bound) = bound.filter(|bound| *bound <= BEGINNING) else {
            return self;
        };
        for wanted in self.0.iter_mut().flat_map(|clause| &mut clause.any) {
            wanted.within = Some(wanted.within.map_or(bound, |known| known.min(bound)));
        }
        self
    }

    /// Both hold.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.pruned()
    }

    /// At least one holds.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut clauses = Vec::with_capacity(self.0.len() * other.0.len());
        for ours in &self.0 {
            clauses.extend(other.0.iter().map(|theirs| ours.or(theirs)));
        }
        Self(clauses).pruned()
    }

    /// At least one of them holds.
    pub(crate) fn any(needs: &[Self]) -> Self {
        if needs.len() <= ALTERNATIVES {
            return needs
                .iter()
                .fold(Self::impossible(), |all, need| all.or(need));
        }
        let mut any = Vec::new();
        let mut rate = 0.0;
        for need in needs {
            let Some(clause) = need.0.first() else {
                return Self::nothing();
            };
            any.extend(&clause.any);
            rate += clause.rate;
        }
        any.sort_unstable();
        any.dedup();
        Self(vec![Clause { any, rate }]).pruned()
    }

    /// At least `count` of them hold.
    pub(crate) fn at_least(count: usize, mut needs: Vec<Self>) -> Self {
        if count == 0 {
            return Self::nothing();
        }
        if count >= needs.len() {
            // More than there are is never reached; that it needs all of them is true as well.
            return needs.into_iter().fold(Self::nothing(), Self::and);
        }
        // Of any `len - count + 1` of them one must hold, so also of the rarest.
        needs.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        let (all, some) = (needs.len(), needs.len() - count + 1);
        let choices = match all <= ALTERNATIVES {
            true => all.min(CLAUSES),
            false => 1,
        };
        let mut need = Self::nothing();
        for _ in 0..choices {
            need = need.and(Self::any(needs.get(..some).unwrap_or(&needs)));
            needs.rotate_left(1);
        }
        need
    }

    /// How often the rarest clause is expected to hold, per byte of a typical file.
    pub(crate) fn rate(&self) -> f32 {
        self.0.first().map_or(f32::INFINITY, |clause| clause.rate)
    }

    /// The rarest clauses.
    fn pruned(mut self) -> Self {
        self.0.retain(|clause| clause.any.len() <= LITERALS);
        self.0.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        self.0.dedup();
        self.0.truncate(CLAUSES);
        self
    }
}

impl Clause {
    fn or(&self, other: &Self) -> Self {
        let mut any = [self.any.as_slice(), &other.any].concat();
        any.sort_unstable();
        any.dedup();
        Self {
            any,
            // An upper bound: what both have is counted twice.
            rate: self.rate + other.rate,
        }
    }
}

/// Every literal once.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    places: HashMap<Literal, u32>,
    all: Vec<Literal>,
}

impl Literals {
    fn place(&mut self, literal: Literal) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        *self.places.entry(literal).or_insert_with_key(|literal| {
            self.all.push(literal.clone());
            next
        })
    }

    pub(crate) fn get(&self, place: u32) -> Option<&Literal> {
        self.all.get(usize::try_from(place).ok()?)
    }
}
