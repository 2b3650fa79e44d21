//! The parts of an archive that are its members: what they say was found in them.

use std::ops::Range;

use merlon_model::{Hit, Hits};

// A hit in a member that is not remembered is merely reported twice.
const MOST: usize = 65_536;

/// Spans of an archive, in order.
#[derive(Debug, Default)]
pub(crate) struct Covered(Vec<Range<u64>>);

impl Covered {
    pub(crate) fn add(&mut self, span: Range<u64>) {
        if self.0.len() < MOST {
            self.0.push(span);
        }
    }

    /// Leaves out the hits that members have: each is reported once, where it belongs.
    pub(crate) fn leave_out(&self, all: &mut Vec<Hits>) {
        if self.0.is_empty() {
            return;
        }
        for hits in &mut *all {
            hits.hits.retain(|hit| !self.holds(hit));
        }
        all.retain(|hits| !hits.hits.is_empty() || hits.suppressed > 0);
    }

    /// Nothing is left of so many bytes.
    pub(crate) fn is_all_of(&self, length: usize) -> bool {
        self.0
            .iter()
            .any(|span| span.start == 0 && span.end >= length as u64)
    }

    fn holds(&self, hit: &Hit) -> bool {
        let next = self.0.partition_point(|span| span.start <= hit.offset);
        let span = next.checked_sub(1).and_then(|place| self.0.get(place));
        span.is_some_and(|span| hit.offset + u64::from(hit.length) <= span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_a_span_is_left_out() {
        let mut covered = Covered::default();
        covered.add(512..600);
        covered.add(1024..2000);
        let hit = |offset| Hit {
            offset,
            length: 10,
            ..Hit::default()
        };
        let mut all = vec![Hits {
            hits: [10, 512, 590, 595, 1500, 1995, 5000].map(hit).to_vec(),
            ..Hits::default()
        }];
        covered.leave_out(&mut all);
        let places: Vec<_> = all[0].hits.iter().map(|hit| hit.offset).collect();
        assert_eq!(places, [10, 595, 1995, 5000]);
    }
}
