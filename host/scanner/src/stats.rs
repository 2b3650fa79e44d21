//! What was read, and what could not be.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use merlon_model::Hits;

// One broken target can have as many problems as entries.
const PROBLEMS: usize = 1000;

/// Something that was not inspected, or cannot be trusted: the scan is incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What failed: `file`, `directory`, `layer`, `entry`, `archive`.
    pub what: &'static str,
    /// Which one: a path or a digest.
    pub which: String,
    /// Why, and what that means.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.what, self.which, self.reason)
    }
}

/// Counts of one scan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Files read.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Layers read.
    pub layers: u64,
    /// Layers of which was known what is in them: they were not read again.
    pub layers_recalled: u64,
    /// Events that the judge was given.
    pub events: u64,
    /// Files in archives, and in archives in these.
    pub members: u64,
    /// Bytes of those files.
    pub member_bytes: u64,
    /// Files that begin like an archive and are none.
    pub broken_archives: u64,
    /// Members that only a password opens.
    pub encrypted_members: u64,
    /// Archives of kinds that are not opened, by kind; their bytes were searched as they are.
    #[serde(default)]
    pub unopened_archives: BTreeMap<String, u64>,
    /// Bytes of encoded text over the budget of a file; only its plain bytes were searched there.
    pub undecoded: u64,
    /// Hits of all patterns that were kept.
    pub hits: u64,
    /// Hits over a cap.
    pub suppressed: u64,
    /// Paths that one layer brings twice; a container sees the last one.
    pub duplicates: u64,
    /// Hard links whose target is not in their own layer; the content is judged where it is.
    pub links_elsewhere: u64,
    /// What was not inspected. Not empty: the job was done only in part.
    #[serde(skip)]
    pub problems: Vec<Problem>,
    /// Problems beyond the first thousand.
    pub problems_unlisted: u64,
}

impl Stats {
    /// Something was not inspected.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.problems.is_empty()
    }

    pub(crate) fn problem(
        &mut self,
        what: &'static str,
        which: impl Into<String>,
        reason: impl ToString,
    ) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem {
                what,
                which: which.into(),
                reason: reason.to_string(),
            });
        } else {
            self.problems_unlisted += 1;
        }
    }

    /// Counts a file that lies in so many archives.
    pub(crate) fn count(&mut self, size: u64, hits: &[Hits], depth: usize) {
        let (files, bytes) = match depth {
            0 => (&mut self.files, &mut self.bytes),
            _ => (&mut self.members, &mut self.member_bytes),
        };
        *files += 1;
        *bytes += size;
        for hits in hits {
            self.hits += hits.hits.len() as u64;
            self.suppressed += hits.suppressed;
        }
    }

    /// Counts an archive that is not opened.
    pub(crate) fn unopened(&mut self, kind: &str) {
        let count = self.unopened_archives.entry(kind.to_owned());
        *count.or_default() += 1;
    }

    /// Adds the counts of another part of the scan.
    pub(crate) fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.layers += other.layers;
        self.layers_recalled += other.layers_recalled;
        self.events += other.events;
        self.members += other.members;
        self.member_bytes += other.member_bytes;
        self.broken_archives += other.broken_archives;
        self.encrypted_members += other.encrypted_members;
        for (kind, count) in other.unopened_archives {
            *self.unopened_archives.entry(kind).or_default() += count;
        }
        self.undecoded += other.undecoded;
        self.hits += other.hits;
        self.suppressed += other.suppressed;
        self.duplicates += other.duplicates;
        self.links_elsewhere += other.links_elsewhere;
        self.problems_unlisted += other.problems_unlisted;
        for problem in other.problems {
            self.problem(problem.what, problem.which, problem.reason);
        }
    }
}
