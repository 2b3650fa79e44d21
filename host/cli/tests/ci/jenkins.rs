//! The pipeline and the shared step for Jenkins: their shell, as `sh` runs it.

use crate::report;
use crate::stage::{Stage, Tree, text_of};

/// How Jenkins starts a script without a first line of its own.
const SH: [&str; 2] = ["sh", "-xe"];

/// The one script between triple quotes; Groovy joins a line that ends with a backslash to the next.
fn script_of(name: &str) -> String {
    let text = text_of(name);
    let parts: Vec<&str> = text.split("'''").collect();
    assert_eq!(parts.len(), 3, "{name} has one script");
    parts[1].replace("\\\n", "")
}

fn reported(stage: &Stage, exit: i32) {
    let sarif = report::sarif(&stage.read("tree/merlon.sarif"));
    let junit = report::junit(&stage.read("tree/merlon-junit.xml"));
    assert_eq!((sarif > 0, junit > 0), (exit == 1, exit == 1));
}

#[test]
fn the_pipeline_fails_on_a_leak_and_leaves_its_reports_and_passes_a_clean_tree() {
    for (tree, exit) in [(Tree::Leaking, 1), (Tree::Clean, 0)] {
        let stage = Stage::new(tree);
        assert_eq!(
            stage.script(&SH, &script_of("jenkins/Jenkinsfile"), &[]),
            exit
        );
        reported(&stage, exit);
    }
}

#[test]
fn the_shared_step_takes_lists_and_treats_them_as_text() {
    let script = script_of("jenkins/vars/merlonScan.groovy");
    let environment = |targets| {
        [
            ("SCAN_TARGETS", targets),
            ("SCAN_RULESETS", "secrets\nnsa"),
            ("SCAN_FAIL_ON", "medium"),
            ("SCAN_BASELINE", ""),
        ]
    };
    for (tree, exit) in [(Tree::Leaking, 1), (Tree::Clean, 0)] {
        let stage = Stage::new(tree);
        stage.write("tree/a name.txt", "nothing\n");
        let code = stage.script(&SH, &script, &environment("app\na name.txt\n."));
        assert_eq!(code, exit);
        reported(&stage, exit);
        let hostile = "$(touch ../pwned)\n`touch ../pwned`\n; touch ../pwned";
        assert_eq!(stage.script(&SH, &script, &environment(hostile)), 2);
        assert!(!stage.root().join("pwned").exists());
        let old = stage.tree().join("merlon.sarif");
        assert!(!old.exists(), "the report of another build is not shown");
    }
}
