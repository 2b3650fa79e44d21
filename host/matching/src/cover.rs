//! The literal cover of a regex: literals of which every match contains at least one.
//!
//! Any position in the expression may carry the cover; the rarest one is taken, for a hit of a literal
//! costs a run of the expression.

use merlon_rarity::bits;
use regex_syntax::hir::literal::{Extractor, Seq};
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use crate::CaseRule;
use crate::literals::{Literal, SHORTEST};

// Longer literals are not rarer, and their number bounds how many can end at one byte.
const LITERAL_LENGTH: usize = 32;
const LITERALS: usize = 96;
// How many parts after a position are asked for literals, and how many positions are tried.
const PARTS: usize = 24;
const POSITIONS: usize = 48;
// A literal at the start of the match is worth this many bits: the expression runs anchored.
const START_BONUS: f32 = 3.0;

/// Literals of which every match contains one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cover {
    pub(crate) literals: Vec<Literal>,
    /// The literal starts at most so many bytes after the match; `None` is no bound.
    pub(crate) back: Option<usize>,
    /// What must hold where the literal starts, when that is not the start of the match.
    pub(crate) tail: Option<Hir>,
    rarity: f32,
}

/// The rarest cover of an expression, if there is one of at least 3 bytes.
pub(crate) fn cover(hir: &Hir) -> Option<Cover> {
    let parts = match hir.kind() {
        HirKind::Capture(capture) => return cover(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            return rarer(prefix(hir), cover(&repetition.sub));
        }
        HirKind::Alternation(branches) => return rarer(prefix(hir), union(branches)),
        HirKind::Concat(parts) => parts,
        _ => return prefix(hir),
    };
    let mut found: Option<Cover> = None;
    let mut back = Some(0usize);
    for (at, part) in parts.iter().enumerate().take(POSITIONS) {
        let tail = Hir::concat(parts.iter().skip(at).take(PARTS).cloned().collect());
        let from_here = prefix(&tail).map(|cover| Cover {
            tail: (at > 0).then_some(tail),
            ..cover
        });
        for candidate in [from_here, cover(part)] {
            found = rarer(found, candidate.map(|cover| cover.after(back)));
        }
        let length = part.properties().maximum_len();
        back = back
            .zip(length)
            .map(|(sum, length)| sum.saturating_add(length));
    }
    found
}

