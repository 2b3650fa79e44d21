//! The rules of all files and what refers to what: refuses unknown functions and recursion, and knows
//! how deep evaluation can get.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Rule, RuleHead};

use crate::call;
use crate::error::Problem;
use crate::reference::{Names, head, path_text, reference};
use crate::scope::{self, Locals, Visit};
use crate::source::Unit;
use crate::weight;

/// More definitions than any ruleset has; the walk over them is recursive.
const DEFINITIONS: usize = 20_000;
/// Levels that the interpreter may recurse: about five times the deepest of the rules we ship.
const LEVELS: usize = 2_000;
/// Multiplications one upon the other: a number of a thousand digits gets four million.
const MULTIPLICATIONS: usize = 12;

/// One definition of a rule or function.
pub(crate) struct Node {
    pub(crate) unit: usize,
    pub(crate) path: Vec<String>,
    line: u32,
    weight: Depth,
    uses: BTreeSet<Vec<String>>,
}

/// What adds up along a chain of definitions that use each other.
#[derive(Clone, Copy, Default)]
struct Depth {
    levels: usize,
    multiplications: usize,
}

/// Every definition.
pub(crate) struct Program {
    pub(crate) nodes: Vec<Node>,
    by_path: BTreeMap<Vec<String>, Vec<usize>>,
}

impl Program {
    pub(crate) fn of(units: &[Unit], names: &[Names], problems: &mut Vec<Problem>) -> Self {
        let mut program = Self {
            nodes: Vec::new(),
            by_path: BTreeMap::new(),
        };
        let mut functions = BTreeSet::new();
        for (index, (unit, names)) in units.iter().zip(names).enumerate() {
            for rule in &unit.module.policy {
                let path = rule_path(rule, names);
                if is_function(rule) {
                    functions.insert(path.clone());
                }
                let place = program.nodes.len();
                program.by_path.entry(path.clone()).or_default().push(place);
                program.nodes.push(Node {
                    unit: index,
                    path,
                    line: rule.span().line,
                    weight: Depth {
                        levels: weight::rule(rule),
                        multiplications: weight::multiplications(rule),
                    },
                    uses: BTreeSet::new(),
                });
            }
        }
        let mut nodes = program.nodes.iter_mut();
        for (unit, names) in units.iter().zip(names) {
            for (rule, node) in unit.module.policy.iter().zip(&mut nodes) {
                let mut uses = Uses {
                    unit,
                    names,
                    functions: &functions,
                    found: &mut node.uses,
                    problems,
                };
                scope::rule(rule, &mut uses);
            }
        }
        program
    }

    /// The definitions that a path may mean: the rule it is inside of, or every rule below it.
    fn targets(&self, path: &[String]) -> impl Iterator<Item = usize> {
        let above = (1..path.len()).filter_map(|end| self.by_path.get(path.get(..end)?));
        let below = self
            .by_path
            .range(path.to_vec()..)
            .take_while(|(found, _)| found.starts_with(path))
            .map(|(_, nodes)| nodes);
        above.chain(below).flatten().copied()
    }

    /// The levels that the deepest evaluation needs; recursion is a problem.
    pub(crate) fn levels(&self, units: &[Unit], problems: &mut Vec<Problem>) -> usize {
        if self.nodes.len() > DEFINITIONS {
            let message = format!("{} rules, the limit is {DEFINITIONS}", self.nodes.len());
            problems.push(Problem::new("", 0, message));
            return 0;
        }
        let mut depths = Depths {
            program: self,
            units,
            problems,
            known: vec![None; self.nodes.len()],
            open: BTreeSet::new(),
            path: Vec::new(),
        };
        let mut deepest = Depth::default();
        for node in 0..self.nodes.len() {
            deepest = deepest.max(depths.of(node));
        }
        if deepest.levels > LEVELS {
            let message = format!(
                "rules and expressions nest {} levels deep, the limit is {LEVELS}; make the chain of \
                 rules that use each other shorter",
                deepest.levels
            );
            problems.push(Problem::new("", 0, message));
        }
        if deepest.multiplications > MULTIPLICATIONS {
            let message = format!(
                "{} multiplications one upon the other, the limit is {MULTIPLICATIONS}: each may \
                 double the digits of a number",
                deepest.multiplications
            );
            problems.push(Problem::new("", 0, message));
        }
        deepest.levels
    }

    /// Every path that evaluating the rule at `path` may look at.
    pub(crate) fn reachable(&self, path: &[String]) -> BTreeSet<&Vec<String>> {
        let mut seen = BTreeSet::new();
        let mut waiting = self.targets(path).collect::<Vec<_>>();
        let mut paths = BTreeSet::new();
        while let Some(node) = waiting.pop() {
            if !seen.insert(node) {
                continue;
            }
            for used in self.nodes.get(node).iter().flat_map(|node| &node.uses) {
                if paths.insert(used) {
                    waiting.extend(self.targets(used));
                }
            }
        }
        paths
    }

