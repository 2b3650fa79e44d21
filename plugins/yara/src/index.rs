//! From the hits in a file to the rules that can hold for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::book::{Book, Entry};
use crate::cover::Literal;
use crate::files::Files;
use crate::need::Literals;
use merlon_sdk::host::log::{self, Level};

/// Patterns of one ruleset: what the host takes, and some room.
const PATTERNS: usize = 45_000;

/// Which patterns are looked for and what their hits mean.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// The literals that the host looks for; their places are the ids of the patterns.
    pub(crate) patterns: Vec<Literal>,
    /// By pattern: the clauses it is part of.
    clauses_of: Vec<Vec<Clause>>,
    /// Rules that can hold without a hit.
    ungated: Vec<u32>,
}

/// One clause of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Clause {
    rule: u32,
    place: usize,
}

/// The rules that may hold for a file. Which of them are ungated depends on little but its type, so the
/// same ones come again and again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Candidates {
    pub(crate) gated: Vec<u32>,
    pub(crate) ungated: Vec<u32>,
}

impl Index {
    /// Rules that need few literals come first; when there is no room left, the rest is ungated.
    pub(crate) fn of(book: &Book, literals: &Literals) -> Self {
        let mut rules: Vec<(u32, &Entry)> = (0..).zip(&book.rules).collect();
        rules.retain(|(_, rule)| rule.id.is_some() && !rule.files.are_none());
        rules.sort_by_key(|(_, rule)| rule.clauses.iter().map(Vec::len).sum::<usize>());
        let mut index = Self::default();
        let mut ids: HashMap<u32, usize> = HashMap::new();
        for (rule, entry) in rules {
            let new = entry
                .clauses
                .iter()
                .flatten()
                .filter(|literal| !ids.contains_key(literal));
            if entry.clauses.is_empty() || index.patterns.len() + new.count() > PATTERNS {
                index.ungated.push(rule);
                continue;
            }
            for (place, clause) in entry.clauses.iter().enumerate() {
                for literal in clause {
                    let id = *ids.entry(*literal).or_insert(index.patterns.len());
                    if id == index.patterns.len() {
                        index.patterns.extend(literals.get(*literal).cloned());
                        index.clauses_of.push(Vec::new());
                    }
                    if let Some(clauses) = index.clauses_of.get_mut(id) {
                        clauses.push(Clause { rule, place });
                    }
                }
            }
        }
        index.ungated.sort_unstable();
        index
    }

    /// The prefilter of the files to be shown; nothing when every file is to be.
    pub(crate) fn filter(&self, book: &Book) -> Option<String> {
        let mut sets: BTreeMap<String, Files> = BTreeMap::new();
        let ungated = self.ungated.iter().filter_map(|&rule| book.rule(rule));
        // A rule that was refused meanwhile holds for no file.
        for rule in ungated.filter(|rule| !rule.files.are_none()) {
            let set = sets.entry(rule.files.type_words()).or_insert(rule.files);
            *set = set.or(rule.files);
        }
        let mut parts = vec!["hits > 0".to_owned()];
        for set in sets.values() {
            parts.push(set.filter()?);
        }
        Some(parts.join(" or "))
    }

    pub(crate) fn candidates(
        &self,
        book: &Book,
        hits: impl Iterator<Item = u32>,
        admitted: impl Fn(&Files) -> bool,
    ) -> Candidates {
        let admit = |rule: &u32| book.rule(*rule).is_some_and(|rule| admitted(&rule.files));
        let mut held: BTreeSet<Clause> = BTreeSet::new();
        for pattern in hits.collect::<BTreeSet<u32>>() {
            let pattern = usize::try_from(pattern).unwrap_or(usize::MAX);
            held.extend(self.clauses_of.get(pattern).into_iter().flatten());
        }
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for clause in held {
            *counts.entry(clause.rule).or_default() += 1;
        }
        let whole = |rule: u32, count: usize| {
            let entry = book.rule(rule);
            entry.is_some_and(|entry| count == entry.clauses.len())
        };
        let complete = counts
            .into_iter()
            .filter(|(rule, count)| whole(*rule, *count));
        Candidates {
            gated: complete.map(|(rule, _)| rule).filter(admit).collect(),
            ungated: self.ungated.iter().copied().filter(admit).collect(),
        }
    }
}

impl Index {
    /// Tells the operator which rules can hold without a hit, and for which files they are tried.
    pub(crate) fn explain(&self, book: &Book) {
        let rules = self.ungated.iter().filter_map(|&rule| book.rule(rule));
        for rule in rules.filter(|rule| !rule.files.are_none()) {
            let files = rule.files.filter();
            let files = files.map_or("every file".to_owned(), |filter| {
                format!("files with {filter}")
            });
            let why = match rule.clauses.is_empty() {
                true => "it can hold without any 3 fixed bytes",
                false => "it needs too many literals",
            };
            let name = &rule.name;
            log::write(
                Level::Info,
                &format!("ungated {name}: {why}; it is tried on {files}"),
            );
        }
    }
}
