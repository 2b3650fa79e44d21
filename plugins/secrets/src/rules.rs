//! The rules: what a secret of each vendor looks like, and who judges a hit.
//!
//! They are data: those of `rules/*.yaml` come with the plugin, those of the settings join them.

use merlon_sdk::json::{self, Value};
use merlon_sdk::{Confidence, Pattern, Rule, Severity};

use crate::definition;
use crate::judge::Judge;

/// Made of `rules/*.yaml` by the build script.
const SHIPPED: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));

/// Which of two rules keeps a place that both claim: the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// One vendor's form.
    Vendor,
    /// A common form beside one vendor's name.
    Named,
    /// A form that many vendors share.
    Shared,
    /// Only the name says that it is a secret.
    Generic,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct SecretRule {
    /// Its id.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// Who issues such secrets.
    pub vendor: String,
    /// How much it matters.
    pub severity: Severity,
    /// Which rule keeps a place that two claim.
    pub rank: Rank,
    /// What the host looks for; capture group 1 is the secret.
    pub patterns: Vec<String>,
    /// Every match holds one of these, in any case; without one, every text is searched.
    pub keywords: Vec<String>,
    /// Every match holds this as well, as it stands.
    pub holds: Option<String>,
    /// Only in files whose path matches this glob.
    pub files: Option<String>,
    /// Who judges a hit.
    pub judge: Judge,
    /// Where such a secret is revoked, or described.
    pub page: String,
    /// How to replace such a secret.
    pub rotate: String,
}

impl SecretRule {
    /// The metadata.
    #[must_use]
    pub fn rule(&self) -> Rule {
        let confidence = match self.rank {
            Rank::Vendor => Confidence::High,
            Rank::Named | Rank::Shared => Confidence::Medium,
            Rank::Generic => Confidence::Low,
        };
        let remediation = format!(
            "{} Then remove it from here and read it at run time from a secret store: a later layer or commit does not remove it.",
            self.rotate
        );
        let rule = Rule::new(&self.id, &self.title)
            .severity(self.severity)
            .confidence(confidence)
            .attack("T1552.001")
            .control("C-0012")
            .remediation(remediation.trim_start());
        if self.page.is_empty() {
            rule
        } else {
            rule.reference(&self.page)
        }
    }

    /// The declaration of one of its patterns.
    #[must_use]
    pub fn pattern(&self, id: u32, regex: &str) -> Pattern {
        let pattern = Pattern::regex(id, regex);
        match &self.files {
            Some(glob) => pattern.in_files(glob),
            None => pattern,
        }
    }
}

/// The rules that come with the plugin.
///
/// # Errors
/// The build script made something else of the files than rules; a test reads them all.
pub fn shipped() -> Result<Vec<SecretRule>, String> {
    let list: Vec<Value> = json::from_str(SHIPPED).map_err(|error| error.to_string())?;
    let mut problems = Vec::new();
    let rules = definition::all(&list, &mut problems);
    if problems.is_empty() {
        Ok(rules)
    } else {
        Err(problems.join("\n"))
    }
}

/// The rules of this instance: a rule of the user replaces the one of its id, and none that is
/// disabled is left.
///
/// # Errors
/// Every id that is disabled and belongs to no rule.
pub fn chosen(own: Vec<SecretRule>, disabled: &[String]) -> Result<Vec<SecretRule>, String> {
    let mut rules = shipped()?;
    rules.retain(|rule| own.iter().all(|other| other.id != rule.id));
    rules.extend(own);
    let unknown: Vec<String> = disabled
        .iter()
        .filter(|id| rules.iter().all(|rule| rule.id != **id))
        .map(|id| format!("disable: no rule is called `{id}`"))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    rules.retain(|rule| !disabled.contains(&rule.id));
    Ok(rules)
}