    /// Whether any rule may look at `data.inventory`.
    pub(crate) fn uses_inventory(&self) -> bool {
        self.nodes.iter().flat_map(|node| &node.uses).any(|path| {
            path.first().is_some_and(|root| root == "data")
                && path.get(1).is_none_or(|name| name == "inventory")
        })
    }
}

fn rule_path(rule: &Rule, names: &Names) -> Vec<String> {
    let mut path = names.package.clone();
    if let Some(own) = reference(head(rule)) {
        path.push(own.root.to_owned());
        path.extend(own.fields.iter().map(|field| (*field).to_owned()));
    }
    path
}

fn is_function(rule: &Rule) -> bool {
    match rule {
        Rule::Spec { head, .. } => matches!(head, RuleHead::Func { .. }),
        Rule::Default { args, .. } => !args.is_empty(),
    }
}

struct Uses<'a> {
    unit: &'a Unit,
    names: &'a Names,
    functions: &'a BTreeSet<Vec<String>>,
    found: &'a mut BTreeSet<Vec<String>>,
    problems: &'a mut Vec<Problem>,
}

impl Visit for Uses<'_> {
    fn expr(&mut self, expr: &Expr, locals: &Locals<'_>) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                if let Some(path) = self.path(expr, locals) {
                    self.found.insert(path);
                }
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params.len(), locals),
            _ => {}
        }
    }
}

impl Uses<'_> {
    fn path(&self, expr: &Expr, locals: &Locals<'_>) -> Option<Vec<String>> {
        let found = reference(expr)?;
        if locals.has(found.root) {
            return None;
        }
        let mut path = self.names.resolve(found.root)?;
        path.extend(found.fields.iter().map(|field| (*field).to_owned()));
        Some(path)
    }

    fn call(&mut self, function: &Expr, arguments: usize, locals: &Locals<'_>) {
        if let Some(path) = self.path(function, locals)
            && self.functions.contains(&path)
        {
            self.found.insert(path);
            return;
        }
        let checked = match reference(function) {
            Some(path) => {
                let name = std::iter::once(path.root).chain(path.fields);
                call::check(&name.collect::<Vec<_>>().join("."), arguments)
            }
            None => Err("only a name can be called".to_owned()),
        };
        if let Err(message) = checked {
            let line = function.span().line;
            self.problems
                .push(Problem::new(&self.unit.path, line, message));
        }
    }
}

struct Depths<'a> {
    program: &'a Program,
    units: &'a [Unit],
    problems: &'a mut Vec<Problem>,
    known: Vec<Option<Depth>>,
    open: BTreeSet<usize>,
    path: Vec<usize>,
}

impl Depth {
    fn max(self, other: Self) -> Self {
        Self {
            levels: self.levels.max(other.levels),
            multiplications: self.multiplications.max(other.multiplications),
        }
    }
}

impl Depths<'_> {
    fn of(&mut self, index: usize) -> Depth {
        if let Some(depth) = self.known.get(index).copied().flatten() {
            return depth;
        }
        if !self.open.insert(index) {
            let start = self.path.iter().position(|&node| node == index);
            self.recursion(start.unwrap_or(0));
            return Depth::default();
        }
        let Some(node) = self.program.nodes.get(index) else {
            return Depth::default();
        };
        self.path.push(index);
        let mut inside = Depth::default();
        for used in &node.uses {
            if used.first().is_some_and(|root| root == "data") {
                for target in self.program.targets(used).collect::<Vec<_>>() {
                    inside = inside.max(self.of(target));
                }
            }
        }
        self.path.pop();
        self.open.remove(&index);
        let depth = Depth {
            levels: node.weight.levels + inside.levels,
            multiplications: node.weight.multiplications + inside.multiplications,
        };
        if let Some(known) = self.known.get_mut(index) {
            *known = Some(depth);
        }
        depth
    }

    fn recursion(&mut self, start: usize) {
        let cycle = self.path.get(start..).unwrap_or_default();
        let nodes = cycle
            .iter()
            .filter_map(|&node| self.program.nodes.get(node));
        let names = nodes.clone().map(|node| path_text(&node.path));
        let mut names = names.collect::<Vec<_>>();
        names.truncate(8);
        if let Some(first) = nodes.clone().next() {
            let file = self.units.get(first.unit).map_or("", |unit| &unit.path);
            let message = format!(
                "recursion: {} -> {}",
                names.join(" -> "),
                path_text(&first.path)
            );
            self.problems.push(Problem::new(file, first.line, message));
        }
    }
}
