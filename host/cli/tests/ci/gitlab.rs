//! The template for GitLab CI.

use serde_json::Value;

use crate::report;
use crate::stage::{Stage, Tree, code, text_of, tool, yaml_of};

const TEMPLATE: &str = "gitlab/merlon.gitlab-ci.yml";

/// Runs the script of a job as a runner does.
fn run(stage: &Stage, job: &Value) -> i32 {
    let template = yaml_of(TEMPLATE);
    let variables = template["variables"].as_object().unwrap();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let lines = job["script"].as_array().unwrap().iter();
    let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    stage.script(&["sh", "-e"], &lines.join("\n"), &variables)
}

#[test]
fn each_job_fails_on_its_kind_of_finding_and_leaves_the_report_that_it_declares() {
    let template = yaml_of(TEMPLATE);
    for (tree, exit) in [(Tree::Leaking, 1), (Tree::Clean, 0)] {
        let stage = Stage::new(tree);
        for (name, kind) in [
            ("merlon_secret_detection", "secret_detection"),
            ("merlon_sast", "sast"),
        ] {
            let job = &template[name];
            assert_eq!(run(&stage, job), exit, "{name}");
            let declared = job["artifacts"]["reports"][kind].as_str().unwrap();
            let text = stage.read(&format!("tree/{declared}"));
            assert_eq!(report::gitlab(&text, kind) > 0, exit == 1, "{name}");
        }
        let junit = template["merlon_sast"]["artifacts"]["reports"]["junit"].as_str();
        let text = stage.read(&format!("tree/{}", junit.unwrap()));
        assert_eq!(report::junit(&text) > 0, exit == 1);
    }
}

#[test]
fn a_runner_runs_the_template_as_it_is() {
    let Some(runner) = tool("gitlab-ci-local") else {
        return;
    };
    for (tree, good) in [(Tree::Leaking, false), (Tree::Clean, true)] {
        let stage = Stage::new(tree);
        stage.write("tree/.gitlab-ci.yml", &text_of(TEMPLATE));
        stage.repository();
        for job in ["merlon_secret_detection", "merlon_sast"] {
            let mut command = stage.command(&runner);
            command.args(["--force-shell-executor", job]);
            let output = command.output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout);
            assert_eq!(code(&output) == 0, good, "{job}: {told}");
            let verdict = if good { "PASS" } else { "FAIL" };
            assert!(told.contains(&format!("{verdict}  {job}")), "{told}");
            assert!(!told.contains("no artifacts was copied"), "{told}");
        }
    }
}
