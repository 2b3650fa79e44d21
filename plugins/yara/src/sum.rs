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

/// What it takes for the sum to be at least `least`: of terms without which the others are not enough,
/// one must be there.
pub(crate) fn reached(mut terms: Vec<Term>, least: u64) -> Need {
    terms.sort_by(|a, b| a.need.rate().total_cmp(&b.need.rate()));
    let mut any: Option<Need> = None;
    for (place, term) in terms.iter().enumerate() {
        any = Some(match any {
            None => term.need.clone(),
            Some(any) => any.or(&term.need),
        });
        let others = terms.iter().skip(place + 1).map(|term| term.most);
        if others.fold(0, u64::saturating_add) < least {
            return any.unwrap_or_default();
        }
    }
    Need::nothing()
}
