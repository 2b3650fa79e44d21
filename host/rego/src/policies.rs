//! A ruleset's Rego, checked and compiled once.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use merlon_model::Rule;
use regorus::{Engine, Value};

use crate::error::{Problem, RegoError};
use crate::evaluator::Evaluator;
use crate::program::Program;
use crate::reference::Names;
use crate::source::{self, Language, Unit};
use crate::{document, entry, inventory, negation, stack};

/// The parser, the checks and the engine's own analysis recurse as deep as a policy nests.
const COMPILE_STACK: usize = 128 << 20;

/// One file of Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// As the ruleset names it; problems and faults carry it.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What one evaluation of one rule on one object may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time. Not in the sandbox: there the host's own deadline ends the component.
    pub time: Duration,
    /// Answers.
    pub answers: usize,
    /// Bytes of text in one answer.
    pub text: usize,
    /// Bytes of one policy file.
    pub source: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_millis(500),
            answers: 1_000,
            text: 16 << 10,
            source: 1 << 20,
        }
    }
}

/// A ruleset's Rego, ready to judge.
pub struct Policies {
    shared: Arc<Shared>,
    /// Has the settings, and no builtins of ours: those belong to one evaluator.
    engine: Engine,
    needs: Needs,
    /// The engine that holds the inventory asked for last.
    kept: Mutex<Option<(Vec<Arc<serde_json::Value>>, Engine)>>,
}

/// What every evaluator of the policies reads.
pub(crate) struct Shared {
    pub(crate) rules: Vec<Rule>,
    pub(crate) entries: Vec<entry::Entry>,
    pub(crate) settings: Value,
    pub(crate) limits: Limits,
    /// Levels that the interpreter recurses.
    pub(crate) levels: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Inventory,
    Nothing,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("rules", &self.shared.rules.len())
            .field("entries", &self.shared.entries.len())
            .finish_non_exhaustive()
    }
}

impl Policies {
    /// Compiles the files of one ruleset; `rules` are those that the ruleset declares.
    ///
    /// # Errors
    /// Everything that is wrong with the files, at once where the files can be read at all.
    pub fn compile(
        rules: &[Rule],
        sources: &[PolicySource],
        settings: &serde_json::Value,
        limits: Limits,
    ) -> Result<Self, RegoError> {
        stack::with(COMPILE_STACK, || compile(rules, sources, settings, limits))
            .map_err(RegoError::one)?
    }

    /// The declared rules, then those that were made up for packages nobody declared a rule for.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.shared.rules
    }

    /// Whether any rule looks at `data.inventory`; if none does, the inventory may stay away.
    #[must_use]
    pub fn needs_inventory(&self) -> bool {
        self.needs == Needs::Inventory
    }

    /// An evaluator for one thread, with these objects as `data.inventory`. Asking again for the same
    /// objects is cheap.
    ///
    /// # Errors
    /// When the engine refuses the inventory.
    pub fn evaluator(&self, inventory: &[Arc<serde_json::Value>]) -> Result<Evaluator, RegoError> {
        let engine = match self.needs {
            Needs::Nothing => self.engine.clone(),
            Needs::Inventory => self.with_inventory(inventory)?,
        };
        Evaluator::new(engine, Arc::clone(&self.shared))
    }

    fn with_inventory(&self, objects: &[Arc<serde_json::Value>]) -> Result<Engine, RegoError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, engine)) = &*kept
            && known.len() == objects.len()
            && known.iter().zip(objects).all(|(a, b)| Arc::ptr_eq(a, b))
        {
            return Ok(engine.clone());
        }
        let mut engine = self.engine.clone();
        let inventory = document::object([("inventory", inventory::value(objects))]);
        let prepared = engine
            .add_data(inventory)
            .and_then(|()| stack::with(COMPILE_STACK, || prepare(&mut engine)).unwrap_or(Ok(())));
        prepared.map_err(|error| RegoError::one(error.to_string()))?;
        *kept = Some((objects.to_vec(), engine.clone()));
        Ok(engine)
    }
}

fn compile(
    rules: &[Rule],
    sources: &[PolicySource],
    settings: &serde_json::Value,
    limits: Limits,
) -> Result<Policies, RegoError> {
    let units = parse(sources, limits.source)?;
    let names = Names::of(&units);
    let mut problems = Vec::new();
    let program = Program::of(&units, &names, &mut problems);
    let levels = program.levels(&units, &mut problems);
    let mut rules = rules.to_vec();
    let entries = entry::find(&program, &units, &names, &mut rules);
    if entries.is_empty() {
        let message = "no package defines `deny`, `violation`, `warn` or `skip`";
        problems.push(Problem::new("", 0, message));
    }
    let texts = units.iter().zip(&names);
    let texts = texts
        .map(|(unit, names)| negation::rewrite(unit, names, &mut problems))
        .collect::<Vec<_>>();
    let settings = document::value(settings);
    if settings.is_none() {
        problems.push(Problem::new("", 0, "the settings are nested too deep"));
    }
    if !problems.is_empty() {
        return Err(RegoError::from_problems(problems));
    }
    let settings = settings.unwrap_or(Value::Undefined);
    let engine = engine(&units, texts, &settings, limits)
        .map_err(|problem| RegoError::from_problems(vec![problem]))?;
    let needs = match program.uses_inventory() {
        true => Needs::Inventory,
        false => Needs::Nothing,
    };
    Ok(Policies {
        shared: Arc::new(Shared {
            rules,
            entries,
            settings,
            limits,
            levels,
        }),
        engine,
        needs,
        kept: Mutex::new(None),
    })
}

fn parse(sources: &[PolicySource], limit: usize) -> Result<Vec<Unit>, RegoError> {
    let mut problems = Vec::new();
    let mut units = Vec::new();
    let mut paths = BTreeSet::new();
    for policy in sources {
        if !paths.insert(&policy.path) {
            problems.push(Problem::new(&policy.path, 0, "the file is listed twice"));
        }
        match source::parse(&policy.path, &policy.text, limit) {
            Ok(unit) => units.push(unit),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(units)
    } else {
        Err(RegoError::from_problems(problems))
    }
}

fn engine(
    units: &[Unit],
    texts: Vec<String>,
    settings: &Value,
    limits: Limits,
) -> Result<Engine, Problem> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(false);
    engine.set_gather_prints(true);
    engine.set_policy_length_config(source::lengths(limits.source));
    for (unit, text) in units.iter().zip(texts) {
        engine.set_rego_v0(unit.language == Language::V0);
        engine
            .add_policy(unit.path.clone(), text)
            .map_err(|error| source::problem(&unit.path, &error))?;
    }
    engine
        .add_data(document::object([("settings", settings.clone())]))
        .and_then(|()| prepare(&mut engine))
        .map_err(|error| source::problem("", &error))?;
    Ok(engine)
}

/// The engine analyses its modules before the first question, and clones keep that.
fn prepare(engine: &mut Engine) -> anyhow::Result<()> {
    engine.eval_query("true".to_owned(), false).map(|_| ())
}
