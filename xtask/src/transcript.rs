//! Reads what test programs print: counts, skips, and which tests needed privileges.
//!
//! A test that cannot run prints `skipped: reason` and passes; without reading that, a machine could
//! pass by skipping everything.

use std::fmt;

/// Test programs with this name hold the tests that need privileges.
pub(crate) const PRIVILEGED: &str = "kernel";

/// Numbers of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} ignored", self.ignored)
        } else {
            Ok(())
        }
    }
}

/// Output of test programs, line by line, with `--show-output`.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    pub(crate) tally: Tally,
    /// `program test: reason`.
    pub(crate) skips: Vec<String>,
    /// How many privileged tests passed without skipping themselves.
    pub(crate) privileged: usize,
    program: String,
    test: String,
    place: Place,
    skips_before: usize,
}

/// Where in the output of one test program we are.
#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Tests,
    /// What passing tests printed: read, not shown.
    Successes,
}

/// Whether a person wants to see the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Shown,
    Hidden,
}

impl Transcript {
    /// Takes in one line.
    pub(crate) fn read(&mut self, line: &str) -> Line {
        if let Some(program) = line.trim_start().strip_prefix("Running ") {
            self.program = program.split(" (").next().unwrap_or_default().to_owned();
            self.skips_before = self.skips.len();
        } else if let Some(result) = line.strip_prefix("test result: ") {
            self.end(counts(result));
        } else if line == "successes:" {
            self.place = Place::Successes;
        } else if line == "failures:" {
            self.place = Place::Tests;
        } else if self.place == Place::Successes {
            self.read_output(line);
            return Line::Hidden;
        }
        if self.place == Place::Successes {
            Line::Hidden
        } else {
            Line::Shown
        }
    }

    fn read_output(&mut self, line: &str) {
        let heading = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(test) = heading {
            test.clone_into(&mut self.test);
        } else if let Some(reason) = line
            .strip_prefix("skipped: ")
            .or_else(|| line.strip_prefix("SKIPPED: "))
        {
            self.skips
                .push(format!("{} {}: {reason}", self.program, self.test));
        }
    }

    fn end(&mut self, counts: Tally) {
        self.place = Place::Tests;
        self.tally += counts;
        if std::path::Path::new(&self.program)
            .file_stem()
            .is_some_and(|stem| stem == PRIVILEGED)
        {
            let skipped = self.skips.len() - self.skips_before;
            self.privileged += counts.passed.saturating_sub(skipped);
        }
        self.skips_before = self.skips.len();
    }
}

/// `ok. 8 passed; 0 failed; 1 ignored; ...` or `8 passed, 0 failed`.
pub(crate) fn counts(line: &str) -> Tally {
    Tally {
        passed: before(line, "passed"),
        failed: before(line, "failed"),
        ignored: before(line, "ignored"),
    }
}

/// The number in front of a word.
fn before(line: &str, word: &str) -> usize {
    let mut last = "";
    for part in line.split([' ', ';', ',']).filter(|part| !part.is_empty()) {
        if part == word {
            return last.parse().unwrap_or(0);
        }
        last = part;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
     Running unittests src/lib.rs (target/release/deps/a-1)
running 1 test
test one ... ok
test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s
     Running tests/kernel.rs (target/release/deps/kernel-2)
running 3 tests
test a_kill ... ok
successes:

---- a_kill stdout ----
skipped: not root


successes:
    a_kill
    a_life

failures:

---- a_loss stdout ----
it failed

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.03s
";

    #[test]
    fn results_of_several_programs_add_up_and_a_skip_is_no_privileged_run() {
        let mut transcript = Transcript::default();
        let shown: Vec<&str> = OUTPUT
            .lines()
            .filter(|line| transcript.read(line) == Line::Shown)
            .collect();
        assert_eq!(
            transcript.tally.to_string(),
            "3 passed, 1 failed, 1 ignored"
        );
        assert_eq!(transcript.skips, ["tests/kernel.rs a_kill: not root"]);
        assert_eq!(transcript.privileged, 1);
        assert!(
            shown.contains(&"it failed") && shown.contains(&"test one ... ok"),
            "{shown:?}"
        );
        assert!(
            !shown.iter().any(|line| line.contains("skipped")),
            "{shown:?}"
        );
    }

    #[test]
    fn the_summary_of_a_suite_is_read() {
        assert_eq!(
            counts("12 passed, 3 failed"),
            Tally {
                passed: 12,
                failed: 3,
                ignored: 0
            }
        );
    }
}
