//! What conditions need.

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

/// The clauses, each as the first letters of its literals: `a b|c`, with their bounds: `a<6`.
fn clauses(strings: &str, condition: &str) -> String {
    let mut literals = Literals::default();
    let other = parsed("$o = \"other9\"", "$o");
    let named = Other(need(&other, &Other(Need::nothing()), &mut literals));
    let need = need(&parsed(strings, condition), &named, &mut literals);
    let shown = need.clauses().iter().map(|clause| {
        let letters = clause.any.iter().map(|wanted| {
            let letter = char::from(literals.get(wanted.literal).unwrap().bytes[0]);
            let bound = wanted.within.map(|within| format!("<{within}"));
            format!("{letter}{}", bound.unwrap_or_default())
        });
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
    ("$a at 0", "a<6"),
    ("$a in (0..10)", "a<16"),
    ("$a in (9..8186)", "a<8192"),
    ("$a in (9..8187)", "a"),
    ("$a at 0 or $b", "a<6|b"),
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
    ("#a in (0..9) > 1", "a<15"),
    ("#a in (0..#b) > 1", "a"),
    ("@a < 10", "a"),
    ("@a != 10", "a"),
    ("uint8(@a + 1) == 3", "a"),
    ("!a[1] == 6", "a"),
    ("not (@a < 10)", ""),
    ("all of ($a, $b)", "a b"),
    ("any of ($a, $b)", "a|b"),
    ("any of them", ""),
    ("2 of ($a, $b, $c)", "a|b a|c b|c"),
    ("none of them", ""),
    ("0 of them", ""),
    ("50% of ($a, $b)", "a|b"),
    ("51% of ($a, $b)", "a b"),
    ("#b of ($a, $b)", ""),
    ("2 of ($a, $a, $b)", "a a|b"),
    ("for all of ($a, $b) : ($ at 0)", "a<6 b<6"),
    ("for any of ($a, $b) : (# > 1)", "a|b"),
    ("for all of ($a, $b) : (# == 0)", ""),
    ("for any of ($a, $b) : ($c)", "c"),
    ("any of ($a, $b) in (0..9)", "a<15|b<15"),
    ("all of ($a, $b) at 0", "a<6 b<6"),
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
    ("#a + 3 > 2", ""),
    ("#a - #b > 2", ""),
    ("(#a & 1) * 1 + (#b & 1) * 1 >= 2", "a b"),
    ("(#a & 1) * 2 + (#b & 1) * 1 + (#c & 1) * 1 > 2", "a b|c"),
    ("(#a & 1) + (#b & 1) + (#c & 1) >= 2", "b|c"),
    ("#a * (#b + #c) > 0", "a b|c"),
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
fn a_second_rare_literal_makes_sure_and_common_ones_do_not_help() {
    for (strings, needed, useful) in [
        (r#"$a = "the" $b = "qZ7xWv9kJ3" $c = "Wq8vXz0jP5""#, 1, 2),
        (
            r#"$a = "Kj4xQv7wZ1" $b = "qZ7xWv9kJ3" $c = "Wq8vXz0jP5""#,
            1,
            2,
        ),
        (r#"$a = "the" $b = "ing" $c = "and""#, 1, 1),
        (r#"$a = "qzx9" $b = "wqx8" $c = "the""#, 2, 2),
        (r#"$a = "qZ7xWv9kJ3" $b = "Wq8vXz0jP5" xor"#, 1, 1),
    ] {
        let mut literals = Literals::default();
        let rule = parsed(strings, "all of them");
        let need = need(&rule, &Other(Need::nothing()), &mut literals);
        let clauses = Clauses::of(&need);
        let counts = (clauses.needed, clauses.useful);
        assert_eq!(counts, (needed, useful), "{strings}: {need:?}");
    }
}

#[test]
fn a_long_list_of_words_is_one_clause() {
    let strings: String = (0..3000)
        .map(|n| format!("$a{n} = \"word{n:04}\" "))
        .collect();
    let mut literals = Literals::default();
    let rule = parsed(&strings, "any of them");
    let need = need(&rule, &Other(Need::nothing()), &mut literals);
    let counts: Vec<usize> = need
        .clauses()
        .iter()
        .map(|clause| clause.any.len())
        .collect();
    assert_eq!(counts, [3000]);
}
