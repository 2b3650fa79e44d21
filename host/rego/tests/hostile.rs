//! A hostile policy, or a hostile object, is stopped in time and costs the other rules nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its measurements are printed"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use merlon_rego::{Fault, Limits, Policies, PolicySource, RegoError};
use serde_json::{Value, json};

fn compile(text: &str) -> Result<Policies, RegoError> {
    let source = PolicySource {
        path: "hostile.rego".to_owned(),
        text: text.to_owned(),
    };
    let limits = Limits {
        time: Duration::from_millis(50),
        answers: 20,
        text: 1_000,
        source: 4 << 20,
    };
    Policies::compile(&[], &[source], &json!({}), limits)
}

/// The faults of a body that must end soon, beside a rule that still answers.
fn faults(body: &str, object: &Value) -> Vec<Fault> {
    let text = format!(
        "package p\nimport rego.v1\ndeny contains msg if {{\n{body}\nmsg := \"done\"\n}}\nwarn contains \"still here\"\n"
    );
    faults_of(&text, object)
}

fn faults_of(text: &str, object: &Value) -> Vec<Fault> {
    let policies = compile(text).unwrap_or_else(|error| panic!("{error}"));
    let mut evaluator = policies.evaluator(&[]).unwrap();
    let start = Instant::now();
    let evaluation = evaluator.evaluate(object);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}: {text}");
    let messages = evaluation.answers.iter().map(|a| a.message.as_str());
    assert!(messages.clone().any(|m| m == "still here"), "{text}");
    evaluation.faults.into_iter().map(|f| f.what).collect()
}

#[track_caller]
fn stopped(body: &str) {
    let faults = faults(body, &json!({"a": "aaaaaaaaaaaaaaaa"}));
    let expected = |fault: &Fault| matches!(fault, Fault::TimedOut(_) | Fault::TooMuchWork(_));
    assert!(
        faults.len() == 1 && faults.iter().all(expected),
        "{body}: {faults:?}"
    );
}

#[test]
fn a_range_of_a_billion_is_refused() {
    stopped("count([x | x := numbers.range(1, 1000000000)[_]]) > 0");
    stopped("count(numbers.range_step(1, 1000000000, 2)) > 0");
    stopped("count(numbers.range(0, 99999999999999999999)) > 0");
}

#[test]
fn nested_cross_products_time_out() {
    stopped(
        "r := numbers.range(1, 1000)\ncount([1 | a := r[_]; b := r[_]; c := r[_]; a + b == c]) > 0",
    );
    stopped("r := numbers.range(1, 1000)\nsome a in r\nsome b in r\nsome c in r\na + b + c == -1");
    stopped(
        "r := numbers.range(1, 1000)\nevery a in r { every b in r { every c in r { a + b + c > 0 } } }",
    );
    stopped(
        "r := numbers.range(1, 1000)\nx := {[a, b, c] | a := r[_]; b := r[_]; c := r[_]}\ncount(x) > 0",
    );
}

#[test]
fn text_that_doubles_is_bounded() {
    let mut body = String::from("x0 := input.a\n");
    for n in 0..40 {
        writeln!(body, "x{} := concat(\"\", [x{n}, x{n}])", n + 1).unwrap();
    }
    stopped(&body);
    let mut body = String::from("x0 := input.a\n");
    for n in 0..40 {
        writeln!(body, "x{} := sprintf(\"%s%s\", [x{n}, x{n}])", n + 1).unwrap();
    }
    stopped(&body);
    let mut body = String::from("x0 := input.a\n");
    for n in 0..40 {
        writeln!(body, "x{} := replace(x{n}, \"a\", \"aa\")", n + 1).unwrap();
    }
    stopped(&body);
    let mut body = String::from("x0 := input.a\n");
    for n in 0..40 {
        writeln!(
            body,
            "x{} := regex.replace(x{n}, \"a+\", \"$0$0$0\")",
            n + 1
        )
        .unwrap();
    }
    stopped(&body);
    let mut body = String::from("x0 := input.a\n");
    for n in 0..40 {
        writeln!(
            body,
            "x{} := strings.replace_n({{\"a\": \"aa\"}}, x{n})",
            n + 1
        )
        .unwrap();
    }
    stopped(&body);
}

