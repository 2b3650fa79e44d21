//! From a condition to what a file must contain for it to hold. Whatever is not understood needs nothing:
//! a gate that is too wide costs time, one that is too narrow would lose findings.

use boreal_parser::expression::{
    Expression, ExpressionKind as Kind, ForIterator, ForSelection, RuleSet, SetElement,
};
use boreal_parser::rule::{Rule, VariableDeclaration};

use crate::cover::cover;
use crate::need::{Literals, Need, Wanted};
use crate::reach::reach;
use crate::sum::{self, Term};
use crate::walk;

/// Needs of the rules that a condition can name.
pub(crate) trait Named {
    /// The need of that rule, if it is one.
    fn need_of(&self, rule: &str) -> Option<&Need>;
    /// The needs of the rules whose names begin so.
    fn needs_with_prefix(&self, prefix: &str) -> Vec<&Need>;
}

/// What a file must contain for the rule to hold.
pub(crate) fn need(rule: &Rule, named: &dyn Named, literals: &mut Literals) -> Need {
    let strings = rule.variables.iter();
    let gate = Gate {
        strings: &rule.variables,
        needs: strings
            .map(|string| Need::of(cover(string), literals))
            .collect(),
        reaches: rule.variables.iter().map(reach).collect(),
        named,
    };
    gate.need(&rule.condition, None)
}

struct Gate<'a> {
    strings: &'a [VariableDeclaration],
    /// One for each string.
    needs: Vec<Need>,
    /// One for each string: how long its matches can be.
    reaches: Vec<Option<u64>>,
    named: &'a dyn Named,
}

/// The string that `$` stands for inside a loop.
type Current = Option<usize>;

