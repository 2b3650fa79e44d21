//! `merlon:allow` on the line of a finding: the finding is not reported. With rule ids behind it, only
//! those rules are allowed; one that allows nothing is itself reported.

use merlon_sdk::bindings::merlon::plugin::types::Location;
use merlon_sdk::{Finding, Hit, Row, Rule, Severity};

use crate::candidate::Secret;

/// The rule of comments that allow nothing.
pub const UNUSED: &str = "unused-allow";

/// What the host looks for. A backtick in front is documentation.
pub const PATTERN: &str = r"(?:^|[^`A-Za-z0-9_])(merlon:allow(?:[ \t]{1,4}[a-z][a-z0-9/-]{0,80}(?:,[ \t]{0,4}[a-z][a-z0-9/-]{0,80}){0,15})?)";

/// How the ids of this ruleset may begin.
const RULESET: &str = "secrets/";

/// One comment.
struct Mark<'a> {
    hit: Hit<'a>,
    /// All rules, when empty.
    rules: Vec<&'a str>,
}

impl<'a> Mark<'a> {
    fn of(hit: Hit<'a>) -> Self {
        let list = hit
            .text
            .split_once([' ', '\t'])
            .map_or("", |(_, list)| list);
        let rules = list.split(',').map(str::trim).filter(|id| !id.is_empty());
        let rules = rules.map(|id| id.strip_prefix(RULESET).unwrap_or(id));
        Self {
            hit,
            rules: rules.collect(),
        }
    }

    fn allows(&self, secret: &Secret<'_>) -> bool {
        // A key goes over several lines; the comment may stand on any of them.
        let last =
            secret.hit.line + u32::try_from(secret.hit.text.matches('\n').count()).unwrap_or(0);
        (secret.hit.line..=last).contains(&self.hit.line)
            && (self.rules.is_empty() || self.rules.contains(&secret.rule.id.as_str()))
    }
}

/// The metadata of [`UNUSED`].
#[must_use]
pub fn rule() -> Rule {
    Rule::new(UNUSED, "Comment that allows nothing")
        .severity(Severity::Info)
        .remediation("Remove the comment: it would hide the next secret on its line. If it names rules, see that they are spelt as in the findings.")
}

/// Takes out what comments allow, and gives a finding for each that allowed nothing.
#[must_use]
pub fn apply<'a>(
    row: Row<'_>,
    secrets: Vec<Secret<'a>>,
    marks: Vec<Hit<'_>>,
) -> (Vec<Secret<'a>>, Vec<Finding>) {
    let marks: Vec<Mark<'_>> = marks.into_iter().map(Mark::of).collect();
    let unused = marks
        .iter()
        .filter(|mark| !secrets.iter().any(|secret| mark.allows(secret)))
        .map(|mark| unused(row, mark))
        .collect();
    let kept = secrets
        .into_iter()
        .filter(|secret| !marks.iter().any(|mark| mark.allows(secret)))
        .collect();
    (kept, unused)
}

fn unused(row: Row<'_>, mark: &Mark<'_>) -> Finding {
    let rules = if mark.rules.is_empty() {
        "any rule".to_owned()
    } else {
        mark.rules.join(", ")
    };
    let message = format!("`merlon:allow` hides nothing: its line has no finding of {rules}");
    Finding::new(row, UNUSED, message).location(Location::of(&mark.hit))
}
