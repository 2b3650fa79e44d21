//! The builtins that the engine lacks, gets wrong or leaves without a bound.
//!
//! A builtin that can produce much more than it is given is charged for what it will produce before it
//! runs. A builtin that fails is undefined, as in OPA without strict errors; only a spent budget stops the
//! evaluation.

mod bounds;
mod float;
mod format;
mod legacy;
mod net;
mod patterns;
mod replace;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use regorus::unstable::{BUILTINS, Expr, NodeRef, Span};
use regorus::{Engine, LimitError, Source, Value};

use crate::budget::Budget;
use patterns::Regexes;

/// What the builtins of one evaluator share.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) budget: Budget,
    regexes: Regexes,
}

impl Tools {
    pub(crate) fn new(time: Duration) -> Self {
        Self {
            budget: Budget::new(time),
            regexes: Regexes::default(),
        }
    }
}

/// A builtin of ours.
struct Builtin {
    name: &'static str,
    arity: u8,
    run: fn(&Tools, &[Value]) -> anyhow::Result<Value>,
}

const fn builtin(
    name: &'static str,
    arity: u8,
    run: fn(&Tools, &[Value]) -> anyhow::Result<Value>,
) -> Builtin {
    Builtin { name, arity, run }
}

const OWN: [Builtin; 19] = [
    builtin("all", 1, legacy::all),
    builtin("any", 1, legacy::any),
    builtin("net.cidr_contains", 2, net::contains),
    builtin("net.cidr_expand", 1, net::expand),
    builtin("net.cidr_intersects", 2, net::intersects),
    builtin("net.cidr_is_valid", 1, net::is_valid),
    builtin("net.cidr_overlap", 2, net::contains),
    builtin("re_match", 2, patterns::is_match),
    builtin(
        "regex.find_all_string_submatch_n",
        3,
        patterns::find_submatches,
    ),
    builtin("regex.find_n", 3, patterns::find),
    builtin("regex.is_valid", 1, patterns::is_valid),
    builtin("regex.match", 2, patterns::is_match),
    builtin("regex.replace", 3, patterns::replace),
    builtin("regex.split", 2, patterns::split),
    builtin("regex.template_match", 4, patterns::template_match),
    builtin("set_diff", 2, legacy::set_diff),
    builtin("sprintf", 2, format::sprintf),
    builtin("strings.replace_n", 2, replace::replace_n),
    builtin("trace", 1, legacy::trace),
];

/// The number of arguments of a builtin that policies may call.
pub(crate) fn arity(name: &str) -> Option<usize> {
    OWN.iter()
        .find(|own| own.name == name)
        .map(|own| own.arity.into())
        .or_else(|| BUILTINS.get(name).map(|stock| stock.1.into()))
}

/// Whether the engine itself knows the builtin, which is what lets it take the place of its result as
/// one more argument.
pub(crate) fn is_stock(name: &str) -> bool {
    BUILTINS.contains_key(name)
}

/// Puts them all in front of the engine's own.
pub(crate) fn install(engine: &mut Engine, tools: &Arc<Tools>) -> anyhow::Result<()> {
    for own in OWN {
        let tools = Arc::clone(tools);
        let run = move |arguments: Vec<Value>| (own.run)(&tools, &arguments);
        engine.add_extension(own.name.to_owned(), own.arity, Box::new(run))?;
    }
    for (name, cost) in bounds::COSTS {
        let tools = Arc::clone(tools);
        let arity = BUILTINS.get(name).map_or(0, |stock| stock.1);
        let run = move |arguments: Vec<Value>| {
            tools.budget.spend(name, cost(&arguments, &tools.budget))?;
            stock(name, &arguments)
        };
        engine.add_extension(name.to_owned(), arity, Box::new(run))?;
    }
    Ok(())
}

/// Runs the engine's own builtin.
fn stock(name: &str, arguments: &[Value]) -> anyhow::Result<Value> {
    let place = place();
    let (Some((run, _)), Some((span, nulls))) = (BUILTINS.get(name), place) else {
        return Ok(Value::Undefined);
    };
    let Some(nulls) = nulls.get(..arguments.len()) else {
        return Ok(Value::Undefined);
    };
    match run(span, nulls, arguments, false) {
        Err(error) if error.downcast_ref::<LimitError>().is_some() => Err(error),
        result => Ok(result.unwrap_or(Value::Undefined)),
    }
}

/// What the engine's builtins take for the place of the call: they only name it in errors, which are
/// dropped.
fn place() -> Option<&'static (Span, Vec<NodeRef<Expr>>)> {
    static PLACE: OnceLock<Option<(Span, Vec<NodeRef<Expr>>)>> = OnceLock::new();
    const ARGUMENTS: usize = 6;
    let made = PLACE.get_or_init(|| {
        let span = Span {
            source: Source::from_contents("builtin".to_owned(), " ".to_owned()).ok()?,
            line: 1,
            col: 1,
            start: 0,
            end: 0,
        };
        let null = || {
            NodeRef::new(Expr::Null {
                span: span.clone(),
                value: Value::Null,
                eidx: 0,
            })
        };
        let nulls = (0..ARGUMENTS).map(|_| null()).collect();
        Some((span, nulls))
    });
    made.as_ref()
}

fn text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
