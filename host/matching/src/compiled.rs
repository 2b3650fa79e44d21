//! One pattern, compiled: how to tell whether it holds near a literal.

use std::ops::Range;

use regex_automata::meta::{Cache, Regex};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

use crate::expression::Expression;
use crate::{CaseRule, Detail};

/// How a place where a literal was hit is checked.
#[derive(Debug)]
pub(crate) enum Check {
    /// The rest of the literal is compared.
    Literal { bytes: Vec<u8>, case: CaseRule },
    /// The expression is run.
    Regex {
        whole: Expression,
        /// Most places where a literal is hit are told by what follows it: it is asked first.
        tail: Option<Expression>,
    },
}

/// What the expressions of one pattern remember from run to run.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Made when the expression is first run.
    whole: Option<Cache>,
    tail: Option<Cache>,
}

/// A pattern ready to be looked for.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) ruleset: usize,
    pub(crate) id: u32,
    pub(crate) detail: Detail,
    /// Place of the selector in the set's selectors.
    pub(crate) glob: Option<usize>,
    pub(crate) check: Check,
    /// A match starts at most so many bytes before its literal.
    pub(crate) back: usize,
    /// A match is at most so long.
    pub(crate) reach: usize,
}

/// A match, in places of the buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) span: Range<usize>,
    /// The first capture group, or the whole.
    pub(crate) text: Range<usize>,
}

impl Compiled {
    pub(crate) fn memory(&self) -> Option<Memory> {
        match &self.check {
            Check::Literal { .. } => None,
            Check::Regex {
                tail: Some(tail), ..
            } => Some(Memory {
                whole: None,
                tail: Some(tail.get()?.create_cache()),
            }),
            Check::Regex { .. } => Some(Memory::default()),
        }
    }

    /// The bytes that a check at `at` may look at.
    pub(crate) fn window(&self, at: usize, resume: usize, length: usize) -> Range<usize> {
        at.saturating_sub(self.back).max(resume)..at.saturating_add(self.reach).min(length)
    }

    /// The match that starts in `window`, at `at` or up to `back` bytes before.
    pub(crate) fn near(
        &self,
        bytes: &[u8],
        at: usize,
        window: Range<usize>,
        memory: &mut Option<Box<Memory>>,
    ) -> Option<Found> {
        match &self.check {
            Check::Literal {
                bytes: wanted,
                case,
            } => {
                let span = at..at.checked_add(wanted.len())?;
                let there = bytes.get(span.clone())?;
                let same = match case {
                    CaseRule::Sensitive => there == wanted,
                    CaseRule::Insensitive => there.eq_ignore_ascii_case(wanted),
                };
                same.then(|| Found {
                    span: span.clone(),
                    text: span,
                })
            }
            Check::Regex { whole, tail } => {
                let memory = memory.as_mut()?;
                if let (Some(tail), Some(cache)) = (tail, &mut memory.tail) {
                    let input = Input::new(bytes).span(at..window.end);
                    let input = input.anchored(Anchored::Yes).earliest(true);
                    tail.get()?.search_half_with(cache, &input)?;
                }
                let anchored = if self.back == 0 {
                    Anchored::Yes
                } else {
                    Anchored::No
                };
                let input = Input::new(bytes).span(window).anchored(anchored);
                let whole = whole.get()?;
                let cache = memory.whole.get_or_insert_with(|| whole.create_cache());
                let found = find(whole, cache, &input)?;
                // A later start has a literal of its own, whose window holds the whole match.
                (found.span.start <= at).then_some(found)
            }
        }
    }

    /// The first match in `window` of a pattern that has no literal.
    pub(crate) fn first(
        &self,
        bytes: &[u8],
        window: Range<usize>,
        memory: &mut Option<Box<Memory>>,
    ) -> Option<Found> {
        let regex = match &self.check {
            Check::Regex { whole, .. } => whole.get()?,
            Check::Literal { .. } => {
                return window
                    .clone()
                    .find_map(|at| self.near(bytes, at, window.clone(), memory));
            }
        };
        let cache = &mut memory.as_mut()?.whole;
        let cache = cache.get_or_insert_with(|| regex.create_cache());
        let found = find(regex, cache, &Input::new(bytes).span(window))?;
        if found.span.len() <= self.reach {
            return Some(found);
        }
        let start = found.span.start;
        let input = Input::new(bytes).span(start..start.saturating_add(self.reach));
        // When nothing within reach holds there, the search goes on behind the start.
        find(regex, cache, &input.anchored(Anchored::Yes)).or(Some(Found {
            span: start..start,
            text: start..start,
        }))
    }
}

fn find(regex: &Regex, cache: &mut Cache, input: &Input<'_>) -> Option<Found> {
    let whole = regex.search_with(cache, input)?.range();
    let mut text = whole.clone();
    if regex.captures_len() > 1 {
        let mut slots: [Option<NonMaxUsize>; 4] = [None; 4];
        let again = input.clone().span(whole.clone()).anchored(Anchored::Yes);
        regex.search_slots_with(cache, &again, &mut slots);
        if let [_, _, Some(start), Some(end)] = slots {
            text = start.get()..end.get();
        }
    }
    Some(Found { span: whole, text })
}