impl Gate<'_> {
    fn need(&self, condition: &Expression, current: Current) -> Need {
        match &condition.expr {
            Kind::And(all) => {
                let needs = all.iter().map(|part| self.need(part, current));
                needs.fold(Need::nothing(), Need::and)
            }
            Kind::Or(all) => {
                let needs = all.iter().map(|part| self.need(part, current));
                Need::any(&needs.collect::<Vec<Need>>())
            }
            Kind::Boolean(false) => Need::impossible(),
            Kind::Variable(name) => self.string(name, current),
            Kind::VariableAt {
                variable_name: name,
                offset: latest,
                ..
            }
            | Kind::VariableIn {
                variable_name: name,
                to: latest,
                ..
            } => self.early_string(name, latest, current),
            Kind::Identifier(identifier) if identifier.operations.is_empty() => {
                let rule = self.named.need_of(&identifier.name);
                rule.cloned().unwrap_or_default()
            }
            _ => self.looped(condition, current),
        }
    }

    /// Conditions about several strings, rules or values.
    fn looped(&self, condition: &Expression, current: Current) -> Need {
        match &condition.expr {
            Kind::For {
                selection,
                set,
                body,
            } => {
                let members = self.members(&set.elements).into_iter();
                let bodies = members.map(|member| match body {
                    Some(body) => self.need(body, Some(member)),
                    None => self.member(member),
                });
                selected(selection, bodies.collect())
            }
            Kind::ForIn {
                selection,
                set,
                to: latest,
                ..
            }
            | Kind::ForAt {
                selection,
                set,
                offset: latest,
            } => {
                let members = self.members(&set.elements).into_iter();
                let needs = members.map(|member| self.early(member, latest));
                selected(selection, needs.collect())
            }
            Kind::ForRules { selection, set } => selected(selection, self.rules(set)),
            Kind::ForIdentifiers {
                selection,
                iterator,
                body,
                ..
            } if runs_once(selection, iterator) => self.need(body, current),
            _ => self.compared(condition, current),
        }
    }

    /// A string by its name; `current` where it has none.
    fn string(&self, name: &str, current: Current) -> Need {
        let place = self.place(name, current);
        place.map_or_else(Need::nothing, |place| self.member(place))
    }

    /// The same, of a match that begins at `latest` or before.
    fn early_string(&self, name: &str, latest: &Expression, current: Current) -> Need {
        let place = self.place(name, current);
        place.map_or_else(Need::nothing, |place| self.early(place, latest))
    }

    fn place(&self, name: &str, current: Current) -> Option<usize> {
        match name {
            "" => current,
            _ => self.strings.iter().position(|string| string.name == name),
        }
    }

    fn member(&self, place: usize) -> Need {
        self.needs.get(place).cloned().unwrap_or_default()
    }

    fn early(&self, place: usize, latest: &Expression) -> Need {
        let latest = match latest.expr {
            Kind::Integer(latest) => u64::try_from(latest).ok(),
            _ => None,
        };
        let reach = self.reaches.get(place).copied().flatten();
        let need = self.member(place);
        match latest.zip(reach) {
            Some((latest, reach)) => need.within(latest.saturating_add(reach)),
            None => need,
        }
    }

    /// The strings of a set; all of them when it names none.
    /// One that is named twice counts twice.
    fn members(&self, set: &[SetElement]) -> Vec<usize> {
        if set.is_empty() {
            return (0..self.strings.len()).collect();
        }
        let mut members = Vec::new();
        for element in set {
            let names = self.strings.iter().map(|string| &string.name).enumerate();
            let chosen = names.filter(|(_, name)| selects(element, name));
            members.extend(chosen.map(|(place, _)| place));
        }
        members
    }

    fn rules(&self, set: &RuleSet) -> Vec<Need> {
        let mut needs = Vec::new();
        for element in &set.elements {
            if element.is_wildcard {
                let found = self.named.needs_with_prefix(&element.name);
                needs.extend(found.into_iter().cloned());
            } else {
                needs.push(
                    self.named
                        .need_of(&element.name)
                        .cloned()
                        .unwrap_or_default(),
                );
            }
        }
        needs
    }

    /// Comparisons: a position or a length of a string has no value without a match, and a comparison
    /// without a value does not hold.
    fn compared(&self, condition: &Expression, current: Current) -> Need {
        let mut need = self.counted(&condition.expr, current);
        walk::indispensable(condition, &mut |part| {
            if let Kind::Offset { variable_name, .. } | Kind::Length { variable_name, .. } =
                &part.expr
            {
                let string = self.string(variable_name, current);
                need = std::mem::take(&mut need).and(string);
            }
        });
        need
    }

    /// Comparisons that ask for more matches than none.
    fn counted(&self, condition: &Kind, current: Current) -> Need {
        let (more, less, margin) = match condition {
            Kind::Cmp {
                left,
                right,
                less_than,
                can_be_equal,
            } => match less_than {
                true => (right, left, i64::from(!can_be_equal)),
                false => (left, right, i64::from(!can_be_equal)),
            },
            Kind::Eq(left, right) => {
                let sides = [(left, right), (right, left)];
                let needs = sides.map(|(more, less)| self.over(more, (less, 0), current));
                return needs.into_iter().fold(Need::nothing(), Need::and);
            }
            Kind::NotEq(left, right) => {
                return match (&left.expr, &right.expr) {
                    (Kind::Integer(0), _) => self.reached(right, 1, current),
                    (_, Kind::Integer(0)) => self.reached(left, 1, current),
                    _ => Need::nothing(),
                };
            }
            _ => return Need::nothing(),
        };
        self.over(more, (less, margin), current)
    }

    /// What it takes for a count to reach a bound and exceed it by a margin.
    fn over(&self, count: &Expression, bound: (&Expression, i64), current: Current) -> Need {
        let (bound, margin) = bound;
        let least = match bound.expr {
            Kind::Integer(bound) => bound.saturating_add(margin),
            Kind::Count(_) | Kind::CountInRange { .. } | Kind::Filesize => margin,
            _ => 0,
        };
        self.reached(count, least, current)
    }

    fn reached(&self, sum: &Expression, least: i64, current: Current) -> Need {
        let terms = self.terms(sum, current);
        match (terms, u64::try_from(least)) {
            (Some(terms), Ok(least)) if least > 0 => sum::reached(terms, least),
            _ => Need::nothing(),
        }
    }

    /// The summands of a sum of counts; nothing when it is something else.
    fn terms(&self, sum: &Expression, current: Current) -> Option<Vec<Term>> {
        let one = |need, most| Some(vec![Term { need, most }]);
        match &sum.expr {
            Kind::Count(name) => one(self.string(name, current), u64::MAX),
            Kind::CountInRange {
                variable_name: name,
                to,
                ..
            } => one(self.early_string(name, to, current), u64::MAX),
            Kind::Integer(number) => one(Need::nothing(), u64::try_from(*number).ok()?),
            Kind::Add(a, b) => {
                let mut terms = self.terms(a, current)?;
                terms.extend(self.terms(b, current)?);
                Some(terms)
            }
            Kind::Mul(a, b) | Kind::BitwiseAnd(a, b) => match (&sum.expr, &a.expr, &b.expr) {
                (Kind::Mul(..), _, Kind::Integer(factor)) => {
                    let factor = u64::try_from(*factor).ok()?;
                    let terms = self.terms(a, current)?.into_iter();
                    Some(terms.map(|term| term.times(factor)).collect())
                }
                (Kind::BitwiseAnd(..), _, Kind::Integer(mask)) => {
                    one(self.reached(a, 1, current), u64::try_from(*mask).ok()?)
                }
                _ => {
                    // Neither may be 0; both must be sums of counts to have no sign.
                    self.terms(a, current).and(self.terms(b, current))?;
                    let (a, b) = (self.reached(a, 1, current), self.reached(b, 1, current));
                    one(a.and(b), u64::MAX)
                }
            },
            _ => None,
        }
    }
}

