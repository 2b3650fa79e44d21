//! Runs Rego with OPA's semantics under limits.
//!
//! [`Policies`] is a ruleset's Rego, checked and compiled once; an [`Evaluator`] judges objects, one per
//! thread. The same crate runs inside the sandboxed component for policies of third parties: natively
//! time, output and what builtins produce are bounded, memory as a whole is not.

mod answer;
mod budget;
mod builtins;
mod call;
mod clock;
mod document;
mod entry;
mod error;
mod evaluator;
mod gate;
mod inventory;
mod negation;
mod policies;
mod program;
mod reference;
mod result;
mod scope;
mod source;
mod stack;
mod weight;

pub use answer::{Answer, Evaluation, Fault, RegoFault, Strength};
pub use error::{Problem, RegoError};
pub use evaluator::Evaluator;
pub use policies::{Limits, Policies, PolicySource};
