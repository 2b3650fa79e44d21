//! A walk over a rule that knows which names are local variables.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span};

/// Sees every expression of a rule, with what is local there.
pub(crate) trait Visit {
    /// A reference, a call, anything: called before its parts.
    fn expr(&mut self, expr: &Expr, locals: &Locals<'_>);
    /// A statement of a body: called before its parts.
    fn statement(&mut self, _: &LiteralStmt, _: &Query, _: &Locals<'_>) {}
}

/// The local variables in sight.
#[derive(Debug, Default)]
pub(crate) struct Locals<'a> {
    outer: Option<&'a Locals<'a>>,
    names: BTreeSet<&'a str>,
}

impl<'a> Locals<'a> {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.outer.is_some_and(|outer| outer.has(name))
    }

    fn within(outer: &'a Self, names: BTreeSet<&'a str>) -> Self {
        Self {
            outer: Some(outer),
            names,
        }
    }
}

/// Walks one rule.
pub(crate) fn rule(rule: &Rule, visit: &mut impl Visit) {
    let none = Locals::default();
    let (head, bodies) = match rule {
        Rule::Default { args, value, .. } => {
            let mut names = BTreeSet::new();
            args.iter().for_each(|arg| pattern(arg, &mut names));
            expr(value, &Locals::within(&none, names), visit);
            return;
        }
        Rule::Spec { head, bodies, .. } => (head, bodies),
    };
    let mut names = BTreeSet::new();
    if let RuleHead::Func { args, .. } = head {
        args.iter().for_each(|arg| pattern(arg, &mut names));
    }
    let arguments = Locals::within(&none, names);
    let mut all = BTreeSet::new();
    for body in bodies {
        all.extend(declared(&body.query));
        query(&body.query, &arguments, visit);
        if let Some(assign) = &body.assign {
            let inside = Locals::within(&arguments, declared(&body.query));
            expr(&assign.value, &inside, visit);
        }
    }
    let everything = Locals::within(&arguments, all);
    let (refr, value) = match head {
        RuleHead::Compr { refr, assign, .. } | RuleHead::Func { refr, assign, .. } => {
            (refr, assign.as_ref().map(|assign| &assign.value))
        }
        RuleHead::Set { refr, key, .. } => (refr, key.as_ref()),
    };
    indexes(refr, &everything, visit);
    value
        .into_iter()
        .for_each(|value| expr(value, &everything, visit));
}

/// Only the indexes: what the head starts with is the rule's own name.
fn indexes(mut node: &Expr, locals: &Locals<'_>, visit: &mut impl Visit) {
    loop {
        match node {
            Expr::RefDot { refr, .. } => node = refr,
            Expr::RefBrack { refr, index, .. } => {
                expr(index, locals, visit);
                node = refr;
            }
            _ => return,
        }
    }
}

fn query(body: &Query, outer: &Locals<'_>, visit: &mut impl Visit) {
    let locals = Locals::within(outer, declared(body));
    for statement in &body.stmts {
        visit.statement(statement, body, &locals);
        for with in &statement.with_mods {
            expr(&with.refr, &locals, visit);
            expr(&with.r#as, &locals, visit);
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn {
                key,
                value,
                collection,
                ..
            } => {
                key.iter().for_each(|key| expr(key, &locals, visit));
                expr(value, &locals, visit);
                expr(collection, &locals, visit);
            }
            Literal::Expr { expr: inner, .. } | Literal::NotExpr { expr: inner, .. } => {
                expr(inner, &locals, visit);
            }
            Literal::Every {
                key,
                value,
                domain,
                query: inner,
                ..
            } => {
                expr(domain, &locals, visit);
                let names = key.iter().chain([value]).map(Span::text).collect();
                query(inner, &Locals::within(&locals, names), visit);
            }
        }
    }
}

/// The variables that the statements of one body declare.
fn declared(body: &Query) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for statement in &body.stmts {
        match &statement.literal {
            Literal::SomeVars { vars, .. } => names.extend(vars.iter().map(Span::text)),
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|key| pattern(key, &mut names));
                pattern(value, &mut names);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr {
                    op: AssignOp::ColEq,
                    lhs,
                    ..
                } = &**expr
                {
                    pattern(lhs, &mut names);
                }
            }
            Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
    names
}

/// The variables of a pattern: `[x, {"k": y}]`.
fn pattern<'e>(expr: &'e Expr, names: &mut BTreeSet<&'e str>) {
    match expr {
        Expr::Var { span, .. } => {
            names.insert(span.text());
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| pattern(item, names));
        }
        Expr::Object { fields, .. } => {
            fields
                .iter()
                .for_each(|(_, _, value)| pattern(value, names));
        }
        _ => {}
    }
}

pub(crate) fn expr(node: &Expr, locals: &Locals<'_>, visit: &mut impl Visit) {
    visit.expr(node, locals);
    match node {
        Expr::ArrayCompr {
            term, query: body, ..
        }
        | Expr::SetCompr {
            term, query: body, ..
        } => {
            comprehension(&[term], body, locals, visit);
        }
        Expr::ObjectCompr {
            key,
            value,
            query: body,
            ..
        } => comprehension(&[key, value], body, locals, visit),
        _ => parts(node)
            .into_iter()
            .for_each(|part| expr(part, locals, visit)),
    }
}

fn comprehension(terms: &[&Expr], body: &Query, outer: &Locals<'_>, visit: &mut impl Visit) {
    let locals = Locals::within(outer, declared(body));
    terms.iter().for_each(|term| expr(term, &locals, visit));
    query(body, outer, visit);
}

/// The expressions directly inside, comprehensions excepted. Of a reference only what starts it, when
/// that is no variable, and its indexes; of a call, not the function's name.
pub(crate) fn parts(node: &Expr) -> Vec<&Expr> {
    match node {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().map(|i| &**i).collect(),
        Expr::Object { fields, .. } => fields
            .iter()
            .flat_map(|(_, key, value)| [&**key, &**value])
            .collect(),
        Expr::Call { params, .. } => params.iter().map(|param| &**param).collect(),
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::RefDot { refr, .. } => inner_reference(refr),
        Expr::RefBrack { refr, index, .. } => {
            let mut parts = inner_reference(refr);
            parts.push(index);
            parts
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership {
            key,
            value,
            collection,
            ..
        } => key
            .iter()
            .map(|key| &**key)
            .chain([&**value, &**collection])
            .collect(),
        _ => Vec::new(),
    }
}

/// A chain of fields is one reference: only its head's own parts are looked at again.
fn inner_reference(mut node: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    loop {
        match node {
            Expr::Var { .. } => return found,
            Expr::RefDot { refr, .. } => node = refr,
            Expr::RefBrack { refr, index, .. } => {
                found.push(&**index);
                node = refr;
            }
            other => {
                found.push(other);
                return found;
            }
        }
    }
}
