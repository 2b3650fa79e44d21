//! Makes `not` mean what it means in OPA.
//!
//! OPA evaluates the arguments of a negated call or comparison before the negation: in
//! `not startswith(input.name, "a")` an object without a name makes the whole body undefined. The
//! interpreter would take the undefined call for false and the negation for true, so the arguments are
//! moved in front of the `not`, on the same line. `not input.name == "a"` stays true without a name: OPA
//! leaves the references of an equality where they are.

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Query};

use crate::error::Problem;
use crate::reference::{Names, reference};
use crate::scope::{self, Locals, Visit, parts};
use crate::source::Unit;

/// The text to evaluate instead of the unit's own.
pub(crate) fn rewrite(unit: &Unit, names: &Names, problems: &mut Vec<Problem>) -> String {
    let mut found = Found {
        unit,
        names,
        jobs: Vec::new(),
        edits: Vec::new(),
        problems,
    };
    for rule in &unit.module.policy {
        scope::rule(rule, &mut found);
    }
    let Found {
        mut jobs,
        mut edits,
        ..
    } = found;
    // Inner statements start later, and an outer one moves their text.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.start));
    for (number, job) in jobs.iter().enumerate() {
        job.apply(&unit.text, number, &mut edits);
    }
    edited(&unit.text, 0, unit.text.len(), &edits)
}

#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// One negation with arguments to move.
struct Job {
    start: usize,
    end: usize,
    operands: Vec<(usize, usize)>,
    with: String,
    /// The negation is a whole body without braces: `p if not f(input.x)`.
    bare: bool,
}

impl Job {
    fn apply(&self, text: &str, number: usize, edits: &mut Vec<Edit>) {
        let mut before = String::from(if self.bare { "{ " } else { "" });
        for (place, &(start, end)) in self.operands.iter().enumerate() {
            let name = format!("__merlon_{number}_{place}");
            let value = edited(text, start, end, edits);
            edits.retain(|edit| edit.start < start || edit.end > end);
            before.push_str(&format!("{name} := {value}{}; ", self.with));
            edits.push(Edit {
                start,
                end,
                text: name,
            });
        }
        edits.push(Edit {
            start: self.start,
            end: self.start,
            text: before,
        });
        if self.bare {
            edits.push(Edit {
                start: self.end,
                end: self.end,
                text: " }".to_owned(),
            });
        }
    }
}

fn edited(text: &str, start: usize, end: usize, edits: &[Edit]) -> String {
    let mut inside = edits
        .iter()
        .filter(|edit| edit.start >= start && edit.end <= end)
        .collect::<Vec<_>>();
    inside.sort_by_key(|edit| (edit.start, edit.end));
    let (mut result, mut at) = (String::new(), start);
    for edit in inside {
        result.push_str(text.get(at..edit.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = edit.end;
    }
    result.push_str(text.get(at..end).unwrap_or_default());
    result
}

struct Found<'a> {
    unit: &'a Unit,
    names: &'a Names,
    jobs: Vec<Job>,
    edits: Vec<Edit>,
    problems: &'a mut Vec<Problem>,
}

impl Visit for Found<'_> {
    fn expr(&mut self, _: &Expr, _: &Locals<'_>) {}

    fn statement(&mut self, statement: &LiteralStmt, body: &Query, locals: &Locals<'_>) {
        let span = &statement.span;
        let (start, end) = (span.start as usize, span.end as usize);
        match &statement.literal {
            Literal::NotExpr { expr, .. } => {
                let operands = self.operands(expr, locals);
                if operands.is_empty() {
                    return;
                }
                let text = self.unit.text.as_str();
                let with = statement.with_mods.iter().map(|with| {
                    let modifier = text.get(with.span.start as usize..with.span.end as usize);
                    format!(" {}", modifier.unwrap_or_default())
                });
                let before = text.get(..start).unwrap_or_default().trim_end();
                self.jobs.push(Job {
                    start,
                    end,
                    operands,
                    with: with.collect(),
                    bare: body.stmts.len() == 1
                        && before
                            .strip_suffix("if")
                            .is_some_and(|rest| rest.ends_with([' ', '\t', '\n', '\r', ')', '}'])),
                });
            }
            // OPA drops `print` where nobody listens; its arguments may be undefined.
            Literal::Expr { expr, .. } if self.is_print(expr) => {
                let lines = span.text().matches('\n').count();
                let text = format!("true{}", "\n".repeat(lines));
                self.edits.push(Edit { start, end, text });
            }
            _ => {}
        }
    }
}

impl Found<'_> {
    fn is_print(&self, expr: &Expr) -> bool {
        let Expr::Call { fcn, .. } = expr else {
            return false;
        };
        matches!(&**fcn, Expr::Var { span, .. } if span.text() == "print")
            && self.names.resolve("print").is_none()
    }

    fn operands(&mut self, negated: &Expr, locals: &Locals<'_>) -> Vec<(usize, usize)> {
        let mut moved = Vec::new();
        match negated {
            Expr::BoolExpr {
                op: BoolOp::Eq,
                lhs,
                rhs,
                ..
            }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.side(lhs, locals, &mut moved);
                self.side(rhs, locals, &mut moved);
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.side(negated, locals, &mut moved);
            }
            _ => {
                for part in parts(negated) {
                    self.operand(part, locals, &mut moved);
                }
            }
        }
        moved
    }

    /// A side of an equality: references stay, what they are indexed with and calls move.
    fn side(&mut self, expr: &Expr, locals: &Locals<'_>, moved: &mut Vec<(usize, usize)>) {
        match expr {
            Expr::RefDot { .. }
            | Expr::RefBrack { .. }
            | Expr::Array { .. }
            | Expr::Set { .. }
            | Expr::Object { .. } => {
                for part in parts(expr) {
                    self.operand(part, locals, moved);
                }
            }
            Expr::Var { .. } => {}
            _ => self.operand(expr, locals, moved),
        }
    }

    fn operand(&mut self, expr: &Expr, locals: &Locals<'_>, moved: &mut Vec<(usize, usize)>) {
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::UnaryExpr { .. }
            // A comprehension is always defined.
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. } => return,
            Expr::Var { span, .. } => {
                let name = span.text();
                if locals.has(name)
                    || matches!(name, "input" | "data")
                    || self.names.resolve(name).is_none()
                {
                    return;
                }
            }
            _ => {}
        }
        if wildcard(expr) {
            self.refuse(
                expr,
                "`_` inside the arguments of `not`: write the negated part as its own rule or \
                 function, or bind the element before with `some`",
            );
            return;
        }
        match place(&self.unit.text, expr) {
            Some(place) => moved.push(place),
            None => self.refuse(
                expr,
                "this argument of `not` cannot be moved before it: assign it to a variable first",
            ),
        }
    }

    fn refuse(&mut self, expr: &Expr, message: &str) {
        let line = expr.span().line;
        self.problems
            .push(Problem::new(&self.unit.path, line, message));
    }
}

