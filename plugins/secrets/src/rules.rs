//! The rules: what a secret of each vendor looks like, and who judges a hit.

pub mod cloud;
pub mod code;
pub mod generic;
pub mod infrastructure;
pub mod keys;
pub mod services;

use merlon_sdk::{Confidence, Rule, Severity};

use crate::judge::{Judge, form};

/// Which of two rules keeps a place that both claim: the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// One vendor's form.
    Vendor,
    /// A form that many vendors share.
    Shared,
    /// Only the name says that it is a secret.
    Generic,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct SecretRule {
    /// Its id.
    pub id: &'static str,
    /// What it finds.
    pub title: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Which rule keeps a place that two claim.
    pub rank: Rank,
    /// What the host looks for; capture group 1 is the secret.
    pub regexes: &'static [&'static str],
    /// Who judges a hit.
    pub judge: Judge,
    /// Where such a secret is revoked, or described.
    pub page: &'static str,
}

impl SecretRule {
    /// A vendor's form, of high severity, judged by its form.
    #[must_use]
    pub const fn vendor(
        id: &'static str,
        title: &'static str,
        regexes: &'static [&'static str],
        page: &'static str,
    ) -> Self {
        Self {
            id,
            title,
            severity: Severity::High,
            rank: Rank::Vendor,
            regexes,
            judge: form,
            page,
        }
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Which rule keeps a place that two claim.
    #[must_use]
    pub const fn rank(mut self, rank: Rank) -> Self {
        self.rank = rank;
        self
    }

    /// Who judges a hit.
    #[must_use]
    pub const fn judge(mut self, judge: Judge) -> Self {
        self.judge = judge;
        self
    }

    /// The metadata.
    #[must_use]
    pub fn rule(&self) -> Rule {
        let confidence = match self.rank {
            Rank::Vendor => Confidence::High,
            Rank::Shared => Confidence::Medium,
            Rank::Generic => Confidence::Low,
        };
        let rule = Rule::new(self.id, self.title)
            .severity(self.severity)
            .confidence(confidence)
            .attack("T1552.001")
            .control("C-0012")
            .remediation("Revoke the secret where it was issued, then remove it and read it at run time from a secret store; a later layer or commit does not remove it.");
        if self.page.is_empty() {
            rule
        } else {
            rule.reference(self.page)
        }
    }
}

/// Every rule.
#[must_use]
pub fn all() -> Vec<SecretRule> {
    let groups = [
        cloud::RULES,
        infrastructure::RULES,
        code::RULES,
        services::RULES,
        keys::RULES,
        generic::RULES,
    ];
    groups.concat()
}

/// Every pattern with its rule; its place is its id.
pub fn patterns(rules: &[SecretRule]) -> impl Iterator<Item = (&SecretRule, &'static str)> {
    rules
        .iter()
        .flat_map(|rule| rule.regexes.iter().map(move |&regex| (rule, regex)))
}
