//! How an attempt went, in lines that can be read at three in the morning: what changed, what it would do,
//! and what was done.

use std::time::Duration;

use merlon_engine::{Change, Difference, Sample};

/// What was learned about the new rulesets.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) changes: Vec<Change>,
    /// Cases that passed.
    pub(super) cases: usize,
    pub(super) difference: Difference,
}

/// How an attempt went.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing that decides is different.
    Same { rulesets: usize },
    /// The new rulesets judge.
    Done(Done),
    /// The old rulesets judge on, because of what the new ones would do.
    Refused(Done, String),
    /// The old rulesets judge on, because the new ones cannot be had.
    Failed { why: String },
}

impl Outcome {
    pub(super) fn failed(why: String) -> Self {
        Self::Failed { why }
    }

    /// One line, and one more per rule that says something else.
    pub(super) fn tell(&self, reason: &str, took: Duration) -> String {
        let took = took.as_millis();
        match self {
            Self::Same { rulesets } => {
                let rulesets = rulesets_of(*rulesets);
                format!("reload: {reason}: {rulesets}, all unchanged; nothing to switch")
            }
            Self::Done(done) => format!(
                "reload: {reason}: {}; switched in {took} ms{}",
                done.headline(),
                done.details()
            ),
            Self::Refused(done, why) => format!(
                "reload: {reason}: {}; REFUSED after {took} ms, the old rulesets stay: {why}; run with `--reload accept` to take it anyway{}",
                done.headline(),
                done.details()
            ),
            Self::Failed { why } => {
                let why = why.strip_prefix("error: ").unwrap_or(why);
                format!("reload: {reason}: FAILED after {took} ms, the old rulesets stay: {why}")
            }
        }
    }
}

impl Done {
    fn headline(&self) -> String {
        let changes: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        let difference = &self.difference;
        format!(
            "{}: {}; {} cases passed; {} recent events: +{} -{} failing findings, {} new denials, {} lifted",
            rulesets_of(changes.len()),
            changes.join(", "),
            self.cases,
            difference.compared,
            difference.newly_failing(),
            difference.no_longer_failing(),
            difference.new_denials,
            difference.lifted_denials,
        )
    }

    fn details(&self) -> String {
        let mut lines = String::new();
        for (rule, difference) in &self.difference.rules {
            for (what, sample) in [
                ("newly failing", &difference.newly_failing),
                ("no longer failing", &difference.no_longer_failing),
                ("newly denied", &difference.newly_denied),
                ("no longer denied", &difference.no_longer_denied),
            ] {
                line(&mut lines, rule, what, sample);
            }
        }
        for (ruleset, sample) in &self.difference.new_faults {
            line(&mut lines, ruleset, "calls without an answer", sample);
        }
        lines
    }
}

fn rulesets_of(count: usize) -> String {
    if count == 1 {
        "1 ruleset".to_owned()
    } else {
        format!("{count} rulesets")
    }
}

fn line(lines: &mut String, who: &str, what: &str, sample: &Sample) {
    if sample.count == 0 {
        return;
    }
    let examples = sample.examples.join("; ");
    let more = if sample.count > sample.examples.len() as u64 {
        "; ..."
    } else {
        ""
    };
    let count = sample.count;
    lines.push_str(&format!("\n  {who}: {count} {what}: {examples}{more}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_say_what_changed_what_it_would_do_and_what_was_done() {
        let mut done = Done {
            cases: 12,
            ..Done::default()
        };
        done.difference.compared = 4096;
        let rule = done
            .difference
            .rules
            .entry("team/x".to_owned())
            .or_default();
        rule.newly_failing = Sample {
            count: 7,
            examples: vec!["a shell (/bin/sh pid 7)".to_owned()],
        };
        let took = Duration::from_millis(240);
        let told = Outcome::Done(done).tell("merlon.yaml changed", took);
        assert_eq!(
            told,
            "reload: merlon.yaml changed: 0 rulesets: ; 12 cases passed; 4096 recent events: +7 -0 failing findings, 0 new denials, 0 lifted; switched in 240 ms\n  team/x: 7 newly failing: a shell (/bin/sh pid 7); ..."
        );
        let failed = Outcome::failed("error: merlon.yaml:3:5: unknown key".to_owned());
        assert_eq!(
            failed.tell("SIGHUP", took),
            "reload: SIGHUP: FAILED after 240 ms, the old rulesets stay: merlon.yaml:3:5: unknown key"
        );
    }
}
