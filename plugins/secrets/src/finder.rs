//! The rules on texts that the host's one pass does not see: the values of objects.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex_lite::Regex;

use crate::rules::{Rank, SecretRule};

/// The first bytes of a keyword, in lower case.
type Start = [u8; 3];

/// Finds candidates. An expression is compiled when the first text holds a keyword of its rule.
#[derive(Debug)]
pub struct Finder {
    words: HashMap<Start, Vec<Word>>,
    /// Most places of a text are the start of no keyword, and one bit tells.
    marks: Marks,
    /// The rules without a keyword.
    always: Vec<usize>,
    expressions: Vec<OnceLock<Vec<Regex>>>,
}

/// A keyword of a rule.
#[derive(Debug)]
struct Word {
    text: String,
    rule: usize,
}

/// One bit for each of 65,536 values of a start.
#[derive(Debug)]
struct Marks(Vec<u64>);

/// A text that a rule's pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// Place of the rule.
    pub rule: usize,
    /// Where the match starts.
    pub offset: usize,
    /// Bytes of the match.
    pub length: usize,
    /// What the pattern captured.
    pub text: &'a str,
}

impl Finder {
    /// A finder of all rules but those that only names give away: names mean something else here.
    #[must_use]
    pub fn new(rules: &[SecretRule]) -> Self {
        let mut finder = Self {
            words: HashMap::new(),
            marks: Marks(vec![0; 1024]),
            always: Vec::new(),
            expressions: rules.iter().map(|_| OnceLock::new()).collect(),
        };
        for (place, rule) in rules.iter().enumerate() {
            if rule.rank != Rank::Generic && rule.files.is_none() {
                finder.add(place, rule);
            }
        }
        finder
    }

    fn add(&mut self, place: usize, rule: &SecretRule) {
        let starts: Option<Vec<Start>> = rule.keywords.iter().map(|word| start(word)).collect();
        let Some(starts) = starts.filter(|starts| !starts.is_empty()) else {
            self.always.push(place);
            return;
        };
        for (start, word) in starts.into_iter().zip(&rule.keywords) {
            self.marks.set(start);
            self.words.entry(start).or_default().push(Word {
                text: word.clone(),
                rule: place,
            });
        }
    }

    /// What the rules find in a text.
    #[must_use]
    pub fn find<'a>(&self, rules: &[SecretRule], text: &'a str) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for place in self.candidates(text) {
            if let Some(rule) = rules.get(place)
                && rule.holds.as_ref().is_none_or(|part| text.contains(part))
            {
                self.search(place, rule, text, &mut found);
            }
        }
        found
    }

    /// The rules of which the text holds a keyword.
    fn candidates(&self, text: &str) -> Vec<usize> {
        let bytes = text.as_bytes();
        let mut places = self.always.clone();
        for (at, window) in bytes.windows(3).enumerate() {
            let Ok(mut start) = Start::try_from(window) else {
                continue;
            };
            start.make_ascii_lowercase();
            if !self.marks.has(start) {
                continue;
            }
            let words = self.words.get(&start).into_iter().flatten();
            let here = words.filter(|word| {
                let part = bytes.get(at..at + word.text.len());
                part.is_some_and(|part| part.eq_ignore_ascii_case(word.text.as_bytes()))
            });
            places.extend(here.map(|word| word.rule));
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn search<'a>(
        &self,
        place: usize,
        rule: &SecretRule,
        text: &'a str,
        found: &mut Vec<Found<'a>>,
    ) {
        let Some(slot) = self.expressions.get(place) else {
            return;
        };
        let expressions = slot.get_or_init(|| {
            let compiled = rule.patterns.iter().map(|pattern| Regex::new(pattern));
            compiled.filter_map(Result::ok).collect()
        });
        for captures in expressions
            .iter()
            .flat_map(|regex| regex.captures_iter(text))
        {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            found.push(Found {
                rule: place,
                offset: whole.start(),
                length: whole.len(),
                text: captures.get(1).unwrap_or(whole).as_str(),
            });
        }
    }
}

impl Marks {
    fn place(start: Start) -> (usize, u64) {
        let [a, b, c] = start.map(usize::from);
        let bit = (a << 10 ^ b << 5 ^ c) & 0xffff;
        (bit / 64, 1 << (bit % 64))
    }

    fn set(&mut self, start: Start) {
        let (place, bit) = Self::place(start);
        if let Some(word) = self.0.get_mut(place) {
            *word |= bit;
        }
    }

    fn has(&self, start: Start) -> bool {
        let (place, bit) = Self::place(start);
        self.0.get(place).is_some_and(|word| word & bit != 0)
    }
}

fn start(keyword: &str) -> Option<Start> {
    let start = keyword.as_bytes().get(..3)?;
    Start::try_from(start.to_ascii_lowercase()).ok()
}
