//! A regular expression that is built when it is first needed: most of hundreds never are.

use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::{BuildError, Config, NFA, WhichCaptures};
use regex_syntax::hir::Hir;

use crate::CaseRule;
use crate::analysis::parse;

/// An expression of which is known that it can be built.
#[derive(Debug)]
pub(crate) struct Expression {
    text: String,
    case: CaseRule,
    captures: WhichCaptures,
    limit: usize,
    built: OnceLock<Option<Box<Regex>>>,
}

impl Expression {
    /// Bytes that the expression takes at least; an error when they are more than `limit`.
    pub(crate) fn size(hir: &Hir, limit: usize) -> Result<usize, Box<BuildError>> {
        let config = Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::Implicit)
            .nfa_size_limit(Some(limit));
        let nfa = NFA::compiler().configure(config).build_from_hir(hir);
        nfa.map(|nfa| nfa.memory_usage()).map_err(Box::new)
    }

    /// An expression that was found to be within `limit`; its first group is told.
    pub(crate) fn whole(text: &str, case: CaseRule, limit: usize) -> Self {
        Self::new(text, case, WhichCaptures::All, limit)
    }

    /// The same, to know only whether it holds.
    pub(crate) fn tail(text: &str, limit: usize) -> Self {
        Self::new(text, CaseRule::Sensitive, WhichCaptures::Implicit, limit)
    }

    fn new(text: &str, case: CaseRule, captures: WhichCaptures, limit: usize) -> Self {
        Self {
            text: text.to_owned(),
            case,
            captures,
            limit,
            built: OnceLock::new(),
        }
    }

    /// The expression, ready to run; nothing when it cannot be built after all.
    pub(crate) fn get(&self) -> Option<&Regex> {
        let built = self.built.get_or_init(|| {
            let config = Regex::config()
                .utf8_empty(false)
                .which_captures(self.captures)
                // Captures take some more than what was checked.
                .nfa_size_limit(Some(self.limit.saturating_mul(2)))
                .onepass_size_limit(Some(64 << 10))
                .hybrid_cache_capacity(512 << 10);
            let hir = parse(&self.text, self.case).ok()?;
            let regex = Regex::builder().configure(config).build_from_hir(&hir);
            regex.map(Box::new).ok()
        });
        built.as_deref()
    }
}
