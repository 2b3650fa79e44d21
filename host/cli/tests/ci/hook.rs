//! The hooks for pre-commit.

use std::fs;

use crate::stage::{Stage, Tree, code, deployed, text_of, tool, yaml_of};

const HOOKS: &str = "pre-commit/.pre-commit-hooks.yaml";
const CONFIG: &str = "pre-commit/.pre-commit-config.yaml";

#[test]
fn the_local_hooks_are_those_of_the_manifest() {
    let mut hooks = yaml_of(HOOKS);
    for hook in hooks.as_array_mut().unwrap() {
        hook.as_object_mut().unwrap().remove("description");
    }
    assert_eq!(yaml_of(CONFIG)["repos"][0]["hooks"], hooks);
}

#[test]
fn a_hook_refuses_the_files_that_leak_and_only_them() {
    for hook in yaml_of(HOOKS).as_array().unwrap() {
        let entry = hook["entry"].as_str().unwrap();
        let stage = Stage::new(Tree::Leaking);
        let on = |files: &str| stage.script(&["sh"], &format!("{entry} {files}"), &[]);
        assert_eq!(on("app/settings.py pod.yaml"), 1, "{entry}");
        let clean = Stage::new(Tree::Clean);
        let script = format!("{entry} app/settings.py");
        assert_eq!(clean.script(&["sh"], &script, &[]), 0, "{entry}");
    }
}

#[test]
fn pre_commit_stops_the_commit_of_a_leak() {
    let Some(pre_commit) = tool("pre-commit") else {
        return;
    };
    for (tree, exit) in [(Tree::Leaking, 1), (Tree::Clean, 0)] {
        let stage = Stage::new(tree);
        stage.write("tree/.pre-commit-config.yaml", &text_of(CONFIG));
        stage.repository();
        let mut command = stage.command(&pre_commit);
        let output = command.args(["run", "--all-files"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(code(&output), exit, "{told}");
        let failed = told.matches("Failed").count();
        assert_eq!(failed, if exit == 1 { 2 } else { 0 }, "{told}");
    }
}

#[test]
fn pre_commit_takes_the_hooks_from_a_repository_of_ones_own() {
    let Some(pre_commit) = tool("pre-commit") else {
        return;
    };
    let hooks = Stage::new(Tree::Clean);
    fs::copy(deployed(HOOKS), hooks.tree().join(".pre-commit-hooks.yaml")).unwrap();
    hooks.repository();
    let mut git = hooks.command("git");
    git.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    assert!(
        git.args(["commit", "-qm", "hooks"])
            .status()
            .unwrap()
            .success()
    );

    let stage = Stage::new(Tree::Leaking);
    stage.repository();
    let mut command = stage.command(&pre_commit);
    let repository = hooks.tree();
    command
        .arg("try-repo")
        .arg(repository)
        .args(["merlon-secrets", "--all-files"]);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(code(&output), 1, "{told}");
    assert!(told.contains("secrets/aws-access-key-id"), "{told}");
}
