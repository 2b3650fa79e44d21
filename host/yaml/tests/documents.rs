//! Texts as users and attackers write them.

use merlon_yaml::{Documents, Limits, Node, Span, parse};
use serde_json::{Value, json};

fn read(text: &str) -> Documents {
    parse(text, "x.yaml", &Limits::default())
}

fn json_of(text: &str) -> Value {
    let found = read(text);
    assert!(found.problems.is_empty(), "{text}: {:?}", found.problems);
    assert_eq!(found.documents.len(), 1, "{text}");
    found.documents.first().map_or(Value::Null, Node::to_json)
}

fn code_of(text: &str) -> &'static str {
    read(text)
        .problems
        .first()
        .map_or("", |problem| problem.code)
}

#[test]
fn documents_keep_their_lines() {
    let found = read("# head\n---\na: 1\n---\n\nb:\n  - c: x\n");
    assert_eq!(found.documents.len(), 2);
    let second = &found.documents[1];
    let place = Span {
        line: 7,
        column: 5,
        length: 1,
    };
    assert_eq!(second.place("b[0].c"), place);
    assert_eq!(second.place("b[0].missing.deeper").line, 7);
    assert_eq!(second.at("b[0].c").and_then(Node::text), Some("x"));
}

#[test]
fn a_broken_document_does_not_take_the_others_with_it() {
    let found = read("a: 1\n---\nb: [1\nc: }\n---\nd: 2\n--- # x\n'\n---\ne: 3\n...\nf: 4\n");
    let json: Vec<_> = found.documents.iter().map(Node::to_json).collect();
    assert_eq!(
        json,
        [
            json!({"a": 1}),
            json!({"d": 2}),
            json!({"e": 3}),
            json!({"f": 4})
        ]
    );
    let lines: Vec<_> = found
        .problems
        .iter()
        .map(|p| p.span.unwrap().line)
        .collect();
    assert_eq!(lines.len(), 2, "{:?}", found.problems);
    assert!(
        (3..=4).contains(&lines[0]) && (7..=9).contains(&lines[1]),
        "{lines:?}"
    );
}

#[test]
fn every_key_that_stands_twice_is_told_with_both_places_and_the_last_one_counts() {
    let found = read("a: 1\nb: {x: 1, x: 2}\na: 3\n");
    assert_eq!(found.documents[0].to_json(), json!({"a": 3, "b": {"x": 2}}));
    let texts: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[0].contains("x.yaml:2:11") && texts[0].contains("first on line 2, column 5"));
    assert!(texts[1].contains("x.yaml:3:1") && texts[1].contains("first on line 1"));
    assert_eq!(code_of("{\"a\": 1, \"a\": 2}"), "Y002");
    assert_eq!(code_of("yes: 1\ntrue: 2\n"), "Y002");
}

#[test]
fn keys_are_text_after_they_were_read_as_values() {
    let read = json_of(
        "{1: a, 0600: b, yes: c, 1.5: d, '1': e, !!str 0600: f}"
            .replace("'1': e, ", "")
            .as_str(),
    );
    assert_eq!(
        read,
        json!({"1": "a", "384": "b", "true": "c", "1.5": "d", "0600": "f"})
    );
    assert_eq!(code_of("~: a"), "Y007");
    assert_eq!(code_of("[a]: b"), "Y007");
    assert_eq!(code_of("a: {{ x }}"), "Y007");
}

/// The wanted values were read off sigs.k8s.io/yaml 1.4.0.
#[test]
fn merge_keys_are_read_in_order_as_kubernetes_reads_them() {
    let base = "g: &g {x: 1, z: 2}\n";
    for (text, wanted) in [
        ("h: {x: 5, <<: *g}", json!({"x": 1, "z": 2})),
        ("h: {<<: *g, x: 5}", json!({"x": 5, "z": 2})),
        ("h: {<<: [{x: 1}, {x: 2, w: 3}]}", json!({"x": 1, "w": 3})),
        ("h: {<<: {b: 1}, <<: {b: 2, c: 3}}", json!({"b": 2, "c": 3})),
        ("h: {\"<<\": q}", json!({"<<": "q"})),
    ] {
        let read = json_of(&format!("{base}{text}\n"));
        assert_eq!(read.get("h"), Some(&wanted), "{text}");
    }
    for text in ["a: {<<: 3}", "a: {<<: [1]}"] {
        assert_eq!(code_of(text), "Y008", "{text}");
    }
}

#[test]
fn aliases_resolve_and_point_at_what_is_written() {
    let found = read("base: &b\n  - x\nuse: *b\n---\nb: *b\n");
    let first = &found.documents[0];
    assert_eq!(first.to_json(), json!({"base": ["x"], "use": ["x"]}));
    assert_eq!(first.place("use[0]").line, 2);
    assert_eq!(found.problems.len(), 1, "anchors end with their document");
    assert_eq!(
        json_of("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"),
        json!({"a": 1, "b": 1, "c": 2, "d": 2})
    );
    assert_eq!(code_of("a: &a [*a]"), "Y003");
}

#[test]
fn aliases_cannot_explode() {
    let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..12 {
        let one = format!("*a{},", n - 1);
        laughs += &format!("a{n}: &a{n} [{}]\n", one.repeat(9));
    }
    assert_eq!(code_of(&laughs), "Y004");
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        "*a,".repeat(1 << 20)
    );
    assert_eq!(code_of(&long), "Y004");
    let mut nested = String::new();
    for n in 0..100 {
        nested += &format!("&a{n} [");
    }
    nested += &"x,".repeat(100_000);
    assert_eq!(code_of(&(nested + &"]".repeat(100))), "Y004");
    let many = format!("---\n{laughs}").repeat(200);
    let found = read(&many);
    assert!(found.documents.is_empty() && !found.problems.is_empty());
}

