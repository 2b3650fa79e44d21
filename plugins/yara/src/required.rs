//! The rarest bytes that every match of a string must contain.

use crate::piece::{CHOICES, Piece};

/// Longer literals are not rarer in practice, and cost memory.
pub(crate) const LONGEST: usize = 32;
/// Fewer bytes are in nearly every file.
const SHORTEST: usize = 3;
/// Literals of which one must be there.
const ALTERNATIVES: usize = 64;
/// Pieces that are looked at in one string; a hostile regex repeats itself without end.
const EFFORT: u32 = 20_000;
/// Repetitions that are written out.
const REPETITIONS: u32 = 8;
/// What the search for one literal costs where it is never found: the rate of one hit in 2^36 bytes.
const BURDEN: f32 = 1.0 / (1u64 << 36) as f32;

/// Any of these is in every match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Required {
    pub(crate) literals: Vec<Vec<u8>>,
    /// How often one of them is expected, per byte of a typical file.
    pub(crate) rate: f32,
}

impl Required {
    /// Nothing when one of them is too short to look for.
    pub(crate) fn of(mut literals: Vec<Vec<u8>>) -> Option<Self> {
        literals.sort();
        literals.dedup();
        let long = literals.iter().all(|literal| literal.len() >= SHORTEST);
        let rate = literals.iter().map(|literal| rate(literal)).sum();
        (long && !literals.is_empty()).then_some(Self { literals, rate })
    }
}

/// How often a literal is expected, per byte of a typical file.
fn rate(literal: &[u8]) -> f32 {
    (-merlon_rarity::bits(literal)).exp2() + BURDEN
}

/// The part of a text of at most `length` bytes that is the rarest.
pub(crate) fn rarest_part(text: &[u8], length: usize) -> &[u8] {
    let length = length.min(text.len()).max(1);
    // Bits are a sum over the places of a literal, so that one pass knows those of every part.
    let surprises: Vec<f32> = text.windows(3).map(surprise).collect();
    let mut best = (0, f32::NEG_INFINITY);
    let mut sum: f32 = surprises.iter().take(length.saturating_sub(2)).sum();
    for start in 0..=text.len() - length.min(text.len()) {
        if sum > best.1 {
            best = (start, sum);
        }
        let at = |place: usize| surprises.get(place).copied().unwrap_or(0.0);
        sum += at((start + length).saturating_sub(2)) - at(start);
    }
    text.get(best.0..best.0 + length).unwrap_or(text)
}

/// How many bits the last of three bytes adds to those before it.
fn surprise(three: &[u8]) -> f32 {
    let before = three.get(..2).unwrap_or(three);
    (merlon_rarity::bits(three) - merlon_rarity::bits(before)).max(0.0)
}

/// The rarest set of literals of which every match of `piece` contains one.
pub(crate) fn required(piece: &Piece) -> Option<Required> {
    let mut effort = EFFORT;
    best(piece, &mut effort)
}

fn best(piece: &Piece, effort: &mut u32) -> Option<Required> {
    let mut walk = Walk::new(effort);
    walk.visit(piece);
    walk.offer_run();
    walk.best
}

/// Reads a string from left to right. What it cannot afford to read it leaves out: everything offered
/// before that is required all the same.
struct Walk<'a> {
    /// All texts that the pieces just read can be.
    run: Vec<Vec<u8>>,
    best: Option<Required>,
    effort: &'a mut u32,
}

impl<'a> Walk<'a> {
    fn new(effort: &'a mut u32) -> Self {
        Self {
            run: vec![Vec::new()],
            best: None,
            effort,
        }
    }

    fn visit(&mut self, piece: &Piece) {
        if *self.effort == 0 {
            return;
        }
        *self.effort -= 1;
        match piece {
            Piece::Byte(byte) => {
                if self.is_full() {
                    self.offer_run();
                }
                self.run.iter_mut().for_each(|text| text.push(*byte));
            }
            Piece::AnyByte(bytes) => {
                let choices: Vec<Vec<u8>> = bytes.iter().map(|&byte| vec![byte]).collect();
                self.append(&choices);
            }
            Piece::Gap => self.offer_run(),
            Piece::Sequence(pieces) => pieces.iter().for_each(|piece| self.visit(piece)),
            Piece::Times(piece, times) => {
                (0..(*times).min(REPETITIONS)).for_each(|_| self.visit(piece));
                if *times > REPETITIONS {
                    self.offer_run();
                }
            }
            Piece::Either(branches) => match texts(piece, self.effort) {
                Some(texts) => self.append(&texts),
                None => {
                    self.offer_run();
                    self.offer_branches(branches);
                }
            },
        }
    }

    fn is_full(&self) -> bool {
        self.run.iter().any(|text| text.len() >= LONGEST)
    }

