//! Which rules the user wants to hear: `--rule ID`, repeatable.

use std::collections::BTreeSet;

/// All rules, or only some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every rule.
    #[default]
    All,
    /// Only these, each `<ruleset>/<rule>` or the rule alone.
    Only(BTreeSet<String>),
}

impl Selection {
    /// Whether the rule is wanted.
    #[must_use]
    pub fn wants(&self, ruleset: &str, rule: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(rules) => {
                rules.contains(rule) || rules.contains(&format!("{ruleset}/{rule}"))
            }
        }
    }

    /// Whether every finding is wanted that an exemption of this ruleset names: of one rule, or of all.
    pub(crate) fn covers(&self, ruleset: &str, rule: Option<&str>) -> bool {
        match (self, rule) {
            (Self::All, _) => true,
            (Self::Only(_), None) => false,
            (Self::Only(_), Some(rule)) => {
                self.wants(ruleset, rule.rsplit('/').next().unwrap_or(rule))
            }
        }
    }
}
