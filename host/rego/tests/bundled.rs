//! The policies that ship with the binary compile, and judge a Pod in a time worth measuring.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and its measurements are printed"
)]

use std::sync::Arc;
use std::time::Instant;

use merlon_rego::{Limits, Policies, PolicySource};
use serde_json::json;

fn nsa() -> Vec<PolicySource> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/nsa");
    let mut sources = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rego")
        })
        .map(|path| PolicySource {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path.file_name().unwrap().to_string_lossy().into_owned(),
        })
        .collect::<Vec<_>>();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn pod() -> serde_json::Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"hostPID": true, "containers": [
            {"name": "app", "image": "nginx:1.25", "securityContext": {"privileged": true},
             "ports": [{"containerPort": 80, "hostPort": 80}],
             "env": [{"name": "PASSWORD", "value": "hunter2"}, {"name": "MODE", "value": "prod"}],
             "resources": {"limits": {"cpu": "1"}}}]}
    })
}

#[test]
fn the_bundled_policies_compile_and_judge_a_pod() {
    let start = Instant::now();
    let policies = Policies::compile(&[], &nsa(), &json!({}), Limits::default())
        .unwrap_or_else(|error| panic!("{error}"));
    let compiled = start.elapsed();
    let pod = pod();
    let inventory = vec![Arc::new(pod.clone())];
    let mut evaluator = policies.evaluator(&inventory).unwrap();
    let evaluation = evaluator.evaluate(&pod);
    assert_eq!(evaluation.faults, []);
    let found = |id: &str| {
        let answers = evaluation.answers.iter();
        answers
            .filter(|answer| *policies.rules()[answer.rule].id == *id)
            .count()
    };
    assert_eq!(
        (
            found("host-pid"),
            found("privileged"),
            found("memory-limits")
        ),
        (1, 1, 1)
    );

    let rounds = 50_u32;
    let start = Instant::now();
    for _ in 0..rounds {
        evaluator.evaluate(&pod);
    }
    let object = start.elapsed() / rounds;
    let start = Instant::now();
    for _ in 0..rounds {
        drop(policies.evaluator(&inventory).unwrap());
    }
    println!(
        "compile {compiled:?}; {object:?} per Pod, {:?} per rule of {}; {:?} per evaluator",
        object / u32::try_from(policies.rules().len()).unwrap(),
        policies.rules().len(),
        start.elapsed() / rounds,
    );
}
