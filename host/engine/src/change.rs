//! What differs between two catalogues, by ruleset.

use std::fmt;

use merlon_model::RulesetRef;

use crate::catalog::Catalog;
use crate::enabled::Enabled;

/// Digits of a digest that people compare.
const DIGITS: usize = 8;

/// How a ruleset differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Not at all.
    Unchanged,
    /// Its files do.
    Content,
    /// Its files are the same; settings, mode, exemptions, grants or limits are not.
    Configuration,
    /// It was not enabled before.
    Added,
    /// It is not enabled any more.
    Removed,
}

/// One ruleset of two catalogues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As it was, or as it is when it was not there.
    pub before: RulesetRef,
    /// As it is, or as it was when it is gone.
    pub after: RulesetRef,
    /// How it differs.
    pub what: What,
}

impl Catalog {
    /// How each ruleset of `next` differs from this catalogue's, then the ones that are gone.
    #[must_use]
    pub fn changes(&self, next: &Self) -> Vec<Change> {
        let mut changes: Vec<Change> = next
            .rulesets()
            .iter()
            .map(|after| match self.ruleset(after.id()) {
                Some(before) => Change {
                    before: before.reference.clone(),
                    after: after.reference.clone(),
                    what: difference(before, after),
                },
                None => alone(after, What::Added),
            })
            .collect();
        let gone = self
            .rulesets()
            .iter()
            .filter(|before| next.ruleset(before.id()).is_none());
        changes.extend(gone.map(|before| alone(before, What::Removed)));
        changes
    }
}

fn difference(before: &Enabled, after: &Enabled) -> What {
    if before.reference.digest != after.reference.digest {
        What::Content
    } else if before.decides_as(after) {
        What::Unchanged
    } else {
        What::Configuration
    }
}

fn alone(enabled: &Enabled, what: What) -> Change {
    Change {
        before: enabled.reference.clone(),
        after: enabled.reference.clone(),
        what,
    }
}

/// The start of a digest.
fn short(digest: &str) -> &str {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.get(..DIGITS).unwrap_or(hex)
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RulesetRef {
            id,
            version,
            digest,
        } = &self.after;
        match self.what {
            What::Unchanged => write!(f, "{id} {version} unchanged"),
            What::Configuration => write!(f, "{id} {version} configured otherwise"),
            What::Added => write!(f, "{id} {version} added (digest {})", short(digest)),
            What::Removed => write!(f, "{id} {version} removed"),
            What::Content => {
                let old = &self.before;
                if old.version == *version {
                    write!(f, "{id} {version} changed")?;
                } else {
                    write!(f, "{id} {} -> {version}", old.version)?;
                }
                write!(f, " (digest {}..{})", short(&old.digest), short(digest))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_one_line() {
        let of = |version: &str, digest: &str| RulesetRef {
            id: "team".to_owned(),
            version: version.to_owned(),
            digest: format!("sha256:{digest}"),
        };
        let (old, new) = (of("0.1.0", "aaaaaaaaaaaa"), of("0.2.0", "bbbbbbbbbbbb"));
        let told = |before: &RulesetRef, after: &RulesetRef, what| {
            let change = Change {
                before: before.clone(),
                after: after.clone(),
                what,
            };
            change.to_string()
        };
        assert_eq!(
            told(&old, &new, What::Content),
            "team 0.1.0 -> 0.2.0 (digest aaaaaaaa..bbbbbbbb)"
        );
        assert_eq!(told(&old, &old, What::Unchanged), "team 0.1.0 unchanged");
        assert_eq!(told(&old, &old, What::Removed), "team 0.1.0 removed");
    }
}