fn selects(element: &SetElement, name: &str) -> bool {
    match element.is_wildcard {
        true => name.starts_with(&element.name),
        false => name == element.name,
    }
}

fn selected(selection: &ForSelection, needs: Vec<Need>) -> Need {
    let count = match selection {
        ForSelection::Any => 1,
        ForSelection::All => needs.len(),
        ForSelection::None => 0,
        ForSelection::Expr { expr, as_percent } => match expr.expr {
            Kind::Integer(percent) if *as_percent => share(percent, needs.len()),
            Kind::Integer(count) => usize::try_from(count).unwrap_or(0),
            _ => 0,
        },
    };
    Need::at_least(count, needs)
}

/// That many percent, rounded up.
fn share(percent: i64, of: usize) -> usize {
    let percent = usize::try_from(percent).unwrap_or(0);
    percent.saturating_mul(of).div_ceil(100)
}

/// The loop can only hold when its body does at least once. One over a list that may be empty holds `for
/// all` of nothing; ranges are never empty.
fn runs_once(selection: &ForSelection, iterator: &ForIterator) -> bool {
    match selection {
        ForSelection::Any => true,
        ForSelection::All => !matches!(iterator, ForIterator::Identifier(_)),
        ForSelection::None => false,
        ForSelection::Expr { expr, as_percent } => {
            !as_percent && matches!(expr.expr, Kind::Integer(count) if count > 0)
        }
    }
}

/// One hit of such a set is expected in 4 GiB of typical files: by chance alone it is in no file.
const RARE: f32 = 1.0 / (1u64 << 32) as f32;
/// Not all is chance: a text that is in one file may be in many. Only of what is as rare as this nothing more
/// is worth looking for.
const UNIQUE: f32 = 1.0 / (1u64 << 63) as f32;
/// One hit of such a set is expected in 16 MiB. What is more frequent makes the host look at files for
/// nothing.
const COMMON: f32 = 1.0 / (1u64 << 24) as f32;
/// Literals of a clause that only makes sure.
const FEW: usize = 32;

/// The clauses of a rule, rarest first.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    pub(crate) all: Vec<Vec<Wanted>>,
    /// So many of them, from the first, must be looked for.
    pub(crate) needed: usize,
    /// So many should be where there is room. The rest is heeded when it costs nothing.
    pub(crate) useful: usize,
}

impl Clauses {
    pub(crate) fn of(need: &Need) -> Self {
        let needed = hit_by_chance(need, RARE);
        let further = need.clauses().iter().skip(needed);
        let few = further.take_while(|clause| clause.any.len() <= FEW).count();
        Self {
            all: need
                .clauses()
                .iter()
                .map(|clause| clause.any.clone())
                .collect(),
            needed,
            useful: hit_by_chance(need, UNIQUE).clamp(needed, needed + few),
        }
    }
}

/// The first clause, and further ones while those before are not as rare as that.
fn hit_by_chance(need: &Need, rare: f32) -> usize {
    let mut rate = 1.0;
    let mut count = 0;
    for clause in need.clauses() {
        if count > 0 && (rate < rare || clause.rate > COMMON) {
            break;
        }
        count += 1;
        rate *= clause.rate;
    }
    count
}

#[cfg(test)]
mod tests;
