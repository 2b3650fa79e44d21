//! What the operator may choose.

use merlon_sdk::json::{self, Value};
use regex_lite::Regex;

use crate::definition;
use crate::exemption::Exemptions;
use crate::identity::HashKey;
use crate::rules::SecretRule;

/// What a wrong checksum means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksums {
    /// The finding says so.
    Report,
    /// It is no secret.
    Require,
}

/// The settings of the ruleset.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Key of the hashes in the evidence.
    pub hash_key: HashKey,
    /// What a wrong checksum means.
    pub checksums: Checksums,
    /// What is allowed.
    pub allow: Exemptions,
    /// Rules of the user.
    pub rules: Vec<SecretRule>,
    /// Ids of rules that are not wanted.
    pub disable: Vec<String>,
}

impl Settings {
    /// Reads the JSON that the host checked against the schema in `ruleset.yaml`.
    ///
    /// # Errors
    /// The text is not JSON, or everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Value = json::from_str(text).map_err(|error| error.to_string())?;
        let text = |name: &str| settings.get(name).and_then(Value::as_str);
        let mut problems = Vec::new();
        let checksums = match text("checksums") {
            None | Some("report") => Checksums::Report,
            Some("require") => Checksums::Require,
            Some(other) => {
                problems.push(format!("checksums is `{other}`: use report or require"));
                Checksums::Report
            }
        };
        let list = |name: &str| settings.get(name).and_then(Value::as_array);
        let own = list("rules").map(Vec::as_slice).unwrap_or_default();
        let rules = definition::all(own, &mut problems);
        // The patterns of the shipped rules are tested; these are tried here.
        problems.extend(rules.iter().flat_map(pattern_problems));
        let allow = Exemptions::read(settings.get("allow"), &mut problems);
        if !problems.is_empty() {
            return Err(problems.join("\n"));
        }
        let disable = list("disable").into_iter().flatten();
        Ok(Self {
            hash_key: HashKey::of(text("hash_key").unwrap_or("")),
            checksums,
            allow,
            rules,
            disable: disable
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }
}

fn pattern_problems(rule: &SecretRule) -> Vec<String> {
    let id = &rule.id;
    if rule.patterns.is_empty() {
        return vec![format!("rule {id}: patterns: at least one is needed")];
    }
    let tried = rule.patterns.iter().map(|pattern| Regex::new(pattern));
    let wrong = tried.filter_map(Result::err);
    wrong
        .map(|error| format!("rule {id}: patterns: {error}"))
        .collect()
}