    fn append(&mut self, choices: &[Vec<u8>]) {
        if self.is_full() || self.run.len() * choices.len() > CHOICES {
            self.offer_run();
        }
        self.run = product(&self.run, choices);
    }

    fn offer_run(&mut self) {
        let run = std::mem::replace(&mut self.run, vec![Vec::new()]);
        self.offer(Required::of(run));
    }

    fn offer_branches(&mut self, branches: &[Piece]) {
        let mut literals = Vec::new();
        for branch in branches {
            match best(branch, self.effort) {
                Some(required) => literals.extend(required.literals),
                None => return,
            }
        }
        if literals.len() <= ALTERNATIVES {
            self.offer(Required::of(literals));
        }
    }

    fn offer(&mut self, offered: Option<Required>) {
        let Some(offered) = offered else { return };
        if self
            .best
            .as_ref()
            .is_none_or(|best| offered.rate < best.rate)
        {
            self.best = Some(offered);
        }
    }
}

fn product(starts: &[Vec<u8>], ends: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = Vec::with_capacity(starts.len() * ends.len());
    for start in starts {
        all.extend(ends.iter().map(|end| [start.as_slice(), end].concat()));
    }
    all
}

/// All texts that a piece can be, when they are few and short.
fn texts(piece: &Piece, effort: &mut u32) -> Option<Vec<Vec<u8>>> {
    *effort = effort.checked_sub(1)?;
    let mut all = vec![Vec::new()];
    match piece {
        Piece::Gap => return None,
        Piece::Byte(byte) => all = vec![vec![*byte]],
        Piece::AnyByte(bytes) => all = bytes.iter().map(|&byte| vec![byte]).collect(),
        Piece::Sequence(pieces) => {
            for piece in pieces {
                match piece {
                    Piece::Byte(byte) => all.iter_mut().for_each(|text| text.push(*byte)),
                    piece => all = few(product(&all, &texts(piece, effort)?))?,
                }
            }
        }
        Piece::Times(piece, times) => {
            let once = texts(piece, effort)?;
            for _ in 0..*times {
                all = few(product(&all, &once))?;
            }
        }
        Piece::Either(branches) => {
            all.clear();
            for branch in branches {
                all.extend(texts(branch, effort)?);
                all = few(all)?;
            }
        }
    }
    few(all)
}

fn few(texts: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    let short = texts.iter().all(|text| text.len() <= LONGEST);
    (short && texts.len() <= CHOICES).then_some(texts)
}

#[cfg(test)]
mod tests {
    use boreal_parser::regex::parse_regex;

    use super::*;
    use crate::piece::{Foreign, of_regex};

    fn literals(regex: &str) -> Vec<String> {
        let regex = parse_regex(&format!("/{regex}/")).unwrap();
        let found = required(&of_regex(&regex.ast, Foreign::Bytes));
        let literals = found.map(|found| found.literals).unwrap_or_default();
        let texts = literals.into_iter().map(String::from_utf8);
        texts.map(Result::unwrap).collect()
    }

    #[test]
    fn a_match_contains_one_of_them() {
        for (regex, wanted) in [
            ("abcdef", vec!["abcdef"]),
            ("the.{3}zqxwv", vec!["zqxwv"]),
            ("(foo|bar)zz", vec!["barzz", "foozz"]),
            ("(foo.*|.*barq)", vec!["barq", "foo"]),
            ("ab?cdq", vec!["abcdq", "acdq"]),
            ("xqz(ab)*", vec!["xqz"]),
            ("(ab){3}", vec!["ababab"]),
            ("[ab]cq[0-1]", vec!["acq0", "acq1", "bcq0", "bcq1"]),
            (r"\bq\.zz$", vec!["q.zz"]),
            ("[a-z]+", vec![]),
            ("a|b", vec![]),
            ("(xyzw)?", vec![]),
            ("é1", vec!["é1"]),
        ] {
            assert_eq!(literals(regex), wanted, "{regex}");
        }
    }

    #[test]
    fn a_regex_that_repeats_itself_is_read_as_far_as_it_is_worth() {
        let mut regex = "qz".to_owned();
        for _ in 0..10 {
            regex = format!("({regex}){{100}}");
        }
        assert!(!literals(&regex).is_empty());
        let deep = format!("{}x{}", "(a|".repeat(20), ")".repeat(20));
        assert!(literals(&deep).is_empty());
    }

    #[test]
    fn the_rarest_part_of_a_long_text_is_enough() {
        let text = [b"the ".repeat(20), b"xQzWvJq7".to_vec()].concat();
        let part = rarest_part(&text, LONGEST);
        assert!(part.len() == LONGEST && part.ends_with(b"xQzWvJq7"));
        assert_eq!(rarest_part(b"ab", LONGEST), b"ab");
    }
}
