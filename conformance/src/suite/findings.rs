//! What a guest answers: every field, none at all, many, too many, in any order.

use merlon_model::{Event, FixPath, Location, Outcome};
use merlon_runtime::{Answer, Fault};

use super::guest::{EXEC, Guest};
use super::{Case, same};
use crate::exec;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "every field of a finding",
        run: full,
    },
    Case {
        name: "no optional field unless it was set",
        run: plain,
    },
    Case {
        name: "no finding at all",
        run: none,
    },
    Case {
        name: "findings come in the order of the guest",
        run: backwards,
    },
    Case {
        name: "a large answer",
        run: large,
    },
    Case {
        name: "an answer over the limit is refused, the next is read",
        run: excess,
    },
];

pub(super) fn programs(count: u64) -> Vec<Event> {
    (0..count)
        .map(|n| exec(n, "/bin/ls", &["ls", "-l"]))
        .collect()
}

fn plain_answer(row: usize) -> Answer {
    Answer {
        row,
        rule: 0,
        outcome: Outcome::Fail,
        message: format!("process.exec {row}"),
        container: None,
        location: None,
        failed_paths: Vec::new(),
        fix_paths: Vec::new(),
        evidence: Default::default(),
        distinct: None,
    }
}

fn full(guest: &Guest) -> Result<(), String> {
    let wanted = |row: usize, outcome| Answer {
        rule: 1,
        outcome,
        container: Some("app".to_owned()),
        location: Some(Location {
            offset: Some(7),
            length: Some(3),
            line: Some(2),
            column: Some(5),
            ..Location::default()
        }),
        failed_paths: vec!["a.b".to_owned(), "c[0]".to_owned()],
        fix_paths: vec![FixPath {
            path: "a.b".to_owned(),
            value: "false".to_owned(),
        }],
        evidence: [("k", "v"), ("ü", "日本")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        distinct: Some(format!("=same{row}")),
        ..plain_answer(row)
    };
    let got = guest.mode("full")?.answer(EXEC, &programs(3))?;
    same(
        "the answer",
        &got,
        &vec![
            wanted(0, Outcome::Fail),
            wanted(1, Outcome::Pass),
            wanted(2, Outcome::Skip),
        ],
    )
}

fn plain(guest: &Guest) -> Result<(), String> {
    let mut got = guest.mode("echo")?.answer(EXEC, &programs(1))?;
    for answer in &mut got {
        answer.evidence.clear();
    }
    same("the answer", &got, &vec![plain_answer(0)])
}

fn none(guest: &Guest) -> Result<(), String> {
    let got = guest.mode("none")?.answer(EXEC, &programs(9))?;
    same("the answer", &got, &Vec::new())
}

fn backwards(guest: &Guest) -> Result<(), String> {
    let got = guest.mode("backwards")?.answer(EXEC, &programs(5))?;
    let wanted: Vec<Answer> = (0..5).rev().map(plain_answer).collect();
    same("the answer", &got, &wanted)
}

fn large(guest: &Guest) -> Result<(), String> {
    let got = guest
        .mode("large")?
        .values(EXEC, &programs(100), "filler")?;
    same("the number of findings", &got.len(), &1000)?;
    let filler = "é".repeat(1000);
    match got.iter().find(|value| **value != filler) {
        Some(other) => Err(format!("a filler has {} bytes", other.len())),
        None => Ok(()),
    }
}

fn excess(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("excess")?;
    for _ in 0..2 {
        match loaded.evaluate(EXEC, &programs(1)) {
            Err(Fault::AnswerTooLarge { .. }) => {}
            other => return Err(format!("six megabytes gave {}", told(&other))),
        }
    }
    same(
        "the number of findings without rows",
        &loaded.answer(EXEC, &[])?.len(),
        &0,
    )
}

pub(super) fn told(result: &Result<Vec<Answer>, Fault>) -> String {
    match result {
        Ok(answers) => format!("{} findings", answers.len()),
        Err(fault) => format!("the fault {:?}", merlon_model::chain(fault)),
    }
}
