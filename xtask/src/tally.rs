//! Counts what test programs printed.

use std::fmt;

/// Numbers of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
}

impl Tally {
    /// Takes in a line such as `test result: ok. 8 passed; 0 failed; 1 ignored; ...`.
    pub(crate) fn read(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        self.passed += before(rest, "passed");
        self.failed += before(rest, "failed");
        self.ignored += before(rest, "ignored");
    }

    /// Takes in the last line of a suite: `N passed, N failed`.
    pub(crate) fn read_summary(&mut self, line: &str) {
        if line.contains(" passed") && !line.starts_with("test result: ") {
            self.passed += before(line, "passed");
            self.failed += before(line, "failed");
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
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

/// The number in front of a word.
fn before(line: &str, word: &str) -> usize {
    let mut words = line.split([' ', ';', ',']).filter(|part| !part.is_empty());
    let mut last = "";
    for part in &mut words {
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

    #[test]
    fn results_of_several_programs_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.03s",
        ] {
            tally.read(line);
        }
        assert_eq!(tally.to_string(), "10 passed, 1 failed, 1 ignored");
    }

    #[test]
    fn the_summary_of_a_suite_is_read() {
        let mut tally = Tally::default();
        tally.read_summary("12 passed, 3 failed");
        assert_eq!((tally.passed, tally.failed), (12, 3));
    }
}
