//! Walking over conditions.

use boreal_parser::expression::{
    Expression, ExpressionKind as Kind, ForIterator, ForSelection, Identifier,
    IdentifierOperationType,
};

/// Calls `visit` with the expression and everything inside it.
pub(crate) fn everything<'a>(expression: &'a Expression, visit: &mut impl FnMut(&'a Expression)) {
    let mut left = vec![expression];
    while let Some(expression) = left.pop() {
        visit(expression);
        children(expression, &mut |child| left.push(child));
    }
}

/// Calls `visit` with those parts of a comparison or calculation without which it has no value: where one
/// of them is undefined, so is the whole.
pub(crate) fn indispensable<'a>(
    expression: &'a Expression,
    visit: &mut impl FnMut(&'a Expression),
) {
    let mut left = vec![expression];
    while let Some(expression) = left.pop() {
        visit(expression);
        if is_strict(&expression.expr) {
            children(expression, &mut |child| left.push(child));
        }
    }
}

fn is_strict(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::ReadInteger { .. }
            | Kind::Neg(_)
            | Kind::Add(..)
            | Kind::Sub(..)
            | Kind::Mul(..)
            | Kind::Div(..)
            | Kind::Mod(..)
            | Kind::BitwiseXor(..)
            | Kind::BitwiseAnd(..)
            | Kind::BitwiseOr(..)
            | Kind::BitwiseNot(_)
            | Kind::ShiftLeft(..)
            | Kind::ShiftRight(..)
            | Kind::Cmp { .. }
            | Kind::Eq(..)
            | Kind::NotEq(..)
            | Kind::Contains { .. }
            | Kind::StartsWith { .. }
            | Kind::EndsWith { .. }
            | Kind::IEquals(..)
            | Kind::Matches(..)
    )
}

fn children<'a>(expression: &'a Expression, visit: &mut impl FnMut(&'a Expression)) {
    match &expression.expr {
        Kind::Filesize
        | Kind::Entrypoint
        | Kind::Integer(_)
        | Kind::Double(_)
        | Kind::Count(_)
        | Kind::Boolean(_)
        | Kind::Variable(_)
        | Kind::Bytes(_)
        | Kind::Regex(_) => {}
        Kind::ReadInteger { addr: a, .. }
        | Kind::Offset {
            occurence_number: a,
            ..
        }
        | Kind::Length {
            occurence_number: a,
            ..
        }
        | Kind::Neg(a)
        | Kind::BitwiseNot(a)
        | Kind::Not(a)
        | Kind::Defined(a)
        | Kind::Matches(a, _)
        | Kind::VariableAt { offset: a, .. } => visit(a),
        Kind::Add(a, b)
        | Kind::Sub(a, b)
        | Kind::Mul(a, b)
        | Kind::Div(a, b)
        | Kind::Mod(a, b)
        | Kind::BitwiseXor(a, b)
        | Kind::BitwiseAnd(a, b)
        | Kind::BitwiseOr(a, b)
        | Kind::ShiftLeft(a, b)
        | Kind::ShiftRight(a, b)
        | Kind::Eq(a, b)
        | Kind::NotEq(a, b)
        | Kind::IEquals(a, b)
        | Kind::CountInRange { from: a, to: b, .. }
        | Kind::VariableIn { from: a, to: b, .. } => [a, b].into_iter().for_each(|e| visit(e)),
        _ => operands(expression, visit),
    }
}

/// The children of what takes more than two operands, or names them.
fn operands<'a>(expression: &'a Expression, visit: &mut impl FnMut(&'a Expression)) {
    match &expression.expr {
        Kind::And(all) | Kind::Or(all) => all.iter().for_each(visit),
        Kind::Cmp { left, right, .. } => [left, right].into_iter().for_each(|e| visit(e)),
        Kind::Contains {
            haystack: a,
            needle: b,
            ..
        }
        | Kind::StartsWith {
            expr: a, prefix: b, ..
        }
        | Kind::EndsWith {
            expr: a, suffix: b, ..
        } => [a, b].into_iter().for_each(|e| visit(e)),
        Kind::For {
            selection, body, ..
        } => {
            count(selection, visit);
            body.iter().for_each(|e| visit(e));
        }
        Kind::ForIn {
            selection,
            from,
            to,
            ..
        } => {
            count(selection, visit);
            [from, to].into_iter().for_each(|e| visit(e));
        }
        Kind::ForAt {
            selection, offset, ..
        } => {
            count(selection, visit);
            visit(offset);
        }
        Kind::ForIdentifiers {
            selection,
            iterator,
            body,
            ..
        } => {
            count(selection, visit);
            visit(body);
            values(iterator, visit);
        }
        Kind::ForRules { selection, .. } => count(selection, visit),
        Kind::Identifier(identifier) => operations(identifier, visit),
        _ => {}
    }
}

fn count<'a>(selection: &'a ForSelection, visit: &mut impl FnMut(&'a Expression)) {
    if let ForSelection::Expr { expr, .. } = selection {
        visit(expr);
    }
}

fn values<'a>(iterator: &'a ForIterator, visit: &mut impl FnMut(&'a Expression)) {
    match iterator {
        ForIterator::Identifier(identifier) => operations(identifier, visit),
        ForIterator::Range { from, to } => [from, to].into_iter().for_each(|e| visit(e)),
        ForIterator::List(all) => all.iter().for_each(visit),
    }
}

fn operations<'a>(identifier: &'a Identifier, visit: &mut impl FnMut(&'a Expression)) {
    for operation in &identifier.operations {
        match &operation.op {
            IdentifierOperationType::Subscript(index) => visit(index),
            IdentifierOperationType::Subfield(_) => {}
            IdentifierOperationType::FunctionCall(arguments) => {
                arguments.iter().for_each(&mut *visit)
            }
        }
    }
}
