//! What must hold over many calls: the same answers, and memory that stays flat.

use super::findings::programs;
use super::guest::{EXEC, Guest};
use super::{Case, same};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "two loads answer alike, whatever a guest asks for",
        run: deterministic,
    },
    Case {
        name: "a thousand batches on one instance",
        run: enduring,
    },
];

const MODES: [&str; 8] = [
    "echo",
    "full",
    "state",
    "ancestors",
    "ruleset",
    "wasi",
    "settings",
    "backwards",
];
const BATCHES: usize = 1000;

fn deterministic(guest: &Guest) -> Result<(), String> {
    for mode in MODES {
        let run = || -> Result<_, String> {
            let loaded = guest.mode(mode)?;
            let first = loaded.answer(EXEC, &programs(3))?;
            Ok((first, loaded.answer(EXEC, &programs(3))?))
        };
        same(mode, &run()?, &run()?)?;
    }
    Ok(())
}

/// A guest that leaks a batch's worth of text per call runs into the memory limit on the way.
fn enduring(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("echo")?;
    let argument = "x".repeat(100);
    let arguments: Vec<&str> = std::iter::repeat_n(argument.as_str(), 8).collect();
    let rows: Vec<_> = (0..256)
        .map(|n| crate::exec(n, &format!("/bin/{n}"), &arguments))
        .collect();
    for batch in 0..BATCHES {
        let answers = loaded
            .answer(EXEC, &rows)
            .map_err(|problem| format!("batch {batch}: {problem}"))?;
        same("the number of findings", &answers.len(), &256)?;
    }
    let instances = loaded
        .plugin
        .counters()
        .instances
        .load(std::sync::atomic::Ordering::Relaxed);
    same("the number of instances", &instances, &1)
}
