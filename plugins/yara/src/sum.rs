//! Sums of counts, as in `(#a & 1) * 2 + #b >= 3`.

use crate::need::Need;

/// One summand, never below 0.
#[derive(Debug)]
pub(crate) struct Term {
    /// What it takes for it not to be 0.
    pub(crate) need: Need,
    /// It is never greater; `u64::MAX` when it has no bound.
    pub(crate) most: u64,
}

impl Term {
    /// That many times as much.
    pub(crate) fn times(self, factor: u64) -> Self {
        Self {
            most: self.most.saturating_mul(factor),
            ..self
        }
    }
}

/// What it takes for the sum to be at least `least`: every term that the others do not make up for, and
/// one of those that they do not together.
pub(crate) fn reached(mut terms: Vec<Term>, least: u64) -> Need {
    terms.sort_by(|a, b| a.need.rate().total_cmp(&b.need.rate()));
    let mut all = Need::nothing();
    for place in 0..terms.len() {
        let others = terms
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place);
        let term = terms
            .get(place)
            .filter(|_| most(others.map(|(_, term)| term)) < least);
        all = all.and(term.map(|term| term.need.clone()).unwrap_or_default());
    }
    all.and(any_reached(&terms, least))
}

/// The first terms whose absence the others do not make up for: one of them must be there.
fn any_reached(terms: &[Term], least: u64) -> Need {
    let mut any = Need::impossible();
    for (place, term) in terms.iter().enumerate() {
        any = any.or(&term.need);
        if most(terms.iter().skip(place + 1)) < least {
            return any;
        }
    }
    Need::nothing()
}

fn most<'a>(terms: impl Iterator<Item = &'a Term>) -> u64 {
    terms.map(|term| term.most).fold(0, u64::saturating_add)
}
