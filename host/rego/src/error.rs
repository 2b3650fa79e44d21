//! What is wrong with a ruleset's Rego, all of it at once.

use std::fmt;

/// One thing that is wrong in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The policy file, as the ruleset names it.
    pub file: String,
    /// From 1; 0 when the problem is about the whole file.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: &str, line: u32, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => write!(f, "{}", self.message),
            (file, 0) => write!(f, "{file}: {}", self.message),
            (file, line) => write!(f, "{file}:{line}: {}", self.message),
        }
    }
}

/// The policies cannot be used; every reason is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegoError {
    /// In the order of files and lines.
    pub problems: Vec<Problem>,
}

impl RegoError {
    pub(crate) fn one(message: impl Into<String>) -> Self {
        Self {
            problems: vec![Problem::new("", 0, message)],
        }
    }

    pub(crate) fn from_problems(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self { problems }
    }
}

impl fmt::Display for RegoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for RegoError {}