#[test]
fn arrays_that_double_are_bounded() {
    let mut body = String::from("x0 := [1, 2]\n");
    for n in 0..40 {
        writeln!(body, "x{} := array.concat(x{n}, x{n})", n + 1).unwrap();
    }
    stopped(&body);
}

#[test]
fn values_that_share_their_parts_are_not_unfolded() {
    let mut doubled = String::from("x0 := [1, 2]\n");
    for n in 0..60 {
        writeln!(doubled, "x{} := [x{n}, x{n}]", n + 1).unwrap();
    }
    stopped(&format!("{doubled}json.marshal(x60) == \"\""));
    stopped(&format!("{doubled}sprintf(\"%v\", [x60]) == \"\""));
    stopped(&format!("{doubled}walk(x60, [p, v])\nv == 5"));
    let answer = format!(
        "package p\nimport rego.v1\ndeny contains {{\"msg\": x60}} if {{\n{doubled}\n}}\nwarn contains \"still here\"\n"
    );
    assert_eq!(faults_of(&answer, &json!({})), [Fault::TooMuchText(1_000)]);
}

#[test]
fn numbers_that_double_their_digits_are_stopped() {
    let squares = |times: usize, end: &str| {
        let mut body = String::from("x0 := 99999999999\n");
        for n in 0..times {
            writeln!(body, "x{} := x{n} * x{n}", n + 1).unwrap();
        }
        body + end
    };
    let text = format!(
        "package p\nimport rego.v1\ndeny contains 1 if {{\n{}\n}}",
        squares(13, "x13 > 0")
    );
    let error = compile(&text).unwrap_err().to_string();
    assert!(error.contains("13 multiplications"), "{error}");
    assert_eq!(faults(&squares(12, "x12 > 0"), &json!({})), []);
    stopped("bits.lsh(1, 1000000000) > 0");
    stopped("product(numbers.range(1, 1000000)) > 0");
    stopped(&squares(12, "format_int(x12, 10) == \"\""));
    stopped(&squares(12, "sprintf(\"%d\", [x12]) == \"\""));
    stopped(&squares(12, "json.marshal([x12]) == \"\""));
}

#[test]
fn a_regex_bomb_is_refused_or_linear() {
    stopped(r"regex.match(`((a{100}){100}){100}`, input.a)");
    let text = "a".repeat(1 << 20);
    for pattern in ["(a+)+$b", "(a|a)*b", "(.*)(.*)(.*)(.*)[^a]", "(x+x+)+y"] {
        let faults = faults(
            &format!("regex.match(`{pattern}`, input.a)"),
            &json!({"a": text}),
        );
        assert!(faults.len() <= 1, "{faults:?}");
    }
}

#[test]
fn a_policy_that_compiles_ever_new_patterns_is_stopped() {
    stopped(
        "some n in numbers.range(1, 100000)\nregex.match(sprintf(`^(a|b|%d){1,50}[a-z]{1,99}$`, [n]), \"zz\")",
    );
}

