//! What is found out of a regex: which literals lead to it, how far around them it looks, what it takes.
//!
//! That costs a fifth of a millisecond each, and is the same as long as this code is the same: whoever
//! starts again and again keeps it.

use std::collections::BTreeMap;

use regex_syntax::hir::Hir;
use serde::{Deserialize, Serialize};

use crate::cover::cover;
use crate::expression::Expression;
use crate::literals::Literal;
use crate::{Budget, CaseRule, Reason};

/// One regex within its budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analysis {
    /// Every match contains one; none for a regex that runs over whole files.
    pub(crate) literals: Vec<Literal>,
    /// A match starts at most so many bytes before its literal.
    pub(crate) back: usize,
    /// A match is at most so long.
    pub(crate) reach: usize,
    /// Bytes that the compiled regex takes at least.
    pub(crate) size: usize,
    /// A regex that must hold where the literal starts, and the bytes that it takes.
    pub(crate) tail: Option<(String, usize)>,
}

impl Analysis {
    fn of(text: &str, case: CaseRule, budget: &Budget) -> Result<Self, Reason> {
        let hir = parse(text, case).map_err(Reason::Syntax)?;
        if hir.properties().minimum_len() == Some(0) {
            return Err(Reason::MatchesEmpty);
        }
        let size = size(&hir, budget)?;
        let window = budget.window;
        let reach = hir.properties().maximum_len().unwrap_or(window).min(window);
        let Some(cover) = cover(&hir) else {
            let limit = budget.ungated_size;
            if size > limit {
                return Err(Reason::Ungated { size, limit });
            }
            return Ok(Self {
                literals: Vec::new(),
                back: 0,
                reach,
                size,
                tail: None,
            });
        };
        let tail = cover.tail.map(|tail| {
            let size = self::size(&tail, budget)?;
            Ok((tail.to_string(), size))
        });
        Ok(Self {
            literals: cover.literals,
            back: cover.back.unwrap_or(window).min(window),
            reach,
            size,
            tail: tail.transpose()?,
        })
    }
}

fn size(hir: &Hir, budget: &Budget) -> Result<usize, Reason> {
    let limit = budget.compiled_size;
    Expression::size(hir, limit).map_err(|source| Reason::Compile { limit, source })
}

pub(crate) fn parse(text: &str, case: CaseRule) -> Result<Hir, Box<regex_syntax::Error>> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(100)
        .case_insensitive(case == CaseRule::Insensitive)
        .build()
        .parse(text)
        .map_err(Box::new)
}

/// What was found out of regexes, within one budget and by one version of this code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analyses {
    sensitive: BTreeMap<String, Analysis>,
    insensitive: BTreeMap<String, Analysis>,
    #[serde(skip)]
    added: bool,
}

impl Analyses {
    /// Another number for another way to find out: what was kept under the one before does not count.
    pub const FORM: u32 = 1;

    /// Something was found out that was not known before.
    #[must_use]
    pub fn has_grown(&self) -> bool {
        self.added
    }

    /// What is known of the regex, or is found out now.
    pub(crate) fn get(
        &mut self,
        text: &str,
        case: CaseRule,
        budget: &Budget,
    ) -> Result<Analysis, Reason> {
        let known = match case {
            CaseRule::Sensitive => &mut self.sensitive,
            CaseRule::Insensitive => &mut self.insensitive,
        };
        if let Some(analysis) = known.get(text) {
            return Ok(analysis.clone());
        }
        let analysis = Analysis::of(text, case, budget)?;
        known.insert(text.to_owned(), analysis.clone());
        self.added = true;
        Ok(analysis)
    }
}
