//! `merlon ruleset`: list, show, start one, and run the cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use merlon_artifact::Ruleset;
use merlon_engine::{Catalog, Detail, Engine, Trust};
use merlon_model::{Event, Finding, FindingSink, Origin, chain};
use merlon_yaml::Limits;
use serde_json::Value;

use crate::arguments::{Reach, RulesetCommand};
use crate::bundle::Template;
use crate::cases::Case;
use crate::commands::artifact;
use crate::environment::Environment;
use crate::session::{self, Session};
use crate::{Exit, Failure, bundle, project};

/// Cases are run for what they return; nothing is delivered.
struct Nowhere;

impl FindingSink for Nowhere {
    fn deliver(&self, _: Finding) {}
}

pub(crate) fn ruleset(
    command: &RulesetCommand,
    environment: &Environment,
) -> Result<Exit, Failure> {
    match command {
        RulesetCommand::List {
            reference: Some(reference),
            decide,
        } => artifact::tags(reference, &Reach::of(decide), environment),
        RulesetCommand::List {
            reference: None,
            decide,
        } => {
            let session = Session::open(decide, environment)?;
            list(&session, environment)
        }
        RulesetCommand::Show { ruleset, reach } => show(ruleset, reach, environment),
        RulesetCommand::New { name } => new(name),
        RulesetCommand::Test { rulesets, reach } => test(rulesets, reach, environment),
        RulesetCommand::Push(push) => artifact::push(push, environment),
        RulesetCommand::Pull(pull) => artifact::pull(pull, environment),
        RulesetCommand::Verify {
            reference,
            trust,
            reach,
        } => artifact::verify(reference, trust, reach, environment),
    }
}

fn new(name: &str) -> Result<Exit, Failure> {
    let directory = project::create(Path::new("."), name, Template::Policy)?;
    println!(
        "{} is a ruleset in Rego; next:\n\n  merlon ruleset test ./{name}",
        directory.display()
    );
    Ok(Exit::Clean)
}

fn list(session: &Session, environment: &Environment) -> Result<Exit, Failure> {
    println!(
        "{:<24} {:<8} {:>5}  {:<8} TITLE",
        "RULESET", "VERSION", "RULES", "ENABLED"
    );
    let enabled: BTreeMap<String, _> = session
        .rulesets()
        .map(|set| (set.definition.id.clone(), set))
        .collect();
    let mut known: BTreeMap<String, Arc<Ruleset>> = BTreeMap::new();
    for id in bundle::RULESETS {
        known.insert(id.to_owned(), session::open_bundled(id)?.0);
    }
    known.extend(
        enabled
            .iter()
            .map(|(id, set)| (id.clone(), Arc::clone(set))),
    );
    for (id, set) in &known {
        let rules = match catalog_of(set, environment) {
            Ok(catalog) => catalog.rules().count().to_string(),
            Err(_) => "?".to_owned(),
        };
        let on = if enabled.contains_key(id) {
            "yes"
        } else {
            "no"
        };
        let definition = &set.definition;
        println!(
            "{id:<24} {:<8} {rules:>5}  {on:<8} {}",
            definition.version, definition.title
        );
    }
    Ok(Exit::Clean)
}

fn show(name: &str, reach: &Reach, environment: &Environment) -> Result<Exit, Failure> {
    let (set, _) = session::open_ruleset(name, reach, environment)?;
    let catalog = catalog_of(&set, environment)?;
    let definition = &set.definition;
    println!(
        "{} {}  {}\n{}\n",
        definition.id, definition.version, definition.title, set.digest
    );
    for (_, rule) in catalog.rules() {
        let tags: Vec<&str> = rule
            .controls
            .iter()
            .chain(&rule.attack)
            .map(String::as_str)
            .collect();
        println!(
            "{:<9} {:<36} {}  [{}]",
            rule.severity,
            rule.id,
            rule.title,
            tags.join(" ")
        );
    }
    remarks(&catalog);
    Ok(Exit::Clean)
}

/// What an operator should know about the cost and the gaps of a ruleset.
fn remarks(catalog: &Catalog) {
    let patterns: usize = catalog.plugins().map(|plugin| plugin.patterns.len()).sum();
    println!("\n{} rules, {patterns} patterns", catalog.rules().count());
    for regex in catalog.ungated() {
        println!("ungated: `{regex}` has no literal of 3 bytes, and runs over every file");
    }
    for remark in catalog.remarks() {
        println!("{}", remark.message);
    }
}

