//! What flags make of a configuration: `--ruleset` replaces the list, `--set` changes one setting.

use serde_json::Value;

use super::{Config, RulesetEntry, RulesetSource, Said, source};
use crate::Failure;
use crate::arguments::Decide;

/// Applies the flags.
pub(super) fn apply(mut config: Config, decide: &Decide) -> Result<Config, Failure> {
    if !decide.ruleset.is_empty() {
        config.rulesets = decide
            .ruleset
            .iter()
            .map(|text| named(&config, text))
            .collect();
    }
    for assignment in &decide.set {
        set(&mut config, assignment)?;
    }
    Ok(config)
}

/// A ruleset that the file configures keeps what the file says about it.
fn named(config: &Config, text: &str) -> RulesetEntry {
    let source = source(text);
    let configured = config.rulesets.iter().find(|entry| entry.source == source);
    configured
        .cloned()
        .unwrap_or_else(|| RulesetEntry::new(source, Said::Flag("--ruleset")))
}

fn set(config: &mut Config, assignment: &str) -> Result<(), Failure> {
    let wrong = || Failure::usage(format!("--set {assignment}: write RULESET.KEY=VALUE"));
    let (key, value) = assignment.split_once('=').ok_or_else(wrong)?;
    let (ruleset, key) = key.split_once('.').ok_or_else(wrong)?;
    let entry = config
        .rulesets
        .iter_mut()
        .find(|entry| match &entry.source {
            RulesetSource::Bundled(id) => id == ruleset,
            RulesetSource::Path(path) => path.file_name().is_some_and(|name| name == ruleset),
            RulesetSource::Oci(reference) => reference == ruleset,
        });
    let Some(entry) = entry else {
        return Err(Failure::usage(format!(
            "--set {assignment}: the ruleset {ruleset} is not enabled"
        )));
    };
    // What is no JSON is text, so that nobody has to quote twice.
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    if let Value::Object(settings) = &mut entry.settings {
        settings.insert(key.to_owned(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_replaces_the_list_and_sets_one_value() {
        let decide = Decide {
            ruleset: vec!["nsa".to_owned()],
            set: vec![
                "nsa.insecure_capabilities=[\"BPF\"]".to_owned(),
                "nsa.sensitive_names=pw".to_owned(),
            ],
            ..Decide::default()
        };
        let config = apply(Config::built_in(), &decide).unwrap();
        let entry = config.rulesets.first().unwrap();
        assert_eq!(
            entry.settings,
            serde_json::json!({"insecure_capabilities": ["BPF"], "sensitive_names": "pw"})
        );
        let decide = Decide {
            set: vec!["other.x=1".to_owned()],
            ..Decide::default()
        };
        assert!(apply(Config::built_in(), &decide).is_err());
    }
}
