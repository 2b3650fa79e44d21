//! The composite action and the workflow that uses it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::report;
use crate::stage::{Stage, Tree, deployed, merlon, tool, yaml_of};

const ACTION: &str = "github/action/action.yml";
/// How a runner starts `shell: bash`.
const BASH: [&str; 5] = ["bash", "--noprofile", "--norc", "-eo", "pipefail"];

/// Runs the steps of the action as a runner does, until one fails.
fn run(stage: &Stage, given: &[(&str, &str)]) -> i32 {
    let action = yaml_of(ACTION);
    let mut inputs: BTreeMap<String, String> = BTreeMap::new();
    for (name, input) in action["inputs"].as_object().unwrap() {
        let default = input["default"].as_str().unwrap();
        inputs.insert(name.clone(), default.to_owned());
    }
    for (name, value) in given {
        let old = inputs.insert((*name).to_owned(), (*value).to_owned());
        assert!(old.is_some(), "the action has no input {name}");
    }
    for step in action["runs"]["steps"].as_array().unwrap() {
        if step["if"] == "inputs.url != ''" && inputs["url"].is_empty() {
            continue;
        }
        let code = run_step(stage, step, &inputs);
        if code != 0 {
            return code;
        }
    }
    0
}

fn run_step(stage: &Stage, step: &Value, inputs: &BTreeMap<String, String>) -> i32 {
    assert_eq!(step["shell"], "bash");
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "nothing is pasted into a script");
    let root = stage.root().to_str().unwrap();
    let (path, output) = (format!("{root}/path"), format!("{root}/output"));
    let mut environment: Vec<(String, String)> = vec![
        ("RUNNER_TEMP".to_owned(), root.to_owned()),
        ("GITHUB_PATH".to_owned(), path),
        ("GITHUB_OUTPUT".to_owned(), output),
    ];
    for (name, value) in step["env"].as_object().unwrap() {
        let input = value
            .as_str()
            .and_then(|value| value.strip_prefix("${{ inputs.")?.strip_suffix(" }}"));
        environment.push((name.clone(), inputs[input.unwrap()].clone()));
    }
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    stage.script(&BASH, script, &environment)
}

#[test]
fn the_action_fails_on_a_leak_and_leaves_its_report_and_passes_a_clean_tree() {
    for (tree, exit) in [(Tree::Leaking, 1), (Tree::Clean, 0)] {
        let stage = Stage::new(tree);
        let rulesets = [("rulesets", "secrets\nnsa\n"), ("targets", "app\n.\n")];
        assert_eq!(run(&stage, &rulesets), exit);
        let results = report::sarif(&stage.read("tree/merlon.sarif"));
        assert_eq!(results > 0, exit == 1);
        assert_eq!(stage.read("output"), "sarif=merlon.sarif\n");
    }
}

#[test]
fn an_input_of_the_action_that_looks_like_shell_is_only_text() {
    let stage = Stage::new(Tree::Clean);
    let hostile = [
        ("rulesets", "secrets"),
        ("targets", "$(touch ../pwned); touch ../pwned"),
    ];
    assert_eq!(run(&stage, &hostile), 2, "there is no such file");
    assert!(!stage.root().join("pwned").exists());
    assert_eq!(run(&stage, &[("targets", "--version")]), 2);
}

#[test]
fn the_action_accepts_what_the_baseline_holds() {
    let stage = Stage::new(Tree::Leaking);
    let mut merlon = stage.command(merlon());
    merlon.args([
        "scan",
        ".",
        "--ruleset",
        "secrets",
        "--write-baseline",
        "known.yaml",
    ]);
    assert!(merlon.output().unwrap().status.success());
    let inputs = [("rulesets", "secrets"), ("baseline", "known.yaml")];
    assert_eq!(run(&stage, &inputs), 0);
}

#[test]
fn the_action_takes_a_download_only_with_its_digest() {
    let stage = Stage::new(Tree::Clean);
    stage.write("program", "#!/bin/sh\nexit 0\n");
    let url = format!("file://{}/program", stage.root().display());
    let sum = Command::new("sha256sum")
        .arg(stage.root().join("program"))
        .output()
        .unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    let good = sum.split(' ').next().unwrap();
    let inputs = |sha256| {
        [
            ("url", url.as_str()),
            ("sha256", sha256),
            ("rulesets", "secrets"),
        ]
    };
    assert_eq!(run(&stage, &inputs(good)), 0);
    assert!(stage.read("path").ends_with("/merlon\n"));
    for wrong in ["", &"00".repeat(32)] {
        assert_ne!(run(&stage, &inputs(wrong)), 0);
    }
}

#[test]
fn the_workflow_gives_the_action_only_inputs_that_it_has() {
    let workflow = yaml_of("github/workflow.yml");
    let action = yaml_of(ACTION);
    let steps = workflow["jobs"]["scan"]["steps"].as_array().unwrap();
    let uses = |step: &&Value| {
        let uses = step["uses"].as_str().unwrap_or_default();
        uses.contains("/deploy/github/action@")
    };
    let step = steps.iter().find(uses).unwrap();
    for (name, _) in step["with"].as_object().unwrap() {
        assert!(action["inputs"].get(name).is_some(), "{name}");
    }
    assert_eq!(
        step["id"], "merlon",
        "the upload asks this step for its report"
    );
}

#[test]
fn the_files_are_valid_by_the_schemas_of_their_hosts() {
    let Some(check) = tool("check-jsonschema") else {
        return;
    };
    for (schema, file) in [
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", "github/workflow.yml"),
        ("vendor.gitlab-ci", "gitlab/merlon.gitlab-ci.yml"),
    ] {
        let checked = Command::new(&check)
            .args(["--builtin-schema", schema])
            .arg(deployed(file))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&checked.stdout);
        assert!(checked.status.success(), "{file}: {told}");
    }
}

#[test]
fn github_has_nothing_against_the_sarif_report() {
    let Some(multitool) = tool("Sarif.Multitool") else {
        return;
    };
    let stage = Stage::new(Tree::Leaking);
    assert_eq!(run(&stage, &[("rulesets", "secrets\nnsa")]), 1);
    let mut validate = stage.command(&multitool);
    validate
        .args(["validate", "merlon.sarif", "--output", "verdict.sarif"])
        // The standard, and what GitHub's code scanning asks besides.
        .args(["--rule-kind", "Sarif;Ghas"])
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    assert!(validate.output().unwrap().status.success());
    let verdict = stage.read("tree/verdict.sarif");
    let verdict: Value = serde_json::from_str(verdict.trim_start_matches('\u{feff}')).unwrap();
    let run = &verdict["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["results"], serde_json::json!([]));
}
