//! The rules on texts that the host's one pass does not see: values of objects and of the
//! configuration of images.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use regex_lite::Regex;

use crate::rules::{Rank, SecretRule};

/// The first bytes of a keyword, in lower case.
type Start = [u8; 3];

/// Finds candidates. An expression is compiled when the first text holds a keyword of its rule.
#[derive(Debug)]
pub struct Finder {
    /// The rules that have a keyword with that start.
    starts: HashMap<Start, Vec<usize>>,
    /// The rules without a keyword.
    always: Vec<usize>,
    expressions: Vec<OnceLock<Vec<Regex>>>,
}

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
            starts: HashMap::new(),
            always: Vec::new(),
            expressions: rules.iter().map(|_| OnceLock::new()).collect(),
        };
        for (place, rule) in rules.iter().enumerate() {
            if rule.rank == Rank::Generic || rule.files.is_some() {
                continue;
            }
            let starts: Option<Vec<Start>> = rule.keywords.iter().map(|word| start(word)).collect();
            match starts {
                Some(starts) if !starts.is_empty() => {
                    for start in starts {
                        finder.starts.entry(start).or_default().push(place);
                    }
                }
                _ => finder.always.push(place),
            }
        }
        finder
    }

    /// What the rules find in a text.
    #[must_use]
    pub fn find<'a>(&self, rules: &[SecretRule], text: &'a str) -> Vec<Found<'a>> {
        let lower = text.to_ascii_lowercase();
        let mut places: BTreeSet<usize> = self.always.iter().copied().collect();
        for window in lower.as_bytes().windows(3) {
            if let Some(found) = Start::try_from(window)
                .ok()
                .and_then(|s| self.starts.get(&s))
            {
                places.extend(found);
            }
        }
        let mut found = Vec::new();
        for place in places {
            let Some(rule) = rules.get(place) else {
                continue;
            };
            let mut words = rule.keywords.iter().map(|word| word.to_ascii_lowercase());
            if rule.keywords.is_empty() || words.any(|word| lower.contains(&word)) {
                self.search(place, rule, text, &mut found);
            }
        }
        found
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

fn start(keyword: &str) -> Option<Start> {
    let start = keyword.as_bytes().get(..3)?;
    Start::try_from(start.to_ascii_lowercase()).ok()
}
