//! What a plugin says about itself, checked: known kinds and fields, unique rules, bounded lists.

use std::collections::BTreeSet;

use merlon_model::{Confidence, Field, Kind, Rule, Severity, field, fields};

use crate::answer::bounded;
use crate::bindings::exports::merlon::plugin::detector::Manifest as Raw;
use crate::bindings::merlon::plugin::types as wit;

/// Rules, subscriptions and patterns of one plugin: ten times the largest ruleset known.
const RULES: usize = 20_000;
const SUBSCRIPTIONS: usize = 64;
const PATTERNS: usize = 50_000;

/// What a plugin wants to see.
#[derive(Debug)]
pub struct Subscription {
    /// The kind of event.
    pub kind: Kind,
    /// The columns, in order.
    pub fields: Vec<&'static Field>,
    /// The prefilter, as text; the engine compiles it.
    pub filter: Option<String>,
}

/// Bytes to look for.
#[derive(Debug, Clone)]
pub enum PatternSource {
    /// These bytes.
    Literal(Vec<u8>),
    /// RE2 syntax on bytes.
    Regex(String),
}

/// A pattern the host matches for the plugin.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The plugin's id for it.
    pub id: u32,
    /// What to look for.
    pub source: PatternSource,
    /// ASCII letters match in both cases.
    pub nocase: bool,
    /// Only files whose path matches this glob.
    pub files: Option<String>,
}

/// What a plugin says about itself.
#[derive(Debug)]
pub struct Manifest {
    /// Its rules; findings name them by place.
    pub rules: Vec<Rule>,
    /// What it wants to see.
    pub subscriptions: Vec<Subscription>,
    /// What the host looks for.
    pub patterns: Vec<Pattern>,
}

impl Manifest {
    /// Checks what `describe` answered; every problem at once.
    pub(crate) fn check(raw: Raw) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        for (what, count, most) in [
            ("rules", raw.rules.len(), RULES),
            ("subscriptions", raw.subscriptions.len(), SUBSCRIPTIONS),
            ("patterns", raw.patterns.len(), PATTERNS),
        ] {
            if count > most {
                problems.push(format!("{count} {what}, at most {most} are allowed"));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let rules = rules(raw.rules, &mut problems);
        let subscriptions = subscriptions(raw.subscriptions, &mut problems);
        let patterns = raw.patterns.into_iter().map(pattern).collect();
        if problems.is_empty() {
            Ok(Self {
                rules,
                subscriptions,
                patterns,
            })
        } else {
            Err(problems)
        }
    }
}

fn rules(raw: Vec<wit::Rule>, problems: &mut Vec<String>) -> Vec<Rule> {
    let mut seen = BTreeSet::new();
    let mut rules = Vec::with_capacity(raw.len());
    for rule in raw {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if rule.id.is_empty() || rule.id.len() > 128 || !rule.id.chars().all(word) {
            let id = bounded(&rule.id, 64);
            problems.push(format!(
                "rule id `{id}` is not lower-case words joined by `-`"
            ));
        } else if !seen.insert(rule.id.clone()) {
            problems.push(format!("rule `{}` is described twice", rule.id));
        }
        rules.push(Rule {
            id: rule.id.into(),
            title: bounded(&rule.title, 512),
            severity: severity(rule.severity),
            confidence: confidence(rule.confidence),
            attack: rule.attack,
            controls: rule.controls,
            remediation: bounded(&rule.remediation, 4096),
            references: rule.references,
            kinds: Vec::new(),
        });
    }
    rules
}

fn subscriptions(raw: Vec<wit::Subscription>, problems: &mut Vec<String>) -> Vec<Subscription> {
    let mut known = Vec::with_capacity(raw.len());
    for subscription in raw {
        let Some(kind) = Kind::parse(&subscription.kind) else {
            let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let kind = bounded(&subscription.kind, 64);
            problems.push(format!(
                "unknown event kind `{kind}`; there are {}",
                names.join(", ")
            ));
            continue;
        };
        let mut columns = Vec::with_capacity(subscription.fields.len());
        for name in &subscription.fields {
            match field(kind, name) {
                Some(field) => columns.push(field),
                None => {
                    let names: Vec<_> = fields(kind).iter().map(|field| field.name).collect();
                    problems.push(format!(
                        "{} has no field `{}`; it has {}",
                        kind.name(),
                        bounded(name, 64),
                        names.join(", ")
                    ));
                }
            }
        }
        known.push(Subscription {
            kind,
            fields: columns,
            filter: subscription.where_,
        });
    }
    known
}

fn pattern(raw: wit::Pattern) -> Pattern {
    Pattern {
        id: raw.id,
        source: match raw.source {
            wit::PatternSource::Literal(bytes) => PatternSource::Literal(bytes),
            wit::PatternSource::Regex(text) => PatternSource::Regex(text),
        },
        nocase: raw.nocase,
        files: raw.files,
    }
}

fn severity(raw: wit::Severity) -> Severity {
    match raw {
        wit::Severity::Info => Severity::Info,
        wit::Severity::Low => Severity::Low,
        wit::Severity::Medium => Severity::Medium,
        wit::Severity::High => Severity::High,
        wit::Severity::Critical => Severity::Critical,
    }
}

fn confidence(raw: wit::Confidence) -> Confidence {
    match raw {
        wit::Confidence::Low => Confidence::Low,
        wit::Confidence::Medium => Confidence::Medium,
        wit::Confidence::High => Confidence::High,
    }
}
