//! References and what they name.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;
use regorus::unstable::{Expr, Rule, RuleHead};

use crate::source::Unit;

/// A reference taken apart: `data.a["b"][x].c` is `data`, the fields `a b` and the index `x`.
pub(crate) struct Reference<'e> {
    /// The variable it starts with.
    pub(crate) root: &'e str,
    /// Its constant fields, up to the first index that is none.
    pub(crate) fields: Vec<&'e str>,
    /// The indexes that are not constant texts, outermost last.
    pub(crate) indexes: Vec<&'e Expr>,
}

/// The reference that `expr` is, if it starts with a variable.
pub(crate) fn reference(expr: &Expr) -> Option<Reference<'_>> {
    let mut steps = Vec::new();
    let mut indexes = Vec::new();
    let mut node = expr;
    let root = loop {
        match node {
            Expr::Var { span, .. } => break span.text(),
            Expr::RefDot { refr, field, .. } => {
                steps.push(Some(field.0.text()));
                node = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(constant_text(index));
                if constant_text(index).is_none() {
                    indexes.push(&**index);
                }
                node = refr;
            }
            _ => return None,
        }
    };
    indexes.reverse();
    Some(Reference {
        root,
        fields: steps.into_iter().rev().map_while(|step| step).collect(),
        indexes,
    })
}

fn constant_text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String {
            value: Value::String(text),
            ..
        }
        | Expr::RawString {
            value: Value::String(text),
            ..
        } => Some(text),
        _ => None,
    }
}

/// What the names of one file mean.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// `data` and the package: `data nsa host_pid`.
    pub(crate) package: Vec<String>,
    imports: BTreeMap<String, Vec<String>>,
    rules: BTreeSet<String>,
}

impl Names {
    /// The names of every file; rules are known in all files of their package.
    pub(crate) fn of(units: &[Unit]) -> Vec<Self> {
        let mut by_package = BTreeMap::<Vec<String>, BTreeSet<String>>::new();
        let packages = units.iter().map(package).collect::<Vec<_>>();
        for (unit, package) in units.iter().zip(&packages) {
            by_package.entry(package.clone()).or_default().extend(
                unit.module
                    .policy
                    .iter()
                    .filter_map(|rule| Some(reference(head(rule))?.root.to_owned())),
            );
        }
        units
            .iter()
            .zip(packages)
            .map(|(unit, package)| Self {
                imports: imports(unit),
                rules: by_package.get(&package).cloned().unwrap_or_default(),
                package,
            })
            .collect()
    }

    /// The full path that a name starts, when it is a rule, an import, `data` or `input`.
    pub(crate) fn resolve(&self, root: &str) -> Option<Vec<String>> {
        if root == "data" || root == "input" {
            return Some(vec![root.to_owned()]);
        }
        if self.rules.contains(root) {
            return Some(
                self.package
                    .iter()
                    .cloned()
                    .chain([root.to_owned()])
                    .collect(),
            );
        }
        self.imports.get(root).cloned()
    }
}

/// The reference in the head of a rule.
pub(crate) fn head(rule: &Rule) -> &Expr {
    match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
    }
}

fn package(unit: &Unit) -> Vec<String> {
    std::iter::once("data".to_owned())
        .chain(
            reference(&unit.module.package.refr)
                .into_iter()
                .flat_map(|path| {
                    std::iter::once(path.root)
                        .chain(path.fields)
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                }),
        )
        .collect()
}

fn imports(unit: &Unit) -> BTreeMap<String, Vec<String>> {
    unit.module
        .imports
        .iter()
        .filter_map(|import| {
            let path = reference(&import.refr)?;
            let alias = import
                .r#as
                .as_ref()
                .map(|alias| alias.text())
                .or_else(|| path.fields.last().copied())?;
            if !matches!(path.root, "data" | "input") {
                return None; // `rego.v1`, `future.keywords`
            }
            let target = std::iter::once(path.root)
                .chain(path.fields.iter().copied())
                .map(str::to_owned)
                .collect();
            Some((alias.to_owned(), target))
        })
        .collect()
}

/// The path as the interpreter writes it: `data.a["b-c"].deny`.
pub(crate) fn path_text(path: &[String]) -> String {
    let mut text = String::new();
    for part in path {
        let plain = part
            .chars()
            .enumerate()
            .all(|(at, c)| c == '_' || c.is_ascii_alphabetic() || at > 0 && c.is_ascii_digit())
            && !part.is_empty();
        if text.is_empty() {
            text.push_str(part);
        } else if plain {
            text.push('.');
            text.push_str(part);
        } else {
            let quoted = serde_json::Value::from(part.as_str());
            text.push_str(&format!("[{quoted}]"));
        }
    }
    text
}
