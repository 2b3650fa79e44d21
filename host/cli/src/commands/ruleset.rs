//! `merlon ruleset`: list, show, and run the cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use merlon_artifact::Ruleset;
use merlon_engine::{Catalog, Detail, Engine};
use merlon_model::{Finding, FindingSink, Origin, chain};
use merlon_yaml::Limits;
use serde_json::Value;

use crate::arguments::RulesetCommand;
use crate::cases::Case;
use crate::environment::Environment;
use crate::session::{self, Session};
use crate::{Exit, Failure, bundle};

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
        RulesetCommand::List(decide) => {
            let session = Session::open(decide, environment)?;
            list(&session, environment)
        }
        RulesetCommand::Show { ruleset } => show(ruleset, environment),
        RulesetCommand::Test { rulesets } => test(rulesets, environment),
    }
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
        known.insert(id.to_owned(), session::open_ruleset(id)?.0);
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

fn show(name: &str, environment: &Environment) -> Result<Exit, Failure> {
    let (set, _) = session::open_ruleset(name)?;
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
    Ok(Exit::Clean)
}

fn catalog_of(set: &Arc<Ruleset>, environment: &Environment) -> Result<Catalog, Failure> {
    session::catalog_of(set, Value::Null, environment)
}

fn test(names: &[String], environment: &Environment) -> Result<Exit, Failure> {
    let (mut passed, mut failed) = (0, 0);
    for name in names {
        let (set, _) = session::open_ruleset(name)?;
        let mut engines: BTreeMap<String, Engine> = BTreeMap::new();
        for path in set.cases().map(str::to_owned).collect::<Vec<_>>() {
            for case in read_cases(&set, &path)? {
                let key = case.settings.to_string();
                if !engines.contains_key(&key) {
                    let catalog = session::catalog_of(&set, case.settings.clone(), environment)?;
                    let engine = Engine::new(catalog, Arc::new(Nowhere), Origin::Scan, Detail::All);
                    engines.insert(key.clone(), engine);
                }
                let Some(engine) = engines.get(&key) else {
                    continue;
                };
                let problems = case.run(engine, rule_of(&path, engine).as_deref());
                if problems.is_empty() {
                    passed += 1;
                    continue;
                }
                failed += 1;
                println!("FAILED {}/{path}: {}", set.definition.id, case.name);
                for problem in problems {
                    println!("  {problem}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if passed + failed == 0 {
        return Err(Failure::incomplete(format!(
            "{} has no cases; add cases/<rule>.yaml",
            names.join(", ")
        )));
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
