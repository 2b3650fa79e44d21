//! All rules of the content, as far as they must be known before one of them is needed: what a file must
//! contain for it, what it uses, and where its text is.

use std::ops::Range;

use crate::files::Files;
use crate::gate::Clauses;

/// The rules, in the order in which they are declared.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Paths of the files.
    pub(crate) files: Vec<String>,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) rules: Vec<Entry>,
}

/// Rules that see each other: a file, with what it includes.
#[derive(Debug, Default)]
pub(crate) struct Namespace {
    /// The path of the file.
    pub(crate) name: String,
    /// Its modules.
    pub(crate) imports: Vec<String>,
    /// Its global rules: without them no other one holds.
    pub(crate) globals: Vec<u32>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) namespace: u32,
    /// Place of its file.
    pub(crate) file: u32,
    /// Its text in the file.
    pub(crate) range: Range<usize>,
    /// Rules that its condition names.
    pub(crate) uses: Vec<u32>,
    /// Modules that its condition names.
    pub(crate) modules: Vec<String>,
    /// What findings call it; private rules have no findings.
    pub(crate) id: Option<String>,
    /// Sets of literals: a file must contain one of each.
    pub(crate) clauses: Clauses,
    /// Files that it can hold for.
    pub(crate) files: Files,
}

impl Book {
    pub(crate) fn rule(&self, place: u32) -> Option<&Entry> {
        self.rules.get(usize::try_from(place).ok()?)
    }

    pub(crate) fn namespace(&self, rule: &Entry) -> Option<&Namespace> {
        self.namespaces.get(usize::try_from(rule.namespace).ok()?)
    }

    pub(crate) fn path(&self, rule: &Entry) -> &str {
        let place = usize::try_from(rule.file).unwrap_or(usize::MAX);
        self.files.get(place).map_or("", String::as_str)
    }

    /// The rules with everything that their answer depends on, in order.
    pub(crate) fn closure(&self, rules: &[u32]) -> Vec<u32> {
        let mut known = std::collections::BTreeSet::new();
        let mut left = rules.to_vec();
        while let Some(place) = left.pop() {
            let Some(rule) = self.rule(place) else {
                continue;
            };
            if known.insert(place) {
                left.extend(&rule.uses);
                let globals = self.namespace(rule).map(|namespace| &namespace.globals);
                left.extend(globals.into_iter().flatten());
            }
        }
        known.into_iter().collect()
    }
}
