//! The suite that any plugin component can be put to: `conformance/guests/README.md` says what the guest
//! does, the cases here what must come of it.

mod call;
mod columns;
mod describe;
mod faults;
mod findings;
mod guest;
mod lent;

pub use guest::{Guest, Loaded};

/// One case: a sentence, and the check that gives what is not so.
#[derive(Clone, Copy)]
pub struct Case {
    /// What must be so.
    pub name: &'static str,
    /// Gives what is not as it must be.
    pub run: fn(&Guest) -> Result<(), String>,
}

/// Every case, in the order of the table.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        describe::CASES,
        columns::CASES,
        findings::CASES,
        lent::CASES,
        faults::CASES,
        call::CASES,
    ]
    .concat()
}

/// The check of a value, in the words of a failed case.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    got: &T,
    wanted: &T,
) -> Result<(), String> {
    if got == wanted {
        return Ok(());
    }
    Err(format!("{what} is {got:?}, not {wanted:?}"))
}
