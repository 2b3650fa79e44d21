//! A plugin under the fake host behaves as it would under the real one.

use merlon_sdk::json::json;
use merlon_sdk::prelude::*;
use merlon_sdk::test::{Harness, TestRow};

/// Says how often a program was seen, and whether its name is long; wrong rule for the program `odd`.
struct Counter;

impl Plugin for Counter {
    fn new(settings: &str) -> Result<Self, String> {
        if settings == "{}" {
            Ok(Self)
        } else {
            Err("no settings are known".to_owned())
        }
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rule(Rule::new("first", "never used"))
            .rule(Rule::new("count", "a program was seen"))
            .subscribe(
                "process.exec",
                &["exe", "argv", "pid", "argv_truncated", "absent"],
            )
            .subscribe(
                "file.content",
                &["path", "hits.pattern", "hits.offset", "hits.text"],
            )
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        if batch.kind() == "file.content" {
            let found = batch.rows().flat_map(|row| {
                row.hits().map(move |hit| {
                    Finding::new(row, "count", hit.text).evidence("offset", hit.offset.to_string())
                })
            });
            return Ok(found.collect());
        }
        let long = Memo::new(batch, |exe| exe.len() > 6);
        let exes = batch.text_column("exe");
        batch
            .rows()
            .map(|row| {
                assert_eq!(row.text("absent"), None);
                let exe = exes.text(row.index()).unwrap_or("?");
                let seen = state::increment(row, exe, 1, 1000)?;
                log::write(log::Level::Info, exe);
                let rule = if exe == "odd" { "unknown" } else { "count" };
                let argv: Vec<&str> = row.texts("argv").collect();
                Ok(Finding::new(row, rule, argv.join(" "))
                    .evidence("seen", seen.to_string())
                    .evidence("long", long.check(row.symbol("exe")).to_string())
                    .evidence("pid", format!("{:?}", row.number("pid")))
                    .evidence("cut", format!("{:?}", row.flag("argv_truncated"))))
            })
            .collect()
    }
}

merlon_sdk::plugin!(Counter);

#[test]
fn every_type_of_column_is_read_back_and_what_is_missing_stays_missing() {
    let rows = [
        TestRow::from_json(
            &json!({"exe": "/bin/ls", "argv": ["ls", "-l"], "pid": 7, "argv_truncated": true}),
        ),
        TestRow::new().with("exe", "sh"),
    ];
    let answers = Harness::<Counter>::start("{}")
        .unwrap()
        .judge("process.exec", &rows)
        .unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].rule, "count");
    assert_eq!(answers[0].message, "ls -l");
    assert_eq!(answers[0].evidence("pid"), Some("Some(7)"));
    assert_eq!(answers[0].evidence("cut"), Some("Some(true)"));
    assert_eq!(answers[0].evidence("long"), Some("true"));
    assert_eq!(answers[1].row, 1);
    assert_eq!(answers[1].message, "");
    assert_eq!(answers[1].evidence("pid"), Some("None"));
    assert_eq!(answers[1].evidence("cut"), Some("None"));
    assert_eq!(answers[1].evidence("long"), Some("false"));
}

#[test]
fn a_counter_is_forgotten_by_the_time_of_the_events_not_of_the_machine() {
    let mut harness = Harness::<Counter>::start("{}").unwrap();
    let rows = [0, 999, 1000].map(|time| TestRow::new().with("exe", "sh").at(time));
    let answers = harness.judge("process.exec", &rows).unwrap();
    let seen: Vec<_> = answers
        .iter()
        .map(|answer| answer.evidence("seen"))
        .collect();
    assert_eq!(seen, [Some("1"), Some("2"), Some("1")]);
    let lines = merlon_sdk::fake::with_world(|world| world.lines.len());
    assert_eq!(lines, 3);
}

#[test]
fn hits_are_read_as_a_whole() {
    let row = TestRow::new()
        .with("path", "/etc/x")
        .with("hits.pattern", vec![3, 4])
        .with("hits.offset", vec![10, 20])
        .with("hits.text", ["a", "b"]);
    let answers = Harness::<Counter>::start("{}")
        .unwrap()
        .judge("file.content", &[row])
        .unwrap();
    let found: Vec<_> = answers
        .iter()
        .map(|answer| (answer.message.as_str(), answer.evidence("offset")))
        .collect();
    assert_eq!(found, [("a", Some("10")), ("b", Some("20"))]);
}

#[test]
fn a_rule_that_was_never_declared_is_an_error_that_says_so() {
    let error = Harness::<Counter>::start("{}")
        .unwrap()
        .judge("process.exec", &[TestRow::new().with("exe", "odd")])
        .unwrap_err();
    assert_eq!(error, "the manifest has no rule `unknown`: add it there");
}

#[test]
fn settings_that_the_plugin_refuses_stop_it() {
    assert!(Harness::<Counter>::start("[]").is_err());
}
