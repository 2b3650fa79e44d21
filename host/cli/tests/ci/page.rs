//! The page about CI: its commands end as it says.

use std::fs;

use merlon_yaml::{Limits, parse};

use crate::stage::{Stage, Tree, page};

/// The blocks of a page in that language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let blocks = text.split(&opening).skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_command_ends_with_the_exit_code_beside_it() {
    let text = fs::read_to_string(page()).unwrap();
    let mut commands = 0;
    for block in blocks(&text, "sh") {
        let stage = Stage::new(Tree::Leaking);
        for line in block.lines() {
            let (command, comment) = line.split_once('#').unwrap();
            let (exit, _) = comment.split_once(':').unwrap();
            let exit: i32 = exit.trim().parse().unwrap();
            assert_eq!(stage.script(&["sh"], command, &[]), exit, "{line}");
            commands += 1;
        }
    }
    assert!(commands >= 6);
}

#[test]
fn every_example_in_yaml_is_yaml_and_the_baseline_is_one() {
    let text = fs::read_to_string(page()).unwrap();
    for block in blocks(&text, "yaml") {
        let documents = parse(block, "ci.md", &Limits::default());
        assert!(documents.problems.is_empty(), "{:?}", documents.problems);
        if documents.documents[0].field("findings").is_some() {
            let stage = Stage::new(Tree::Clean);
            stage.write("tree/known.yaml", block);
            let scan = "merlon scan app --ruleset nsa --baseline known.yaml";
            assert_eq!(stage.script(&["sh"], scan, &[]), 0);
        }
    }
}
