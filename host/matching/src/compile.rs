//! From a declaration to a compiled pattern, or to the reason why not.

use crate::analysis::Analyses;
use crate::compiled::{Check, Compiled};
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

pub(crate) fn compile(
    pattern: &Pattern,
    budget: &Budget,
    known: &mut Analyses,
) -> Result<Ready, Reason> {
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
        Source::Regex(text) => regex(compiled, (text, pattern.case), budget, known),
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

fn regex(
    compiled: Compiled,
    (text, case): (&str, CaseRule),
    budget: &Budget,
    known: &mut Analyses,
) -> Result<Ready, Reason> {
    within(text.len(), budget.source_length)?;
    let analysis = known.get(text, case, budget)?;
    let limit = budget.compiled_size;
    let tail_size = analysis.tail.as_ref().map_or(0, |(_, size)| *size);
    let tail = analysis
        .tail
        .map(|(text, _)| Expression::tail(&text, limit));
    Ok(Ready {
        memory: analysis.size + tail_size,
        compiled: Compiled {
            check: Check::Regex {
                whole: Expression::whole(text, case, limit),
                tail,
            },
            back: analysis.back,
            reach: analysis.reach,
            ..compiled
        },
        literals: analysis.literals,
    })
}
