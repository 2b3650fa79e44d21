//! A regular expression that is built when it is first needed: most of hundreds never are.

use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::{BuildError, Config, NFA, WhichCaptures};
use regex_syntax::hir::Hir;

/// An expression of which is known that it can be built.
#[derive(Debug)]
pub(crate) struct Expression {
    hir: Hir,
    captures: WhichCaptures,
    limit: usize,
    size: usize,
    built: OnceLock<Option<Box<Regex>>>,
}

impl Expression {
    /// Finds out whether the expression can be built within `limit` bytes.
    pub(crate) fn check(
        hir: &Hir,
        captures: WhichCaptures,
        limit: usize,
    ) -> Result<Self, Box<BuildError>> {
        let config = Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::Implicit)
            .nfa_size_limit(Some(limit));
        let nfa = NFA::compiler()
            .configure(config)
            .build_from_hir(hir)
            .map_err(Box::new)?;
        Ok(Self {
            hir: hir.clone(),
            captures,
            limit,
            size: nfa.memory_usage(),
            built: OnceLock::new(),
        })
    }

    /// Bytes that it takes at least.
    pub(crate) fn size(&self) -> usize {
        self.size
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
            let regex = Regex::builder().configure(config).build_from_hir(&self.hir);
            regex.map(Box::new).ok()
        });
        built.as_deref()
    }
}
