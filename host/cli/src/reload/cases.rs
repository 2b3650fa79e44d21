//! A ruleset that changed is put to its own cases before it judges anything that happens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use merlon_artifact::Ruleset;

use crate::Failure;
use crate::commands::ruleset::try_cases;
use crate::environment::Environment;

/// Failing cases that are shown.
const SHOWN: usize = 5;
/// The longest that the cases of all rulesets may take.
const TIME: Duration = Duration::from_secs(30);

/// Runs every case of these rulesets and counts them.
pub(super) fn run(
    rulesets: &[Arc<Ruleset>],
    environment: &Environment,
    going: &dyn Fn() -> bool,
) -> Result<usize, Failure> {
    let end = Instant::now() + TIME;
    let go_on = || going() && Instant::now() < end;
    let mut passed = 0;
    let mut failed = Vec::new();
    for ruleset in rulesets {
        let id = &ruleset.definition.id;
        let tried = try_cases(ruleset, environment, &go_on)?;
        passed += tried.passed;
        failed.extend(tried.failed.into_iter().map(|case| {
            let problem = case.problems.first().map_or("", String::as_str);
            format!("{id}/{}: {}: {problem}", case.path, case.name)
        }));
        if tried.left > 0 {
            return Err(Failure::incomplete(format!(
                "the cases of {id} took longer than {} s, {} were not run",
                TIME.as_secs(),
                tried.left
            )));
        }
    }
    if failed.is_empty() {
        return Ok(passed);
    }
    let count = failed.len();
    failed.truncate(SHOWN);
    let plural = if count == 1 {
        "case fails"
    } else {
        "cases fail"
    };
    Err(Failure::incomplete(format!(
        "{count} {plural}: {}",
        failed.join("; ")
    )))
}
