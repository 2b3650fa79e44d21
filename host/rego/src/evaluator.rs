//! Judges objects, one after the other, on one thread.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use regorus::{Engine, LimitError, Value};

use crate::answer::{Evaluation, Fault, RegoFault};
use crate::builtins::{self, Tools};
use crate::entry::{Entry, Input};
use crate::error::RegoError;
use crate::policies::Shared;
use crate::result::{self, Place};
use crate::{clock, document, gate, source, stack};

/// Stack of one level of recursion of the interpreter, twice and more of what the deepest policies of
/// `tests/stack.rs` need.
const LEVEL: usize = if cfg!(debug_assertions) {
    24 << 10
} else {
    4 << 10
};
/// Judges objects; one per thread.
pub struct Evaluator {
    engine: Engine,
    tools: Arc<Tools>,
    shared: Arc<Shared>,
}

impl fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").finish_non_exhaustive()
    }
}

/// What an evaluation has found so far.
#[derive(Default)]
struct Found {
    evaluation: Evaluation,
    /// Rules that cannot have passed.
    spoken: BTreeSet<usize>,
}

impl Evaluator {
    pub(crate) fn new(mut engine: Engine, shared: Arc<Shared>) -> Result<Self, RegoError> {
        let tools = Arc::new(Tools::new(shared.limits.time));
        builtins::install(&mut engine, &tools)
            .map_err(|error| RegoError::one(error.to_string()))?;
        clock::limit(&mut engine, shared.limits.time);
        Ok(Self {
            engine,
            tools,
            shared,
        })
    }

    /// What every rule says about the object. A rule that cannot answer is a fault and costs the other
    /// rules nothing.
    pub fn evaluate(&mut self, object: &serde_json::Value) -> Evaluation {
        let bytes = self.shared.levels.saturating_mul(LEVEL);
        let evaluated = stack::with(bytes, || self.judge(object));
        evaluated.unwrap_or_else(|why| self.all_fail(object, &why))
    }

    fn judge(&mut self, object: &serde_json::Value) -> Evaluation {
        let Some(value) = document::value(object) else {
            return self.all_fail(object, "the object is nested too deep");
        };
        let shared = Arc::clone(&self.shared);
        let kind = document::text(object, &["kind"]);
        let judges = |rule: &usize| {
            shared
                .rules
                .get(*rule)
                .is_some_and(|r| gate::judges(r, kind))
        };
        let mut review = None;
        let mut found = Found::default();
        for entry in &shared.entries {
            let owners = entry
                .owners
                .iter()
                .copied()
                .filter(judges)
                .collect::<Vec<_>>();
            if owners.is_empty() {
                continue;
            }
            let input = match entry.input {
                Input::Object => value.clone(),
                Input::Review => review
                    .get_or_insert_with(|| self::review(object, &value, &shared.settings))
                    .clone(),
            };
            self.ask(entry, &owners, input, &mut found);
        }
        for (rule, _) in shared.rules.iter().enumerate() {
            if !judges(&rule) {
                found.evaluation.skipped.push(rule);
            } else if !found.spoken.contains(&rule) {
                found.evaluation.passed.push(rule);
            }
        }
        found.evaluation
    }

    /// Asks one rule of Rego.
    fn ask(&mut self, entry: &Entry, owners: &[usize], input: Value, found: &mut Found) {
        self.tools.budget.reset();
        self.engine.set_input(input);
        let answered = self.engine.eval_rule(entry.path.clone());
        // Only a `print` inside an expression is left by now, and nobody listens to it.
        let printed = self.engine.take_prints();
        drop(printed);
        let mut faults = Vec::new();
        if let Some(what) = self.tools.budget.fault() {
            faults.push(what);
        } else {
            match answered {
                Ok(value) => {
                    let place = Place {
                        entry,
                        owners,
                        rules: &self.shared.rules,
                        limits: self.shared.limits,
                    };
                    let answers = result::answers(&value, &place, &mut faults);
                    found
                        .spoken
                        .extend(answers.iter().map(|answer| answer.rule));
                    found.evaluation.answers.extend(answers);
                }
                Err(error) => faults.push(self.fault(&error)),
            }
        }
        for what in faults {
            for &rule in owners {
                found.spoken.insert(rule);
                found.evaluation.faults.push(RegoFault {
                    rule,
                    entry: entry.path.clone(),
                    what: what.clone(),
                });
            }
        }
    }

    /// The interpreter turns errors from inside functions into text.
    fn fault(&self, error: &anyhow::Error) -> Fault {
        let text = error.to_string();
        let time = matches!(
            error.downcast_ref::<LimitError>(),
            Some(LimitError::TimeLimitExceeded { .. })
        );
        if time || text.contains("execution exceeded time limit") {
            return Fault::TimedOut(self.shared.limits.time);
        }
        Fault::Failed(source::problem("", error).to_string())
    }

    fn all_fail(&self, object: &serde_json::Value, why: &str) -> Evaluation {
        let kind = document::text(object, &["kind"]);
        let mut evaluation = Evaluation::default();
        for entry in &self.shared.entries {
            for &rule in &entry.owners {
                let judged = self.shared.rules.get(rule);
                if judged.is_some_and(|judged| gate::judges(judged, kind)) {
                    evaluation.faults.push(RegoFault {
                        rule,
                        entry: entry.path.clone(),
                        what: Fault::Failed(why.to_owned()),
                    });
                }
            }
        }
        evaluation
    }
}

/// What Gatekeeper's policies see; a file or an audit has no operation and no user.
fn review(object: &serde_json::Value, value: &Value, settings: &Value) -> Value {
    let version = document::text(object, &["apiVersion"]);
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let text = |path: &[&str]| Value::from(document::text(object, path));
    let mut review = document::object([
        (
            "kind",
            document::object([
                ("group", group.into()),
                ("version", version.into()),
                ("kind", text(&["kind"])),
            ]),
        ),
        ("name", text(&["metadata", "name"])),
        ("object", value.clone()),
    ]);
    let namespace = text(&["metadata", "namespace"]);
    if namespace != Value::from("")
        && let Ok(fields) = review.as_object_mut()
    {
        fields.insert("namespace".into(), namespace);
    }
    document::object([("review", review), ("parameters", settings.clone())])
}