#[test]
fn an_expansion_of_a_network_is_refused() {
    stopped(r#"count(net.cidr_expand("10.0.0.0/8")) > 0"#);
    stopped(r#"count(net.cidr_expand("::/0")) > 0"#);
}

#[test]
fn too_many_answers_are_a_fault_and_the_first_are_kept() {
    let text = "package p\nimport rego.v1\ndeny contains n if some n in numbers.range(1, 5000)\nwarn contains \"still here\"";
    let policies = compile(text).unwrap();
    let evaluation = policies.evaluator(&[]).unwrap().evaluate(&json!({}));
    assert_eq!(evaluation.answers.len(), 21);
    assert_eq!(evaluation.faults[0].what, Fault::TooManyAnswers(20));
}

#[test]
fn a_long_message_is_cut_and_a_fault() {
    let text = "package p\nimport rego.v1\ndeny contains input.a\nwarn contains \"still here\"";
    let object = json!({"a": "é".repeat(5_000)});
    assert_eq!(faults_of(text, &object), [Fault::TooMuchText(1_000)]);
}

#[test]
fn a_fault_inside_one_definition_is_not_hidden_by_another() {
    let text = "package p\nimport rego.v1\nf(x) := 1 if count(numbers.range(1, 1000000000)) > x\nf(_) := 2\ndeny contains \"got 2\" if f(1) == 2\nwarn contains \"still here\"";
    let faults = faults_of(text, &json!({}));
    assert!(
        matches!(faults.as_slice(), [Fault::TooMuchWork(_)]),
        "{faults:?}"
    );
}

#[test]
fn deep_nesting_of_the_source_is_refused() {
    for text in [
        format!(
            "package p\nx := {}1{}",
            "(".repeat(100_000),
            ")".repeat(100_000)
        ),
        format!("package p\nx := {}\n", "[".repeat(1_000)),
        format!("package p\nx := {}1\n", "1 +\n".repeat(100_000)),
        format!("package p\nx := 1{}\n", "\n+ 1".repeat(100_000)),
        format!("package p\nx := 1{}\n", " + 1".repeat(200)),
        format!("package p\nx := {}1\n", "-".repeat(900)),
        format!("package p\nx := y{}\n", "[0]".repeat(300)),
        format!("package p\nx := y{}\n", ".a".repeat(400)),
        format!(
            "package p\ndeny contains 1 if {{ {} 1 }}\n",
            "not ".repeat(200)
        ),
        format!(
            "package p\nx := 1 {}\n",
            "else := 2 if { false }\n".repeat(10_000)
        ),
        format!(
            "package p\nx if {}true{}\n",
            "{ ".repeat(200),
            " }".repeat(200)
        ),
        format!(
            "package p\n{}",
            format!("x if {}true{}\n", "{ ".repeat(14), " }".repeat(14)).repeat(20_000)
        ),
        format!(
            "package p\n{}",
            format!("x := {}1{}\n", "[{1:".repeat(8), "}]".repeat(8)).repeat(20_000)
        ),
        format!("package {}\n", "a.".repeat(400)),
        format!("package p\nx := \"{}\"", "a".repeat(5_000)),
    ] {
        let start = Instant::now();
        // Refused or read: what counts is that it ends.
        drop(compile(&text));
        let took = start.elapsed();
        let start = text.chars().take(40).collect::<String>();
        assert!(took < Duration::from_secs(5), "{took:?}: {start}");
    }
}

#[test]
fn a_long_chain_of_rules_is_refused_and_a_shorter_one_runs() {
    let chain = |length: usize| {
        let mut text =
            String::from("package p\nimport rego.v1\nr0 := 1\nwarn contains \"still here\"\n");
        for n in 0..length {
            writeln!(text, "r{} := x if {{ some x in [r{n}] }}", n + 1).unwrap();
        }
        writeln!(text, "deny contains \"end\" if r{length} == 1").unwrap();
        text
    };
    let error = compile(&chain(5_000)).unwrap_err().to_string();
    assert!(error.contains("levels deep"), "{error}");
    let policies = compile(&chain(150)).unwrap();
    let evaluation = policies.evaluator(&[]).unwrap().evaluate(&json!({}));
    assert_eq!((evaluation.answers.len(), evaluation.faults.len()), (2, 0));
}

#[test]
fn an_object_nested_deeper_than_json_is_read_is_a_fault_of_every_rule() {
    let mut object = json!({});
    for _ in 0..10_000 {
        object = Value::Array(vec![object]);
    }
    let policies = compile("package p\ndeny contains \"a\" if input.a").unwrap();
    let evaluation = policies.evaluator(&[]).unwrap().evaluate(&object);
    assert_eq!(evaluation.faults.len(), 1);
    std::mem::forget(object); // serde_json drops it recursively
}

#[test]
fn an_evaluator_answers_again_after_a_fault() {
    let text = "package p\nimport rego.v1\ndeny contains \"big\" if { input.bad; count(numbers.range(1, 1000000000)) > 0 }\ndeny contains \"fine\" if not input.bad";
    let policies = compile(text).unwrap();
    let mut evaluator = policies.evaluator(&[]).unwrap();
    assert_eq!(evaluator.evaluate(&json!({"bad": true})).faults.len(), 1);
    let after = evaluator.evaluate(&json!({}));
    assert_eq!((after.faults.len(), after.answers.len()), (0, 1));
}

#[test]
fn a_file_beyond_the_limit_is_refused_before_it_is_parsed() {
    let text = format!("package p\n# {}", "x".repeat(5 << 20));
    assert!(compile(&text).unwrap_err().to_string().contains("split it"));
}
