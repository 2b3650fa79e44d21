//! A question about a text, asked once per batch for each different text.

use std::cell::Cell;

use crate::{Batch, Symbol};

const UNKNOWN: u8 = 2;

/// Answers of a predicate, kept by symbol. Make one at the start of `evaluate`: symbols mean nothing
/// in another batch.
#[derive(Debug)]
pub struct Memo<'a, F> {
    batch: Batch<'a>,
    predicate: F,
    answers: Vec<Cell<u8>>,
}

impl<'a, F: Fn(&str) -> bool> Memo<'a, F> {
    /// Nothing asked yet.
    #[must_use]
    pub fn new(batch: &Batch<'a>, predicate: F) -> Self {
        Self {
            batch: *batch,
            predicate,
            answers: vec![Cell::new(UNKNOWN); batch.symbols()],
        }
    }

    /// The predicate's answer for that text; the missing text is never true.
    pub fn check(&self, symbol: Symbol) -> bool {
        let Some(answer) = self.answers.get(symbol.0 as usize) else {
            return false;
        };
        if answer.get() == UNKNOWN {
            let holds = self.batch.text(symbol).is_some_and(&self.predicate);
            answer.set(u8::from(holds));
        }
        answer.get() == 1
    }
}