fn catalog_of(set: &Arc<Ruleset>, environment: &Environment) -> Result<Catalog, Failure> {
    session::catalog_of(set, Value::Null, environment)
}

/// Every event of the cases of a ruleset.
pub(crate) fn case_events(
    set: &Arc<Ruleset>,
    environment: &Environment,
) -> Result<Vec<Event>, Failure> {
    let catalog = catalog_of(set, environment)?;
    let engine = Engine::new(catalog, Arc::new(Nowhere), Origin::Scan, Detail::All);
    let mut events = Vec::new();
    for path in set.cases() {
        for case in read_cases(set, path)? {
            events.extend(case.events(&engine).map_err(Failure::incomplete)?);
        }
    }
    Ok(events)
}

/// A case that failed.
pub(crate) struct FailedCase {
    /// The file it is in.
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) problems: Vec<String>,
}

/// What the cases of one ruleset came to.
#[derive(Default)]
pub(crate) struct Tried {
    pub(crate) passed: usize,
    pub(crate) failed: Vec<FailedCase>,
    /// Cases that were not run, because the caller wanted to go on no longer.
    pub(crate) left: usize,
}

/// Runs the cases of a ruleset while `go_on` says so.
pub(crate) fn try_cases(
    set: &Arc<Ruleset>,
    environment: &Environment,
    go_on: &dyn Fn() -> bool,
) -> Result<Tried, Failure> {
    let mut tried = Tried::default();
    let mut engines: BTreeMap<String, Engine> = BTreeMap::new();
    for path in set.cases() {
        for case in read_cases(set, path)? {
            if !go_on() {
                tried.left += 1;
                continue;
            }
            let key = case.settings.to_string();
            if !engines.contains_key(&key) {
                let catalog = session::catalog_of(set, case.settings.clone(), environment)?;
                let engine = Engine::new(catalog, Arc::new(Nowhere), Origin::Scan, Detail::All);
                engines.insert(key.clone(), engine);
            }
            let Some(engine) = engines.get(&key) else {
                continue;
            };
            let problems = case.run(engine, rule_of(path, engine).as_deref());
            if problems.is_empty() {
                tried.passed += 1;
                continue;
            }
            tried.failed.push(FailedCase {
                path: path.to_owned(),
                name: case.name,
                problems,
            });
        }
    }
    Ok(tried)
}

pub(crate) fn test(
    names: &[String],
    reach: &Reach,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let (mut passed, mut failed) = (0, 0);
    let mut foreign = false;
    for name in names {
        let (set, trust) = session::open_ruleset(name, reach, environment)?;
        foreign |= trust == Trust::Foreign;
        let tried = try_cases(&set, environment, &|| true)?;
        passed += tried.passed;
        failed += tried.failed.len();
        for case in tried.failed {
            println!("FAILED {}/{}: {}", set.definition.id, case.path, case.name);
            for problem in case.problems {
                println!("  {problem}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if passed + failed == 0 {
        let names = names.join(", ");
        return Err(Failure::incomplete(if foreign {
            format!("{names} has no cases; add cases/<rule>.yaml")
        } else {
            format!("the binary holds no cases of {names}; name the directory of its sources")
        }));
    }
    Ok(if failed == 0 {
        Exit::Clean
    } else {
        Exit::Found
    })
}

/// A file of cases that is named after a rule is about that rule alone.
fn rule_of(path: &str, engine: &Engine) -> Option<String> {
    let stem = Path::new(path).file_stem()?.to_str()?;
    engine.has_rule(stem).then(|| stem.to_owned())
}

fn read_cases(set: &Ruleset, path: &str) -> Result<Vec<Case>, Failure> {
    let bytes = set
        .read(path)
        .map_err(|error| Failure::incomplete(chain(&error)))?;
    let text = String::from_utf8_lossy(&bytes);
    let read = merlon_yaml::parse(&text, path, &Limits::default());
    if let Some(problem) = read.problems.first() {
        return Err(Failure::incomplete(problem.to_string()));
    }
    let mut cases = Vec::new();
    for node in read.documents.iter().flat_map(merlon_yaml::Node::items) {
        let case: Case = serde_json::from_value(node.to_json()).map_err(|error| {
            let place = node.span;
            Failure::incomplete(format!("{path}:{}:{}: {error}", place.line, place.column))
        })?;
        cases.push(case);
    }
    Ok(cases)
}
