//! From a declaration to a compiled pattern, or to the reason why not.

use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::Hir;

use crate::compiled::{Check, Compiled};
use crate::cover::cover;
use crate::expression::Expression;
use crate::literals::{Literal, SHORTEST};
use crate::{Budget, CaseRule, Pattern, Reason, Source};

/// A compiled pattern and the literals that lead to it; none for a pattern that always runs.
pub(crate) struct Ready {
    pub(crate) compiled: Compiled,
    pub(crate) literals: Vec<Literal>,
    pub(crate) memory: usize,
}

// The filter looks for the beginning of a literal, the check compares the rest.
const GATE_LENGTH: usize = 32;

pub(crate) fn compile(pattern: &Pattern, budget: &Budget) -> Result<Ready, Reason> {
    let compiled = Compiled {
        ruleset: pattern.ruleset,
        id: pattern.id,
        detail: pattern.detail,
        glob: None,
        check: Check::Literal {
            bytes: Vec::new(),
            case: pattern.case,
        },
        back: 0,
        reach: 0,
    };
    match &pattern.source {
        Source::Literal(bytes) => literal(compiled, bytes, pattern.case, budget),
        Source::Regex(text) => regex(compiled, text, pattern.case, budget),
    }
}

fn within(length: usize, limit: usize) -> Result<(), Reason> {
    if length > limit {
        return Err(Reason::TooLong { length, limit });
    }
    Ok(())
}

fn literal(
    compiled: Compiled,
    bytes: &[u8],
    case: CaseRule,
    budget: &Budget,
) -> Result<Ready, Reason> {
    within(bytes.len(), budget.source_length.min(budget.window))?;
    if bytes.len() < 2 {
        return Err(Reason::TooShort);
    }
    let mut gate = bytes.to_vec();
    gate.truncate(GATE_LENGTH);
    if case == CaseRule::Insensitive {
        gate.make_ascii_lowercase();
    }
    let gate = Literal { bytes: gate, case };
    Ok(Ready {
        compiled: Compiled {
            check: Check::Literal {
                bytes: bytes.to_vec(),
                case,
            },
            reach: bytes.len(),
            ..compiled
        },
        // Two bytes are everywhere: such a literal is compared at every place of the selected files.
        literals: if bytes.len() < SHORTEST {
            Vec::new()
        } else {
            vec![gate]
        },
        memory: bytes.len(),
    })
}

fn regex(compiled: Compiled, text: &str, case: CaseRule, budget: &Budget) -> Result<Ready, Reason> {
    within(text.len(), budget.source_length)?;
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(100)
        .case_insensitive(case == CaseRule::Insensitive)
        .build()
        .parse(text)
        .map_err(|source| Reason::Syntax(Box::new(source)))?;
    if hir.properties().minimum_len() == Some(0) {
        return Err(Reason::MatchesEmpty);
    }
    let whole = expression(&hir, WhichCaptures::All, budget)?;
    let window = budget.window;
    let reach = hir.properties().maximum_len().unwrap_or(window).min(window);
    let (literals, back, tail) = match cover(&hir) {
        Some(cover) => {
            let back = cover.back.unwrap_or(window).min(window);
            (cover.literals, back, cover.tail)
        }
        None => {
            let (size, limit) = (whole.size(), budget.ungated_size);
            if size > limit {
                return Err(Reason::Ungated { size, limit });
            }
            (Vec::new(), 0, None)
        }
    };
    let tail = tail
        .map(|tail| expression(&tail, WhichCaptures::Implicit, budget))
        .transpose()?;
    Ok(Ready {
        memory: whole.size() + tail.as_ref().map_or(0, Expression::size),
        compiled: Compiled {
            check: Check::Regex { whole, tail },
            back,
            reach,
            ..compiled
        },
        literals,
    })
}

// Only whether it can be built is found out here.
fn expression(hir: &Hir, captures: WhichCaptures, budget: &Budget) -> Result<Expression, Reason> {
    let limit = budget.compiled_size;
    Expression::check(hir, captures, limit).map_err(|source| Reason::Compile { limit, source })
}
