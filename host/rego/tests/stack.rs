//! A policy just within the limit of levels does not overflow the stack it is given, whatever its levels
//! are made of.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its measurements are printed"
)]

use std::fmt::Write as _;

use merlon_rego::{Limits, Policies, PolicySource};
use serde_json::json;

/// The nth definition of a chain.
type Link = Box<dyn Fn(usize) -> String>;

fn compile(text: &str) -> Option<Policies> {
    let source = PolicySource {
        path: "deep.rego".to_owned(),
        text: text.to_owned(),
    };
    Policies::compile(&[], &[source], &json!({}), Limits::default()).ok()
}

/// The longest chain of such definitions that compiles.
fn deepest(link: impl Fn(usize) -> String) -> (usize, Policies) {
    let build = |length: usize| {
        let mut text = String::from("package p\nimport rego.v1\nr0 := 1\nf0(x) := x\n");
        for n in 1..=length {
            writeln!(text, "{}", link(n)).unwrap();
        }
        writeln!(
            text,
            "deny contains \"end\" if r{length}\nwarn contains \"end\" if f{length}(1)"
        )
        .unwrap();
        compile(&text)
    };
    let (mut fits, mut too_long) = (1, 4_000);
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        match build(middle) {
            Some(_) => fits = middle,
            None => too_long = middle,
        }
    }
    (fits, build(fits).unwrap())
}

#[test]
fn the_deepest_policies_end_on_their_stack() {
    let operators = |n: usize, name: &str| format!("({name}{}{})", n - 1, " + 0".repeat(100));
    let shapes: [(&str, Link); 6] = [
        (
            "rules",
            Box::new(|n| format!("r{n} := r{}\nf{n}(x) := x", n - 1)),
        ),
        (
            "functions",
            Box::new(|n| format!("f{n}(x) := f{}(x)\nr{n} := 1", n - 1)),
        ),
        (
            "bodies",
            Box::new(|n| format!("r{n} := x if {{ some x in [r{}] }}\nf{n}(x) := x", n - 1)),
        ),
        (
            "comprehensions",
            Box::new(|n| {
                format!(
                    "r{n} := count({{y | y := [z | z := r{}]}})\nf{n}(x) := x",
                    n - 1
                )
            }),
        ),
        (
            "operators",
            Box::new(move |n| format!("r{n} := {}\nf{n}(x) := x", operators(n, "r"))),
        ),
        (
            "loops",
            Box::new(|n| {
                format!(
                    "r{n} := x if {{ {}x := r{} }}\nf{n}(x) := x",
                    (0..50)
                        .map(|i| format!("some y{i} in [1]; "))
                        .collect::<String>(),
                    n - 1
                )
            }),
        ),
    ];
    for (name, link) in shapes {
        let (length, policies) = deepest(link);
        let evaluation = policies.evaluator(&[]).unwrap().evaluate(&json!({}));
        println!("{name}: {length} links");
        assert_eq!(evaluation.faults, [], "{name}");
        assert_eq!(evaluation.answers.len(), 2, "{name}");
    }
}
