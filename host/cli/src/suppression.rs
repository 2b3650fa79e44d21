//! What makes findings not count: `except` of the configuration, and the baseline. Both are held to account:
//! rules that nobody has are refused, and what hides nothing any more is told.

use std::path::Path;

use merlon_engine::{Catalog, Engine};
use merlon_model::{Finding, Timestamp};
use merlon_sink::{UnusedSuppression, Useless};
use merlon_yaml::did_you_mean;

use crate::Failure;
use crate::arguments::Scan;
use crate::baseline::{Baseline, Entry};
use crate::config::{Config, Except};

/// Lines about useless suppressions; the report has all of them.
const TOLD: usize = 20;

/// Everything that makes findings of one job not count.
#[derive(Default)]
pub(crate) struct Suppressions {
    /// The configuration's file, and the exemptions of each of its rulesets.
    exceptions: Option<(String, Vec<Vec<Except>>)>,
    baseline: Option<Baseline>,
    /// What is scanned, as typed.
    targets: Vec<String>,
}

impl Suppressions {
    /// Those of a scan.
    pub(crate) fn of_scan(config: &Config, arguments: &Scan) -> Result<Self, Failure> {
        let accepted = &arguments.accepted;
        let wanted = accepted.baseline.is_some() || accepted.write_baseline.is_some();
        let exceptions = config.file.as_ref().map(|file| {
            let rulesets = config.rulesets.iter();
            (
                file.display().to_string(),
                rulesets.map(|entry| entry.except.clone()).collect(),
            )
        });
        Ok(Self {
            exceptions,
            baseline: wanted.then(|| Baseline::open(accepted)).transpose()?,
            targets: arguments.targets.clone(),
        })
    }

    /// Exempts a finding that the baseline accepts.
    pub(crate) fn judge(&self, finding: &mut Finding) {
        if let Some(baseline) = &self.baseline {
            baseline.judge(finding);
        }
    }

    /// Writes the baseline after a complete scan.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        self.baseline.as_ref().map_or(Ok(()), Baseline::write)
    }

    /// The baseline that waits to be written.
    pub(crate) fn writes(&self) -> Option<&Path> {
        self.baseline.as_ref().and_then(Baseline::writes)
    }

    /// What took no effect, though its rules were asked for and its files were scanned.
    pub(crate) fn unused(&self, engine: &Engine) -> Vec<UnusedSuppression> {
        let mut unused = self.unused_exceptions(engine);
        if let Some(baseline) = &self.baseline {
            unused.extend(baseline.unused(|entry| {
                let Entry { rule, place, .. } = entry;
                engine.judges(rule) && self.targets.iter().any(|target| lies_under(target, place))
            }));
        }
        unused
    }

    fn unused_exceptions(&self, engine: &Engine) -> Vec<UnusedSuppression> {
        let Some((file, rulesets)) = &self.exceptions else {
            return Vec::new();
        };
        let now = Timestamp::now();
        let places = engine.unused_exemptions().into_iter();
        let unused = places.filter_map(|(ruleset, place)| rulesets.get(ruleset)?.get(place));
        unused
            .map(|except| UnusedSuppression {
                file: file.clone(),
                line: except.line,
                covers: except.covers(),
                fingerprint: None,
                why: match except.exemption.until {
                    Some(until) if until <= now => Useless::Expired,
                    _ => Useless::Unmatched,
                },
            })
            .collect()
    }
}

/// Tells what took no effect.
pub(crate) fn tell(unused: &[UnusedSuppression]) {
    for unused in unused.iter().take(TOLD) {
        eprintln!("warning: {unused}");
    }
    if let Some(more) = unused.len().checked_sub(TOLD + 1) {
        eprintln!("warning: and {} more exemptions without effect", more + 1);
    }
}

/// Whether a finding's place is part of a target. A place in an image or an archive begins with its name.
fn lies_under(target: &str, place: &str) -> bool {
    let (target, place) = (plain(target), plain(place));
    if target.is_empty() {
        return !place.starts_with(['/']) && !place.starts_with("../");
    }
    place
        .strip_prefix(target)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ' ', '!']))
}

fn plain(path: &str) -> &str {
    let path = path.strip_prefix("registry:").unwrap_or(path);
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// Refuses exemptions of rules that their ruleset does not have.
pub(crate) fn check<'a>(
    config: &Config,
    ids: impl Iterator<Item = &'a str>,
    catalog: &Catalog,
) -> Result<(), Failure> {
    let file = config.file.as_deref().unwrap_or(Path::new("merlon.yaml"));
    let mut problems = Vec::new();
    for (entry, id) in config.rulesets.iter().zip(ids) {
        for except in &entry.except {
            if let Some(problem) = unknown_rule(except, id, catalog) {
                problems.push(format!(
                    "error: {}:{}: {problem}",
                    file.display(),
                    except.line
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::usage(problems.join("\n")))
    }
}

fn unknown_rule(except: &Except, id: &str, catalog: &Catalog) -> Option<String> {
    let rule = except.exemption.rule.as_deref()?;
    let own = catalog.rules().filter(|(ruleset, _)| *ruleset == id);
    let known: Vec<&str> = own.map(|(_, rule)| &*rule.id).collect();
    let (ruleset, short) = rule.split_once('/').unwrap_or((id, rule));
    if ruleset == id && known.contains(&short) {
        return None;
    }
    let hint = did_you_mean(short, known.iter().copied()).map_or_else(String::new, |similar| {
        format!("; did you mean `{id}/{similar}`?")
    });
    Some(format!(
        "an exemption names `{rule}`, which is no rule of {id}{hint}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_under_the_target_that_was_scanned() {
        for (target, place) in [
            (".", "a/b.py"),
            ("./a", "a/b.py"),
            ("a/", "./a/b.py"),
            ("a/b.py", "a/b.py"),
            ("a.tar", "a.tar!/etc/passwd"),
            ("registry:r.example/web:1", "r.example/web:1 /etc/passwd"),
        ] {
            assert!(lies_under(target, place), "{target} {place}");
        }
        for (target, place) in [("a", "ab/c.py"), (".", "../x"), ("a/b.py", "a/c.py")] {
            assert!(!lies_under(target, place), "{target} {place}");
        }
    }
}
