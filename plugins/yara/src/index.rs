//! From the hits in a file to the rules that can hold for it.

use std::collections::{BTreeMap, HashMap};

use crate::book::{Book, Entry};
use crate::cover::Literal;
use crate::files::Files;
use crate::need::{Literals, Wanted};
use crate::subject::Subject;
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
    /// By rule: the bits of the clauses that must hold.
    needed: Vec<u8>,
    /// Rules that can hold without a hit.
    ungated: Vec<u32>,
}

/// One clause of one rule.
#[derive(Debug, Clone, Copy)]
struct Clause {
    rule: u32,
    bit: u8,
    /// The hit must be in so many bytes at the beginning of the file.
    within: Option<u32>,
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
        rules.sort_by_key(|(_, rule)| needed(rule).iter().map(Vec::len).sum::<usize>());
        let mut index = Self {
            needed: vec![0; book.rules.len()],
            ..Self::default()
        };
        let mut ids: HashMap<u32, usize> = HashMap::new();
        let mut gated = Vec::new();
        for (rule, entry) in rules {
            let clauses = needed(entry);
            match !clauses.is_empty() && index.look_for(clauses, literals, &mut ids) {
                true => gated.push((rule, entry)),
                false => index.ungated.push(rule),
            }
        }
        for (_, entry) in &gated {
            let useful = entry.clauses.all.get(..entry.clauses.useful);
            index.look_for(useful.unwrap_or(&[]), literals, &mut ids);
        }
        // What is looked for on behalf of one rule may say more about another.
        for (rule, entry) in gated {
            index.heed(rule, entry, &ids);
        }
        index.ungated.sort_unstable();
        index
    }

    /// Makes patterns of the literals of those clauses, where there is room for all of them.
    fn look_for(
        &mut self,
        clauses: &[Vec<Wanted>],
        literals: &Literals,
        ids: &mut HashMap<u32, usize>,
    ) -> bool {
        let wanted = || clauses.iter().flatten().map(|wanted| wanted.literal);
        let new = wanted().filter(|literal| !ids.contains_key(literal));
        if self.patterns.len() + new.count() > PATTERNS {
            return false;
        }
        for literal in wanted() {
            ids.entry(literal).or_insert_with(|| {
                self.patterns.extend(literals.get(literal).cloned());
                self.clauses_of.push(Vec::new());
                self.patterns.len() - 1
            });
        }
        true
    }

    /// Takes in those clauses of a rule of which every literal is looked for.
    fn heed(&mut self, rule: u32, entry: &Entry, ids: &HashMap<u32, usize>) {
        let clauses = entry.clauses.all.iter().filter_map(|clause| {
            let ids = clause.iter().map(|wanted| ids.get(&wanted.literal));
            Some(clause.iter().zip(ids.collect::<Option<Vec<&usize>>>()?))
        });
        for (place, clause) in clauses.enumerate() {
            let bit = 1 << place;
            for (wanted, id) in clause {
                if let Some(clauses) = self.clauses_of.get_mut(*id) {
                    clauses.push(Clause {
                        rule,
                        bit,
                        within: wanted.within,
                    });
                }
            }
            if let Some(needed) = usize::try_from(rule)
                .ok()
                .and_then(|rule| self.needed.get_mut(rule))
            {
                *needed |= bit;
            }
        }
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

    /// The rules that a file with those hits may hold; `hits` are patterns.
    pub(crate) fn candidates(
        &self,
        book: &Book,
        hits: &[u32],
        subject: &mut Subject<'_>,
    ) -> Result<Candidates, String> {
        let admit = |rule: &u32| {
            let rule = book.rule(*rule);
            rule.is_some_and(|rule| rule.files.admit(subject.kind, subject.size))
        };
        let ungated = self.ungated.iter().copied().filter(admit).collect();
        let mut clauses = self.clauses_of(hits);
        let mut gated = self.complete(&clauses);
        gated.retain(admit);
        clauses.retain(|(_, clause)| gated.binary_search(&clause.rule).is_ok());
        // Where a hit is need not be known of most files.
        let bounds = clauses.iter().filter_map(|(_, clause)| clause.within);
        if let Some(most) = bounds.max() {
            let beginning = subject.beginning(most)?;
            clauses.retain(|(pattern, clause)| {
                let literal = self.patterns.get(*pattern);
                clause
                    .within
                    .zip(literal)
                    .is_none_or(|(within, literal)| literal.is_within(beginning, within))
            });
            gated = self.complete(&clauses);
        }
        Ok(Candidates { gated, ungated })
    }

    /// The clauses that those patterns are part of, each with its pattern, by rule.
    fn clauses_of(&self, hits: &[u32]) -> Vec<(usize, Clause)> {
        let hits = hits.iter().filter_map(|hit| usize::try_from(*hit).ok());
        let mut clauses: Vec<(usize, Clause)> = hits
            .flat_map(|hit| {
                let clauses = self.clauses_of.get(hit).into_iter().flatten();
                clauses.map(move |clause| (hit, *clause))
            })
            .collect();
        clauses.sort_unstable_by_key(|(_, clause)| clause.rule);
        clauses
    }

    /// The rules of which every clause is there, in order.
    fn complete(&self, clauses: &[(usize, Clause)]) -> Vec<u32> {
        let by_rule = clauses.chunk_by(|(_, a), (_, b)| a.rule == b.rule);
        let complete = by_rule.filter_map(|clauses| {
            let (_, first) = clauses.first()?;
            let needed = self.needed.get(usize::try_from(first.rule).ok()?)?;
            let held = clauses
                .iter()
                .fold(0, |held, (_, clause)| held | clause.bit);
            (held == *needed).then_some(first.rule)
        });
        complete.collect()
    }
}

/// The clauses of a rule that must be looked for.
fn needed(rule: &Entry) -> &[Vec<Wanted>] {
    let clauses = &rule.clauses;
    clauses.all.get(..clauses.needed).unwrap_or(&[])
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
            let why = match rule.clauses.needed == 0 {
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
