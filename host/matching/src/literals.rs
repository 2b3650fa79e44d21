//! Where literals are: the filter says where one may be, a comparison says which.
//!
//! A literal of seven bytes has four grams of four bytes, and at one of four places in a row lies one of
//! them: it is looked for at every fourth place only. A shorter one, and one of which these grams are met
//! too often, is looked for at every second place by grams of three; one of three bytes has only one, and
//! so a second one of which a byte may be anything. The rarest part of the literal is what is looked for.

use std::iter;
use std::ops::Range;

use merlon_rarity::bits;
use serde::{Deserialize, Serialize};

use crate::CaseRule;
use crate::gram::{Filter, Gram, folds};

/// Shorter literals are no gate.
pub(crate) const SHORTEST: usize = 3;

/// Bytes to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Literal {
    /// In lower case when case does not count.
    pub(crate) bytes: Vec<u8>,
    pub(crate) case: CaseRule,
}

impl Literal {
    fn is_at(&self, bytes: &[u8], start: usize) -> bool {
        let Some(there) = bytes.get(start..start + self.bytes.len()) else {
            return false;
        };
        match self.case {
            CaseRule::Sensitive => there == self.bytes,
            CaseRule::Insensitive => there.eq_ignore_ascii_case(&self.bytes),
        }
    }
}

/// Literals, ready to be looked for; a literal is named by its place.
#[derive(Debug)]
pub(crate) struct Literals {
    literals: Vec<Literal>,
    second: Filter<3>,
    fourth: Filter<4>,
}

impl Literals {
    /// Literals shorter than [`SHORTEST`] are never found.
    pub(crate) fn new(literals: Vec<Literal>) -> Self {
        let (mut second, mut fourth) = (Vec::new(), Vec::new());
        for (number, literal) in (0..).zip(&literals) {
            let text = literal.bytes.as_slice();
            if text.len() == SHORTEST {
                second.extend(three(text, number));
                continue;
            }
            let folds = folds(text);
            let two = rarest::<3, 2>(&folds);
            let four = rarest::<4, 4>(&folds);
            match (two, four) {
                // There are two places to look at for one of the other.
                (_, Some(four)) if two.is_none_or(|two| four.often <= 2.0 * two.often) => {
                    fourth.extend(grams::<4, 4>(text, number, four.at));
                }
                (Some(two), _) => second.extend(grams::<3, 2>(text, number, two.at)),
                _ => {}
            }
        }
        Self {
            literals,
            second: Filter::new(second),
            fourth: Filter::new(fourth),
        }
    }

    /// Calls `found` with the start, the name and the end of every literal that lies within `range`,
    /// each once, in no order.
    pub(crate) fn search(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(usize, u32, usize),
    ) {
        let Some(bytes) = bytes.get(..range.end) else {
            return;
        };
        let mut confirm = |gram: &Gram, at: usize| {
            let Some(start) = at.checked_sub(gram.at as usize) else {
                return;
            };
            if start < range.start || !gram.may_start(bytes, start) {
                return;
            }
            let literal = self.literals.get(gram.literal as usize);
            if let Some(literal) = literal.filter(|literal| literal.is_at(bytes, start)) {
                found(start, gram.literal, start + literal.bytes.len());
            }
        };
        self.second.search::<2>(bytes, range.start, &mut confirm);
        self.fourth.search::<4>(bytes, range.start, &mut confirm);
    }
}

/// A part of a literal, so long that one of its grams lies at a place that is looked at.
#[derive(Debug, Clone, Copy)]
struct Part {
    at: usize,
    /// How often a place has one of its grams.
    often: f32,
}

/// The part of `STRIDE` grams that is met least often, if the literal is so long.
fn rarest<const LENGTH: usize, const STRIDE: usize>(folds: &[Vec<u8>; 2]) -> Option<Part> {
    let [lower, upper] = folds.each_ref().map(|text| text.windows(LENGTH));
    let often = |gram: &[u8]| (-bits(gram)).exp2();
    let grams = lower.zip(upper).map(|(a, b)| often(a) + often(b));
    let grams: Vec<f32> = grams.collect();
    let parts = grams.windows(STRIDE).map(|part| part.iter().sum());
    let parts = parts.enumerate().map(|(at, often)| Part { at, often });
    parts.min_by(|a, b| a.often.total_cmp(&b.often))
}

fn grams<const LENGTH: usize, const STRIDE: usize>(
    text: &[u8],
    literal: u32,
    at: usize,
) -> impl Iterator<Item = Gram> {
    let places = at..at + STRIDE;
    places.filter_map(move |at| Gram::of::<LENGTH>(text, literal, at))
}

/// The gram of a literal of three bytes, and all that may start one place behind it.
fn three(text: &[u8], literal: u32) -> Vec<Gram> {
    let behind = text.get(1..).unwrap_or_default();
    let Some(first) = Gram::of::<3>(text, literal, 0) else {
        return Vec::new();
    };
    let any = (0..=u8::MAX).filter(|byte| byte | 0x20 == *byte);
    let any = any.map(|byte| first.with(&[behind, &[byte]].concat(), 1));
    iter::once(first).chain(any).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(literals: &[&str], bytes: &[u8], range: Range<usize>) -> Vec<(usize, u32)> {
        let literals = literals.iter().map(|text| Literal {
            bytes: text.as_bytes().to_vec(),
            case: CaseRule::Insensitive,
        });
        let mut found = Vec::new();
        Literals::new(literals.collect())
            .search(bytes, range, |at, name, _| found.push((at, name)));
        found.sort_unstable();
        found
    }

    #[test]
    fn a_literal_is_found_wherever_it_starts() {
        for literal in [
            "key",
            "abcd",
            "secret",
            "kinsing",
            "\0\0\0\0\0t\u{1}",
            "a longer literal of words",
        ] {
            for at in 0..40 {
                let mut bytes = vec![b'.'; at];
                bytes.extend_from_slice(literal.to_uppercase().as_bytes());
                let end = bytes.len();
                assert_eq!(
                    places(&[literal], &bytes, 0..end),
                    [(at, 0)],
                    "{literal} {at}"
                );
                assert!(places(&[literal], &bytes, 0..end - 1).is_empty());
                assert!(places(&[literal], &bytes, at + 1..end).is_empty());
                bytes.extend_from_slice(&[b'.'; 40]);
                assert_eq!(places(&[literal], &bytes, at..end + 40), [(at, 0)]);
            }
        }
    }

    #[test]
    fn overlapping_and_repeated_literals_are_each_found_once() {
        let found = places(&["aaaaaaaa", "aaa"], b"aaaaaaaaaa", 0..10);
        let long = found.iter().filter(|(_, name)| *name == 0).count();
        let short = found.iter().filter(|(_, name)| *name == 1).count();
        assert_eq!((long, short), (3, 8));
    }

    #[test]
    fn case_counts_where_it_is_said_so() {
        let literals = Literals::new(vec![Literal {
            bytes: b"AKIA".to_vec(),
            case: CaseRule::Sensitive,
        }]);
        let mut found = Vec::new();
        literals.search(b"akia AKIA", 0..9, |at, _, _| found.push(at));
        assert_eq!(found, [5]);
    }
}