fn rarer(a: Option<Cover>, b: Option<Cover>) -> Option<Cover> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.value() > a.value() { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn union(branches: &[Hir]) -> Option<Cover> {
    let mut literals = Vec::new();
    let mut back = Some(0usize);
    for branch in branches {
        let cover = cover(branch)?;
        literals.extend(cover.literals);
        back = back.zip(cover.back).map(|(a, b)| a.max(b));
    }
    Cover::of(literals, back)
}

// Case counts when that does not multiply the literals, as it does for `(?i)`.
fn prefix(hir: &Hir) -> Option<Cover> {
    let exact = extract(hir, CaseRule::Sensitive);
    let folded = extract(&fold(hir), CaseRule::Insensitive);
    match (exact, folded) {
        (Some(exact), Some(folded)) if exact.literals.len() > folded.literals.len() => Some(folded),
        (exact, folded) => exact.or(folded),
    }
}

fn extract(hir: &Hir, case: CaseRule) -> Option<Cover> {
    let seq: Seq = Extractor::new()
        .limit_literal_len(LITERAL_LENGTH)
        .limit_total(LITERALS * 2)
        .extract(hir);
    let literals = seq.literals()?.iter().map(|literal| Literal {
        bytes: literal.as_bytes().to_vec(),
        case,
    });
    Cover::of(literals.collect(), Some(0))
}

impl Cover {
    fn of(mut literals: Vec<Literal>, back: Option<usize>) -> Option<Self> {
        minimise(&mut literals);
        if literals.len() > LITERALS {
            for literal in &mut literals {
                literal.bytes.truncate(4);
            }
            minimise(&mut literals);
        }
        let shortest = literals.iter().map(|literal| literal.bytes.len()).min()?;
        if shortest < SHORTEST || literals.len() > LITERALS {
            return None;
        }
        let often: f32 = literals.iter().map(|l| (-bits(&l.bytes)).exp2()).sum();
        Some(Self {
            literals,
            back,
            tail: None,
            rarity: -often.log2(),
        })
    }

    fn after(self, before: Option<usize>) -> Self {
        let back = self.back.zip(before).map(|(a, b)| a.saturating_add(b));
        Self { back, ..self }
    }

    fn value(&self) -> f32 {
        match self.back {
            Some(0) => self.rarity + START_BONUS,
            Some(_) => self.rarity,
            // A whole window in front of every hit is dear.
            None => self.rarity - START_BONUS,
        }
    }
}

// A literal whose prefix is also in the set adds nothing.
fn minimise(literals: &mut Vec<Literal>) {
    literals.sort_unstable_by(|a, b| a.bytes.cmp(&b.bytes));
    let mut kept: Vec<Literal> = Vec::with_capacity(literals.len());
    for literal in literals.drain(..) {
        let covered =
            |last: &Literal| last.case == literal.case && literal.bytes.starts_with(&last.bytes);
        if !kept.last().is_some_and(covered) {
            kept.push(literal);
        }
    }
    *literals = kept;
}

// Letters of both cases become one lower-case letter, so that `(?i)` does not multiply literals.
fn fold(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => fold_class(class),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(fold(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => Hir::capture(Capture {
            sub: Box::new(fold(&capture.sub)),
            ..capture.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(fold).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(fold).collect()),
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Unicode(_)) => hir.clone(),
    }
}

fn fold_class(class: &ClassBytes) -> Hir {
    let folded = class.ranges().iter().flat_map(|range| {
        (range.start()..=range.end()).map(|byte| {
            let byte = byte.to_ascii_lowercase();
            ClassBytesRange::new(byte, byte)
        })
    });
    Hir::class(Class::Bytes(ClassBytes::new(folded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover_of(regex: &str) -> Option<(Vec<String>, Option<usize>)> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(regex)
            .unwrap();
        let cover = cover(&hir)?;
        let texts = cover.literals.iter();
        let texts = texts
            .map(|l| String::from_utf8_lossy(&l.bytes).into_owned())
            .collect();
        Some((texts, cover.back))
    }

    #[test]
    fn a_literal_at_the_start_lets_the_expression_run_anchored() {
        let (literals, back) = cover_of("AKIA[0-9A-Z]{16}").unwrap();
        assert_eq!((literals, back), (vec!["AKIA".into()], Some(0)));
    }

    #[test]
    fn a_literal_inside_is_found_with_its_farthest_distance() {
        let (literals, back) = cover_of(r"[a-z0-9]{0,20}_secret_key=\w+").unwrap();
        assert_eq!((literals, back), (vec!["_secret_key=".into()], Some(20)));
        let (literals, back) = cover_of(r"\w+@example").unwrap();
        assert_eq!((literals, back), (vec!["@example".into()], None));
    }

    #[test]
    fn folding_keeps_one_literal_for_both_cases() {
        let (literals, _) = cover_of("(?i)authorization: bearer [a-z]+").unwrap();
        assert_eq!(literals.len(), 1);
        assert!(literals[0].starts_with("authorization: bearer"));
    }

    #[test]
    fn an_alternation_is_covered_only_when_every_branch_is() {
        assert!(cover_of(r"(?:\d+foobar|[a-z]+quux)").is_some());
        assert!(cover_of(r"(?:foobar|[a-z]+)").is_none());
    }

    #[test]
    fn short_or_optional_text_is_no_cover() {
        for regex in [
            "s.",
            "[a-z]{20}",
            "(?:foobar)?[0-9]{3}",
            "[0-9a-f]{8}-[0-9a-f]{4}",
        ] {
            assert_eq!(cover_of(regex), None, "{regex}");
        }
    }
}
