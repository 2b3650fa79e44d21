//! Findings that are kept until the job is done.

use std::sync::{Mutex, PoisonError};

use merlon_model::{Finding, FindingSink};

use crate::place;

/// The order of reports: file, part of the image, line, rule.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        (
            place::group(finding),
            place::part(finding),
            place::artifact_path(finding),
            place::line(finding),
            finding.rule.clone(),
            place::column(finding),
            finding.fingerprint.clone(),
            finding.message.clone(),
        )
    });
}

/// What a collector holds.
#[derive(Debug, Default)]
pub struct Collected {
    /// In order of delivery.
    pub findings: Vec<Finding>,
    /// Findings that came after the bound was reached.
    pub dropped: u64,
}

/// A sink that keeps findings in memory, up to a bound.
#[derive(Debug)]
pub struct Collector {
    bound: usize,
    kept: Mutex<Collected>,
}

impl Collector {
    /// Enough for any report a person or a code host can take in; about 1 GiB at worst.
    pub const DEFAULT_BOUND: usize = 1_000_000;

    /// A collector that keeps at most `bound` findings and counts the rest.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        Self {
            bound,
            kept: Mutex::default(),
        }
    }

    /// Everything delivered so far; the collector is empty afterwards.
    #[must_use]
    pub fn take(&self) -> Collected {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Collector {
    fn default() -> Self {
        Self::new(Self::DEFAULT_BOUND)
    }
}

impl FindingSink for Collector {
    fn deliver(&self, finding: Finding) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.findings.len() < self.bound {
            kept.findings.push(finding);
        } else {
            kept.dropped += 1;
        }
    }
}