#[test]
fn nesting_and_size_are_bounded() {
    let stairs: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    for text in [
        "[".repeat(100_000),
        stairs,
        "{\"a\":".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
    ] {
        let found = read(&text);
        assert_eq!(
            (found.documents.len(), found.problems.len()),
            (0, 1),
            "{}",
            &text[..9]
        );
    }
    assert_eq!(code_of(&"x".repeat((8 << 20) + 1)), "Y006");
    assert_eq!(code_of(&format!("[{}]", "1,".repeat(2 << 20))), "Y004");
}

#[test]
fn a_file_of_nothing_but_problems_is_given_up() {
    let found = read(&"---\n[\n".repeat(100_000));
    assert_eq!(found.problems.len(), 51);
    let found = read(&"a: 1\n".repeat(100_000));
    assert_eq!(found.problems.len(), 51);
}

#[test]
fn files_of_other_systems_are_read() {
    let windows = "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n";
    let found = read(windows);
    let json: Vec<_> = found.documents.iter().map(Node::to_json).collect();
    assert_eq!(json, [json!({"a": 1, "b": "x\ny\n"}), json!({"c": 2})]);
    assert_eq!(found.documents[1].place("c").line, 6);
    assert_eq!(
        json_of("%YAML 1.1\n# head\n---\na: yes\n"),
        json!({"a": true})
    );
    let tabs = "a:\tb\nc: |\n  d:\te\né: {f:\t-1, g: \t h}\n";
    let wanted = json!({"a": "b", "c": "d:\te\n", "é": {"f": -1, "g": "h"}});
    assert_eq!(json_of(tabs), wanted);
    let problem = read("a:\n\tb: 1\n").problems.remove(0);
    assert!(problem.hint.unwrap().contains("spaces"));
}

/// Kubernetes reads YAML 1.1, where these characters end a line and so a comment.
#[test]
fn old_line_breaks_hide_nothing() {
    for old in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let text = format!("a:\n  b: 1 # x{old}  hidden:\t{{c: 1}}\n  d: 2\n");
        let found = read(&text);
        let node = found.documents.first().unwrap();
        assert_eq!(
            node.to_json(),
            json!({"a": {"b": 1, "hidden": {"c": 1}, "d": 2}})
        );
        let place = |path| (node.place(path).line, node.place(path).column);
        assert_eq!((place("a.hidden"), place("a.d")), ((2, 14), (3, 3)));
        let json = format!("{{\"a\": \"x{old}y\"}}");
        assert_eq!(json_of(&json), json!({"a": format!("x{old}y")}));
    }
}

#[test]
fn json_is_yaml_too() {
    let text = "{\"a\":\t1.0,\n\t\"b\":\t[\"\\ud83d\\ude00\",\n\t\t\"y\", \"\\/\"]}";
    assert_eq!(json_of(text), json!({"a": 1, "b": ["😀", "y", "/"]}));
    assert_eq!(json_of("{a: y, b: [no]}"), json!({"a": true, "b": [false]}));
    assert_eq!(read("{\"a\":1}\n{\"a\":2}\n").documents.len(), 2);
    assert!(read("").documents.is_empty() && read("---\n# x\n---\n").problems.is_empty());
}

#[test]
fn a_path_reaches_keys_with_dots_however_they_are_written() {
    let node = read("m:\n  labels:\n    app.kubernetes.io/name: web\n    a: {b: 1}\n")
        .documents
        .remove(0);
    for path in [
        "m.labels[\"app.kubernetes.io/name\"]",
        "m.labels['app.kubernetes.io/name']",
        "m.labels[app.kubernetes.io/name]",
        "m.labels.app.kubernetes.io/name",
        ".m.labels.app.kubernetes.io/name",
    ] {
        assert_eq!(node.at(path).and_then(Node::text), Some("web"), "{path}");
        assert_eq!(node.place(path).line, 3, "{path}");
    }
    assert_eq!(node.place("m.labels.a.c").line, 4);
    assert!(node.at("m.labels.a.c").is_none() && node.at("m[").is_none());
    assert_eq!(node.place("nothing").line, 1);
}

#[test]
fn cut_and_mutated_texts_never_panic() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: &m {name: \"a\\u00e9b\"}\nspec:\n  - |\n    x\n  - >-\n    y\n  - 'q'\n  - *m\n  - {<<: *m, x: !!int 3}\n--- # next\n? k\n: v\n---\n{\"a\": [1, \"\\ud83d\\ude00é\"]}\n";
    let junk = [
        "\0", "\t", "{", "]", "\"", "&", "*", "%", ": ", "\u{85}", "\u{feff}", "!", "\\", "\r",
        "---\n", "é", "|", "? ",
    ];
    for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        drop(read(&text[..cut]));
        drop(read(&text[cut..]));
        for junk in junk {
            let mutated = format!("{}{junk}{}", &text[..cut], &text[cut..]);
            let found = read(&mutated);
            for problem in &found.problems {
                assert!(!problem.to_string().is_empty());
            }
            for document in &found.documents {
                drop(document.to_json());
            }
        }
    }
}
