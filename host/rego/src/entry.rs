//! The rules of Rego that are asked for answers, and the rules of the ruleset they answer for.

use std::collections::BTreeMap;

use merlon_model::{Confidence, Rule, Severity};
use regorus::Value;
use regorus::unstable::Expr;

use crate::program::Program;
use crate::reference::{Names, path_text};
use crate::scope::{self, Locals, Visit};
use crate::source::Unit;

/// What kind of answer a rule of Rego gives, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Convention {
    Deny,
    Violation,
    Warn,
    Skip,
}

impl Convention {
    /// `deny`, `deny_privileged`, `warn` ...
    fn of(name: &str) -> Option<Self> {
        let (word, rest) = name.split_at_checked(name.find('_').unwrap_or(name.len()))?;
        let suffix = rest.is_empty() || rest.len() > 1;
        match word {
            "deny" if suffix => Some(Self::Deny),
            "violation" if suffix => Some(Self::Violation),
            "warn" if suffix => Some(Self::Warn),
            "skip" if suffix => Some(Self::Skip),
            _ => None,
        }
    }
}

/// What a policy sees as `input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// The object itself (conftest).
    Object,
    /// `{review, parameters}` (Gatekeeper).
    Review,
}

/// One rule of Rego to ask.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// As the interpreter names it: `data.nsa.host_pid.deny`.
    pub(crate) path: String,
    pub(crate) convention: Convention,
    pub(crate) input: Input,
    /// The rules it answers for, by default the first.
    pub(crate) owners: Vec<usize>,
}

/// The entries of all packages; rules that nobody declared are added.
pub(crate) fn find(
    program: &Program,
    units: &[Unit],
    names: &[Names],
    rules: &mut Vec<Rule>,
) -> Vec<Entry> {
    let declared = rules.len();
    let mut packages = BTreeMap::<&[String], BTreeMap<&str, Convention>>::new();
    for node in &program.nodes {
        let Some((package, name)) = names
            .get(node.unit)
            .and_then(|names| Some((&*names.package, node.path.get(names.package.len())?)))
        else {
            continue;
        };
        if let Some(convention) = Convention::of(name) {
            packages
                .entry(package)
                .or_default()
                .insert(name, convention);
        }
    }
    let mut entries = Vec::new();
    for (package, found) in packages {
        let owners = owners(
            package,
            named(package, units, names, rules),
            rules,
            declared,
        );
        for (name, convention) in found {
            let path = package
                .iter()
                .cloned()
                .chain([name.to_owned()])
                .collect::<Vec<_>>();
            entries.push(Entry {
                input: input(convention, program, &path),
                path: path_text(&path),
                convention,
                owners: owners.clone(),
            });
        }
    }
    entries
}

fn input(convention: Convention, program: &Program, path: &[String]) -> Input {
    let gatekeeper = |path: &&Vec<String>| matches!(path.as_slice(), [root, field, ..] if root == "input" && (field == "review" || field == "parameters"));
    if convention == Convention::Violation && program.reachable(path).iter().any(gatekeeper) {
        Input::Review
    } else {
        Input::Object
    }
}

/// The rules a package answers for: those its results name, or the one its name names, or the only one,
/// or one that is made up for it.
fn owners(
    package: &[String],
    named: Vec<usize>,
    rules: &mut Vec<Rule>,
    declared: usize,
) -> Vec<usize> {
    let last = package.last().map_or("policy", String::as_str);
    let id = id(last);
    let by_name = rules.iter().position(|rule| *rule.id == *id);
    let mut owners = match (by_name, declared) {
        (Some(rule), _) => vec![rule],
        (None, 1) => vec![0],
        (None, _) if !named.is_empty() => Vec::new(),
        (None, _) => {
            rules.push(synthesised(&id));
            vec![rules.len() - 1]
        }
    };
    for rule in named {
        if !owners.contains(&rule) {
            owners.push(rule);
        }
    }
    owners
}

/// `host_pid` is `host-pid`; what an id cannot hold is left out.
fn id(name: &str) -> String {
    let id = name
        .to_lowercase()
        .replace('_', "-")
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .collect::<String>();
    match id.trim_matches('-') {
        "" => "policy".to_owned(),
        id => id.to_owned(),
    }
}

fn synthesised(id: &str) -> Rule {
    let words = id.replace('-', " ");
    let mut letters = words.chars();
    let title = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect());
    Rule {
        id: id.into(),
        title: title.unwrap_or_default(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        attack: Vec::new(),
        controls: Vec::new(),
        remediation: String::new(),
        references: Vec::new(),
        kinds: Vec::new(),
    }
}

/// The declared rules that the objects of a package name: `{"rule": "host-pid", ...}`.
fn named(package: &[String], units: &[Unit], names: &[Names], rules: &[Rule]) -> Vec<usize> {
    struct Named<'a>(&'a [Rule], Vec<usize>);
    impl Visit for Named<'_> {
        fn expr(&mut self, expr: &Expr, _: &Locals<'_>) {
            let Expr::Object { fields, .. } = expr else {
                return;
            };
            for (_, key, value) in fields {
                if let (
                    Expr::String { value: key, .. },
                    Expr::String {
                        value: Value::String(id),
                        ..
                    },
                ) = (&**key, &**value)
                    && *key == Value::from("rule")
                    && let Some(rule) = self.0.iter().position(|rule| *rule.id == **id)
                    && !self.1.contains(&rule)
                {
                    self.1.push(rule);
                }
            }
        }
    }
    let mut found = Named(rules, Vec::new());
    for (unit, _) in units
        .iter()
        .zip(names)
        .filter(|(_, names)| names.package == package)
    {
        for rule in &unit.module.policy {
            scope::rule(rule, &mut found);
        }
    }
    found.1
}
