//! What two catalogues say otherwise about the same events.

use std::collections::BTreeMap;

use merlon_model::{Disposition, Finding, Outcome, Subject, Verdict};

use crate::engine::Evaluation;

/// Examples of one sort of difference.
const EXAMPLES: usize = 5;
/// Characters of an example's parts.
const LONGEST: usize = 100;

/// How often something happened, and a few times when it did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// How often.
    pub count: u64,
    /// The first few, each in one printable line.
    pub examples: Vec<String>,
}

impl Sample {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }
}

/// What one rule says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleDifference {
    /// It fails, and did not.
    pub newly_failing: Sample,
    /// It does not fail any more.
    pub no_longer_failing: Sample,
    /// It denies events that nobody denied.
    pub newly_denied: Sample,
    /// Events that it denied, and nobody denies any more.
    pub no_longer_denied: Sample,
}

/// What two catalogues say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Events that were there to compare.
    pub events: usize,
    /// Events that were compared: fewer when the time was over.
    pub compared: usize,
    /// Events that would be denied, and were not.
    pub new_denials: u64,
    /// Events that would not be denied any more.
    pub lifted_denials: u64,
    /// By rule; a rule without a difference is absent.
    pub rules: BTreeMap<String, RuleDifference>,
    /// Rulesets that would leave more calls without an answer, and how many more.
    pub new_faults: BTreeMap<String, Sample>,
}

/// What was said about one batch.
pub(crate) struct Views {
    /// By the rulesets that are in both catalogues.
    pub(crate) common: Evaluation,
    pub(crate) before: Evaluation,
    pub(crate) after: Evaluation,
}

impl Difference {
    /// Failing findings that are new.
    #[must_use]
    pub fn newly_failing(&self) -> u64 {
        let rules = self.rules.values();
        rules.map(|rule| rule.newly_failing.count).sum()
    }

    /// Failing findings that are gone.
    #[must_use]
    pub fn no_longer_failing(&self) -> u64 {
        let rules = self.rules.values();
        rules.map(|rule| rule.no_longer_failing.count).sum()
    }

    /// Adds one batch.
    pub(crate) fn take(&mut self, views: &Views) {
        self.take_findings(views);
        self.take_verdicts(views);
        let unanswered = views.after.findings.iter();
        for (_, finding) in unanswered.filter(|(_, one)| one.outcome == Outcome::Error) {
            let faults = self.new_faults.entry(finding.ruleset.id.clone());
            let examples = &mut faults.or_default().examples;
            if examples.len() < EXAMPLES {
                examples.push(printable(&finding.message));
            }
        }
    }

    /// Says how many calls of a ruleset had no answer; keeps it only when they are more than before.
    pub(crate) fn take_faults(&mut self, ruleset: &str, before: u64, after: u64) {
        match after.checked_sub(before) {
            None | Some(0) => drop(self.new_faults.remove(ruleset)),
            Some(more) => {
                let sample = self.new_faults.entry(ruleset.to_owned()).or_default();
                sample.count = more;
            }
        }
    }

    fn take_findings(&mut self, views: &Views) {
        let mut balance: BTreeMap<(usize, &str, &str), (i64, &Finding)> = BTreeMap::new();
        for (sign, evaluation) in [(-1, &views.before), (1, &views.after)] {
            for (row, finding) in evaluation.findings.iter().filter(|(_, one)| counts(one)) {
                let key = (*row, finding.rule.as_str(), finding.fingerprint.as_str());
                balance.entry(key).or_insert((0, finding)).0 += sign;
            }
        }
        for ((_, rule, _), (balance, finding)) in balance.into_iter().filter(|(_, b)| b.0 != 0) {
            let rule = self.rule(rule);
            let sample = if balance > 0 {
                &mut rule.newly_failing
            } else {
                &mut rule.no_longer_failing
            };
            for _ in 0..balance.unsigned_abs() {
                sample.add(|| example(finding));
            }
        }
    }

    fn take_verdicts(&mut self, views: &Views) {
        let verdicts = views.before.verdicts.iter().zip(&views.after.verdicts);
        for (row, (common, (before, after))) in
            views.common.verdicts.iter().zip(verdicts).enumerate()
        {
            let (before, after) = (common.max(before), common.max(after));
            if (*before == Verdict::Deny) == (*after == Verdict::Deny) {
                continue;
            }
            let evaluation = if *after == Verdict::Deny {
                self.new_denials += 1;
                &views.after
            } else {
                self.lifted_denials += 1;
                &views.before
            };
            for (_, who) in evaluation.denials.iter().filter(|(of, _)| *of == row) {
                let finding = evaluation
                    .findings
                    .iter()
                    .find(|(of, finding)| *of == row && finding.rule == *who);
                let rule = self.rule(who);
                let sample = if *after == Verdict::Deny {
                    &mut rule.newly_denied
                } else {
                    &mut rule.no_longer_denied
                };
                sample.add(|| match finding {
                    Some((_, finding)) => example(finding),
                    None => "the ruleset could not answer".to_owned(),
                });
            }
        }
    }

    fn rule(&mut self, name: &str) -> &mut RuleDifference {
        self.rules.entry(name.to_owned()).or_default()
    }
}

/// Whether the finding says that something is wrong, and was not excused.
fn counts(finding: &Finding) -> bool {
    finding.outcome == Outcome::Fail && finding.disposition != Disposition::Exempted
}

/// One line for a person: what is wrong, and with what.
fn example(finding: &Finding) -> String {
    let subject = match &finding.subject {
        Subject::Process(process) => format!("{} pid {}", process.exe, process.pid),
        Subject::Object(object) => {
            format!("{} {}/{}", object.kind, object.namespace, object.name)
        }
        Subject::File(file) => file.path.clone(),
        Subject::Image(image) => image.reference.clone(),
    };
    format!("{} ({})", printable(&finding.message), printable(&subject))
}

/// Whoever is judged chose these words; a terminal must not obey them.
fn printable(text: &str) -> String {
    let mut printed: String = text
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        printed.push_str("...");
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_cannot_command_a_terminal_and_is_short() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(printable(&"x".repeat(5000)).len(), LONGEST + 3);
    }

    #[test]
    fn faults_count_only_when_they_are_more_than_before() {
        let mut difference = Difference::default();
        difference.take_faults("a", 3, 3);
        difference.take_faults("b", 3, 4);
        difference.take_faults("c", 3, 0);
        let counted: Vec<_> = difference.new_faults.iter().collect();
        assert_eq!(counted.len(), 1);
        assert_eq!((counted[0].0.as_str(), counted[0].1.count), ("b", 1));
    }
}
