//! From a condition to what a file must contain for it to hold. Whatever is not understood needs nothing:
//! a gate that is too wide costs time, one that is too narrow would lose findings.

use boreal_parser::expression::{
    Expression, ExpressionKind as Kind, ForIterator, ForSelection, RuleSet, SetElement,
};
use boreal_parser::rule::{Rule, VariableDeclaration};

use crate::cover::cover;
use crate::need::{Literals, Need};
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
        named,
    };
    gate.need(&rule.condition, None)
}

struct Gate<'a> {
    strings: &'a [VariableDeclaration],
    /// One for each string.
    needs: Vec<Need>,
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
                needs.reduce(|all, need| all.or(&need)).unwrap_or_default()
            }
            Kind::Boolean(false) => Need::impossible(),
            Kind::Variable(name)
            | Kind::VariableAt {
                variable_name: name,
                ..
            }
            | Kind::VariableIn {
                variable_name: name,
                ..
            } => self.string(name, current),
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
            Kind::ForIn { selection, set, .. } | Kind::ForAt { selection, set, .. } => {
                let members = self.members(&set.elements).into_iter();
                selected(
                    selection,
                    members.map(|member| self.member(member)).collect(),
                )
            }
            Kind::ForRules { selection, set } => selected(selection, self.rules(set)),
            Kind::ForIdentifiers {
                selection,
                iterator,
                body,
                ..
            } if runs_once(selection, iterator) => self.need(body, current),
            Kind::Identifier(identifier) if identifier.operations.is_empty() => {
                let rule = self.named.need_of(&identifier.name);
                rule.cloned().unwrap_or_default()
            }
            _ => self.compared(condition, current),
        }
    }

    /// A string by its name; `current` where it has none.
    fn string(&self, name: &str, current: Current) -> Need {
        let place = match name {
            "" => current,
            _ => self.strings.iter().position(|string| string.name == name),
        };
        place.map_or_else(Need::nothing, |place| self.member(place))
    }

    fn member(&self, place: usize) -> Need {
        self.needs.get(place).cloned().unwrap_or_default()
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
                    (Kind::Integer(0), _) => self.matches(right, current),
                    (_, Kind::Integer(0)) => self.matches(left, current),
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
        let positive = match bound.expr {
            Kind::Integer(bound) => bound.saturating_add(margin) > 0,
            Kind::Count(_) | Kind::CountInRange { .. } | Kind::Filesize => margin > 0,
            _ => false,
        };
        match positive {
            true => self.matches(count, current),
            false => Need::nothing(),
        }
    }

    /// What it takes for a count, or a sum of counts, not to be 0.
    fn matches(&self, count: &Expression, current: Current) -> Need {
        match &count.expr {
            Kind::Count(name)
            | Kind::CountInRange {
                variable_name: name,
                ..
            } => self.string(name, current),
            Kind::Add(a, b) => self.matches(a, current).or(&self.matches(b, current)),
            Kind::Mul(a, b) => self.matches(a, current).and(self.matches(b, current)),
            Kind::Integer(0) => Need::impossible(),
            _ => Need::nothing(),
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

/// One hit of such a set is expected in 4 GiB of typical files: nothing more is worth looking for.
const RARE: f32 = 1.0 / (1u64 << 32) as f32;
/// One hit of such a set is expected in 16 MiB. What is more frequent makes the host look at files for
/// nothing.
const COMMON: f32 = 1.0 / (1u64 << 24) as f32;
/// Sets of literals that are looked for on behalf of one rule.
const CLAUSES: usize = 3;

/// The clauses that are worth looking for: the rarest, and further ones while those before are hit by
/// chance.
pub(crate) fn chosen(need: &Need) -> Vec<Vec<u32>> {
    let mut chosen = Vec::new();
    let mut rate = 1.0;
    for clause in need.clauses().iter().take(CLAUSES) {
        if !chosen.is_empty() && (rate < RARE || clause.rate > COMMON) {
            break;
        }
        chosen.push(clause.any.clone());
        rate *= clause.rate;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use boreal_parser::file::YaraFileComponent;

    use super::*;

    /// One other rule, `other`, which needs what `$o` is.
    struct Other(Need);

    impl Named for Other {
        fn need_of(&self, rule: &str) -> Option<&Need> {
            (rule == "other").then_some(&self.0)
        }

        fn needs_with_prefix(&self, prefix: &str) -> Vec<&Need> {
            self.need_of("other")
                .filter(|_| "other".starts_with(prefix))
                .into_iter()
                .collect()
        }
    }

    fn parsed(strings: &str, condition: &str) -> Rule {
        let text = format!("rule r {{ strings: {strings} condition: {condition} }}");
        match boreal_parser::parse(&text).unwrap().components.remove(0) {
            YaraFileComponent::Rule(rule) => *rule,
            _ => unreachable!(),
        }
    }

    /// The clauses, each as the first letters of its literals: `a b|c`.
    fn clauses(strings: &str, condition: &str) -> String {
        let mut literals = Literals::default();
        let other = parsed("$o = \"other9\"", "$o");
        let named = Other(need(&other, &Other(Need::nothing()), &mut literals));
        let need = need(&parsed(strings, condition), &named, &mut literals);
        let shown = need.clauses().iter().map(|clause| {
            let letters = clause.any.iter().filter_map(|place| literals.get(*place));
            let letters = letters.map(|literal| char::from(literal.bytes[0]).to_string());
            let mut letters: Vec<String> = letters.collect();
            letters.sort();
            letters.join("|")
        });
        let mut shown: Vec<String> = shown.collect();
        shown.sort();
        shown.join(" ")
    }

    const CONDITIONS: &[(&str, &str)] = &[
        ("$a", "a"),
        ("$a and $b", "a b"),
        ("$a or $b", "a|b"),
        ("($a and $b) or $c", "a|c b|c"),
        ("$a and filesize < 10", "a"),
        ("$a or filesize < 10", ""),
        ("$x", ""),
        ("$x and $a", "a"),
        ("not $a", ""),
        ("not $a and $b", "b"),
        ("false", ""),
        ("false or $a", "a"),
        ("$a at 0", "a"),
        ("$a in (0..10)", "a"),
        ("#a > 0", "a"),
        ("#a >= 0", ""),
        ("#a == 0", ""),
        ("#a == 2", "a"),
        ("#a != 0", "a"),
        ("#a < 3", ""),
        ("3 < #a", "a"),
        ("#a > #b", "a"),
        ("#a >= #b", ""),
        ("#a + #b > 1", "a|b"),
        ("#a * #b > 1", "a b"),
        ("#a in (0..9) > 1", "a"),
        ("@a < 10", "a"),
        ("@a != 10", "a"),
        ("uint8(@a + 1) == 3", "a"),
        ("!a[1] == 6", "a"),
        ("not (@a < 10)", ""),
        ("all of ($a, $b)", "a b"),
        ("any of ($a, $b)", "a|b"),
        ("any of them", ""),
        ("2 of ($a, $b, $c)", "b|c"),
        ("none of them", ""),
        ("0 of them", ""),
        ("50% of ($a, $b)", "a|b"),
        ("51% of ($a, $b)", "a b"),
        ("#b of ($a, $b)", ""),
        ("2 of ($a, $a, $b)", "a|b"),
        ("for all of ($a, $b) : ($ at 0)", "a b"),
        ("for any of ($a, $b) : (# > 1)", "a|b"),
        ("for all of ($a, $b) : (# == 0)", ""),
        ("for any of ($a, $b) : ($c)", "c"),
        ("any of ($a, $b) in (0..9)", "a|b"),
        ("all of ($a, $b) at 0", "a b"),
        ("for any i in (1..#a) : (@b[i] < 3)", "b"),
        ("for all i in (1..3) : ($a)", "a"),
        ("for all s in pe.sections : ($a)", ""),
        ("for any s in pe.sections : ($a at s.raw_data_offset)", "a"),
        ("for none i in (1..3) : ($a)", ""),
        ("other", "o"),
        ("other and $a", "a o"),
        ("not other", ""),
        ("any of (oth*)", "o"),
        ("all of (other)", "o"),
        ("pe.is_pe and $a", "a"),
        ("defined @a", ""),
    ];

    #[test]
    fn a_condition_gives_what_it_needs() {
        let strings = r#"$a = "alpha1" $b = "bravo2" $c = "charl3" $x = "xy""#;
        for (condition, wanted) in CONDITIONS {
            assert_eq!(clauses(strings, condition), *wanted, "{condition}");
        }
    }

    #[test]
    fn strings_give_what_their_modifiers_leave() {
        for (string, count) in [
            ("\"alpha1\"", 1),
            ("\"alpha1\" wide ascii nocase", 2),
            ("\"alpha1\" xor", 256),
            ("\"alpha1\" xor(1-4) wide ascii", 8),
            ("\"alpha1\" base64", 3),
            ("\"alpha1\" base64 base64wide", 6),
            ("\"al\" xor", 0),
            ("\"al\" wide", 1),
            ("{ 61 62 63 ?? 64 65 66 67 }", 1),
            ("{ 61 ( 62 | 63 ) 64 }", 2),
            ("{ 61 62 ?? 63 64 }", 0),
            ("/alpha[12]/ wide", 2),
            ("/a.b.c/", 0),
        ] {
            let rule = parsed(&format!("$a = {string}"), "$a");
            let mut literals = Literals::default();
            let need = need(&rule, &Other(Need::nothing()), &mut literals);
            let found = need.clauses().first().map_or(0, |clause| clause.any.len());
            assert_eq!(found, count, "{string}");
        }
    }

    #[test]
    fn only_rare_literals_help_another_one() {
        for (strings, count) in [
            (r#"$a = "the" $b = "qZ7xWv9kJ3" $c = "Wq8vXz0jP5""#, 1),
            (r#"$a = "the" $b = "ing" $c = "and""#, 1),
            (r#"$a = "qzx9" $b = "wqx8" $c = "the""#, 2),
        ] {
            let mut literals = Literals::default();
            let rule = parsed(strings, "all of them");
            let need = need(&rule, &Other(Need::nothing()), &mut literals);
            assert_eq!(chosen(&need).len(), count, "{strings}: {need:?}");
        }
    }
}
