//! How deep the interpreter recurses, counted before it does.

use regorus::unstable::{ArithOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead};

use crate::scope::parts;

/// Calls of the interpreter to enter a rule or function, compared with those for one operator.
const RULE: usize = 4;
/// The same for a body.
const BODY: usize = 3;

/// The levels that evaluating one rule adds.
pub(crate) fn rule(rule: &Rule) -> usize {
    let inside = match rule {
        Rule::Default { value, .. } => expr(value),
        Rule::Spec { head, bodies, .. } => {
            let value = match head {
                RuleHead::Compr { refr, assign, .. } | RuleHead::Func { refr, assign, .. } => {
                    expr(refr).max(assign.as_ref().map_or(0, |assign| expr(&assign.value)))
                }
                RuleHead::Set { refr, key, .. } => {
                    expr(refr).max(key.as_ref().map_or(0, |k| expr(k)))
                }
            };
            // The value is computed inside the loops of the body.
            let body = bodies.iter().map(|body| {
                let value = body.assign.as_ref().map_or(0, |assign| expr(&assign.value));
                query(&body.query, value)
            });
            value + body.max().unwrap_or(0)
        }
    };
    RULE + inside
}

/// Every statement that iterates calls the next ones from inside its loop.
fn query(body: &Query, value: usize) -> usize {
    let mut loops = 0;
    let mut deepest = value;
    for statement in &body.stmts {
        let (own, deep) = literal(statement);
        loops += own;
        deepest = deepest.max(deep);
    }
    BODY + loops + deepest
}

fn literal(statement: &LiteralStmt) -> (usize, usize) {
    let with = statement
        .with_mods
        .iter()
        .map(|with| expr(&with.r#as))
        .max();
    let (own, deep) = match &statement.literal {
        Literal::SomeVars { .. } => (0, 0),
        Literal::SomeIn {
            value, collection, ..
        } => (1 + loops(collection), expr(value).max(expr(collection))),
        Literal::Expr { expr: inner, .. } | Literal::NotExpr { expr: inner, .. } => {
            (loops(inner), expr(inner))
        }
        Literal::Every {
            domain,
            query: inner,
            ..
        } => (1 + loops(domain), expr(domain).max(query(inner, 0))),
    };
    (own, deep.max(with.unwrap_or(0)))
}

/// Indexes that may be variables, and `walk`.
fn loops(node: &Expr) -> usize {
    let here = match node {
        Expr::RefBrack { .. } | Expr::Call { .. } => 1,
        _ => 0,
    };
    here + parts(node).into_iter().map(loops).sum::<usize>()
}

fn expr(node: &Expr) -> usize {
    let inside = match node {
        Expr::ArrayCompr {
            term, query: body, ..
        }
        | Expr::SetCompr {
            term, query: body, ..
        } => query(body, expr(term)),
        Expr::ObjectCompr {
            key,
            value,
            query: body,
            ..
        } => query(body, expr(key).max(expr(value))),
        _ => parts(node).into_iter().map(expr).max().unwrap_or(0),
    };
    1 + inside
}

/// How often one rule may multiply a number by a number that was itself multiplied: every time may double
/// its digits, and the time that one multiplication takes has no limit.
pub(crate) fn multiplications(rule: &Rule) -> usize {
    match rule {
        Rule::Default { value, .. } => products(value),
        Rule::Spec { head, bodies, .. } => {
            let value = match head {
                RuleHead::Compr { refr, assign, .. } | RuleHead::Func { refr, assign, .. } => {
                    products(refr).max(assign.as_ref().map_or(0, |assign| products(&assign.value)))
                }
                RuleHead::Set { refr, key, .. } => {
                    products(refr).max(key.as_ref().map_or(0, |key| products(key)))
                }
            };
            let body = bodies.iter().map(|body| {
                let value = body
                    .assign
                    .as_ref()
                    .map_or(0, |assign| products(&assign.value));
                value + products_of(&body.query)
            });
            value + body.max().unwrap_or(0)
        }
    }
}

/// Any statement may go on with the number of any other.
fn products_of(body: &Query) -> usize {
    let statements = body.stmts.iter().map(|statement| {
        let with = statement.with_mods.iter();
        let with = with.map(|with| products(&with.r#as)).max().unwrap_or(0);
        with + match &statement.literal {
            Literal::SomeVars { .. } => 0,
            Literal::SomeIn {
                value, collection, ..
            } => products(value).max(products(collection)),
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => products(expr),
            Literal::Every { domain, query, .. } => products(domain) + products_of(query),
        }
    });
    statements.sum()
}

fn products(node: &Expr) -> usize {
    let here = match node {
        Expr::ArithExpr {
            op: ArithOp::Mul, ..
        } => 1,
        _ => 0,
    };
    let inside = match node {
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            products(term) + products_of(query)
        }
        Expr::ObjectCompr {
            key, value, query, ..
        } => products(key).max(products(value)) + products_of(query),
        // The argument of a function is multiplied on inside of it; its own count comes with the call.
        _ => parts(node).into_iter().map(products).max().unwrap_or(0),
    };
    here + inside
}
