//! Guests that give no answer: named, counted, and the next call is answered.

use std::sync::atomic::Ordering;

use merlon_runtime::Fault;
use serde_json::json;

use super::findings::{programs, told};
use super::guest::{EXEC, Guest, Loaded};
use super::{Case, same};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "an error in words keeps the instance",
        run: error,
    },
    Case {
        name: "a death costs the instance and nothing else",
        run: trap,
    },
    Case {
        name: "a guest that does not return is stopped",
        run: endless,
    },
];

fn instances(loaded: &Loaded) -> u64 {
    loaded.plugin.counters().instances.load(Ordering::Relaxed)
}

fn error(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("error")?;
    for _ in 0..2 {
        match loaded.evaluate(EXEC, &programs(1)) {
            Err(Fault::Reported(text)) if text == "refused: é" => {}
            other => return Err(format!("the error came as {}", told(&other))),
        }
    }
    same("the number of instances", &instances(&loaded), &1)
}

fn trap(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("trap")?;
    for _ in 0..2 {
        match loaded.evaluate(EXEC, &programs(1)) {
            Err(Fault::Trapped(_)) => {}
            other => return Err(format!("the death came as {}", told(&other))),
        }
    }
    same("the number of instances", &instances(&loaded), &2)
}

fn endless(guest: &Guest) -> Result<(), String> {
    let loaded = guest
        .load_impatiently(&json!({ "mode": "loop" }))
        .map_err(|error| merlon_model::chain(&error))?;
    match loaded.evaluate(EXEC, &programs(1)) {
        Err(Fault::TimedOut { .. }) => Ok(()),
        other => Err(format!("an endless loop gave {}", told(&other))),
    }
}
