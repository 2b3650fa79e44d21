//! What makes findings not count, and did nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a suppression did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Useless {
    /// Nothing was found that it covers.
    Unmatched,
    /// Its date has passed.
    Expired,
}

/// An exemption or a baseline entry that nothing came of: it hides what nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedSuppression {
    /// The file that holds it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// What it covers, as a person would say it.
    pub covers: String,
    /// The finding, for an entry of a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Why it did nothing.
    pub why: Useless,
}

impl fmt::Display for UnusedSuppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file, line, covers, ..
        } = self;
        match self.why {
            Useless::Unmatched => write!(
                f,
                "{file}:{line}: the exemption of {covers} matched nothing; remove it"
            ),
            Useless::Expired => write!(
                f,
                "{file}:{line}: the exemption of {covers} has expired; repair the cause or set a new date"
            ),
        }
    }
}
