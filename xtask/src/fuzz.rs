//! One fuzz target for some seconds. The targets build on their own: their instrumentation must not
//! reach the workspace's build.

use crate::error::TaskError;
use crate::process;
use crate::workspace::Workspace;

/// Coverage for libFuzzer from a stable compiler; without a sanitizer, so panics, hangs and memory
/// growth are found, which is what safe Rust can do wrong.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1";

/// Given explicitly, so that build scripts stay without instrumentation.
#[cfg(target_arch = "x86_64")]
const HOST: &str = "x86_64-unknown-linux-gnu";
#[cfg(target_arch = "aarch64")]
const HOST: &str = "aarch64-unknown-linux-gnu";

pub(crate) fn run(workspace: &Workspace, name: &str, seconds: u32) -> Result<(), TaskError> {
    let dir = workspace.root().join("conformance/fuzz");
    let known = targets(&dir);
    if !known.iter().any(|target| target == name) {
        return Err(TaskError::Unknown {
            kind: "fuzz target",
            name: name.to_owned(),
            known,
        });
    }
    let corpus = dir.join("corpus").join(name);
    std::fs::create_dir_all(&corpus).map_err(TaskError::file("create", &corpus))?;
    let mut cargo = workspace.cargo();
    cargo.current_dir(&dir).env("RUSTFLAGS", INSTRUMENTATION);
    cargo
        .args(["run", "--release", "--target", HOST, "--bin", name, "--"])
        .arg(corpus);
    cargo.args([
        format!("-max_total_time={seconds}"),
        "-rss_limit_mb=2048".into(),
        "-timeout=10".into(),
    ]);
    process::run(&mut cargo)
}

fn targets(dir: &std::path::Path) -> Vec<String> {
    let Ok(entries) =
        std::fs::read_dir(dir.join("src")).or_else(|_| std::fs::read_dir(dir.join("fuzz_targets")))
    else {
        return Vec::new();
    };
    let stem = |entry: std::fs::DirEntry| Some(entry.path().file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries.flatten().filter_map(stem).collect();
    names.sort();
    names
}