fn wildcard(expr: &Expr) -> bool {
    let here = matches!(expr, Expr::Var { span, .. } if span.text() == "_");
    let indexed = reference(expr).is_some_and(|path| path.indexes.iter().any(|i| wildcard(i)));
    here || indexed || parts(expr).into_iter().any(wildcard)
}

/// Where the whole text of `expr` is: spans leave out the quotes of a text and the brackets around an
/// expression, and an operator's span starts and ends inside them.
fn place(text: &str, expr: &Expr) -> Option<(usize, usize)> {
    let (mut start, mut end) = (expr.span().start as usize, expr.span().end as usize);
    let first = text.get(..start)?;
    if is_text(edge(expr, Edge::First)) && first.ends_with(['"', '`']) {
        start -= 1;
    }
    let last = edge(expr, Edge::Last);
    if is_text(last) && last.span().end as usize == end && text.get(end..)?.starts_with(['"', '`'])
    {
        end += 1;
    }
    for _ in 0..32 {
        let open = balance(text.get(start..end)?);
        if open == (0, 0) {
            return Some((start, end));
        }
        if open.0 > 0 {
            start = text.get(..start)?.trim_end().strip_suffix('(')?.len();
        } else {
            let rest = text.get(end..)?;
            end = text.len() - rest.trim_start().strip_prefix(')')?.len();
        }
    }
    None
}

#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

/// The leaf at one end of an operator's operands.
fn edge(mut expr: &Expr, side: Edge) -> &Expr {
    loop {
        expr = match expr {
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => match side {
                Edge::First => lhs,
                Edge::Last => rhs,
            },
            Expr::Membership {
                key,
                value,
                collection,
                ..
            } => match side {
                Edge::First => key.as_ref().unwrap_or(value),
                Edge::Last => collection,
            },
            leaf => return leaf,
        };
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::String { .. } | Expr::RawString { .. })
}

/// How many `)` have no `(` before them, and how many `(` no `)` after them, outside of texts.
fn balance(text: &str) -> (usize, usize) {
    let (mut closed, mut open) = (0, 0);
    let mut quote = None;
    let mut escaped = false;
    for c in text.chars() {
        match (quote, c) {
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(q), c) if c == q && !escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '(') => open += 1,
            (None, ')') if open > 0 => open -= 1,
            (None, ')') => closed += 1,
            (None, _) => {}
        }
        escaped = false;
    }
    (closed, open)
}
