//! What plugins said about themselves, on disk: one that reads thousands of rules to describe itself does
//! so once, and starts only when there is something to judge.
//!
//! An entry is what was checked, not what was answered, and its name holds all that the answer can depend
//! on: the component, the files of the ruleset, the settings, this version of Merlon.

use std::borrow::Cow;
use std::time::Duration;

use merlon_cache::Identity;
use merlon_model::{Kind, Rule, field};
use serde::{Deserialize, Serialize};

use crate::capability::log::LogLine;
use crate::manifest::{Manifest, Pattern, PatternSource, Subscription};
use crate::runtime::PluginSpec;

/// What `describe` came to.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) manifest: Manifest,
    pub(crate) took: Duration,
    /// What the plugin logged meanwhile.
    pub(crate) log: Vec<LogLine>,
    pub(crate) log_suppressed: u64,
}

/// The name of the entry.
pub(crate) fn key(spec: &PluginSpec<'_>) -> blake3::Hash {
    let component = blake3::hash(spec.component);
    // A limit can end a description early.
    let lent = format!("{:?} {:?}", spec.limits, spec.grants);
    let parts: [&[u8]; 4] = [
        component.as_bytes(),
        spec.ruleset.digest.as_bytes(),
        spec.settings.as_bytes(),
        lent.as_bytes(),
    ];
    let mut identity = Identity::new();
    parts.iter().for_each(|part| identity.part(part));
    identity.name()
}

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    rules: Cow<'a, [Rule]>,
    subscriptions: Vec<StoredSubscription>,
    patterns: Vec<StoredPattern>,
    took: Duration,
    log: Vec<(String, String)>,
    log_suppressed: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredSubscription {
    kind: String,
    fields: Vec<String>,
    filter: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredPattern {
    id: u32,
    /// One character per byte, so that most of a literal can be read.
    literal: Option<String>,
    regex: Option<String>,
    nocase: bool,
    files: Option<String>,
}

impl Described {
    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        let stored = Stored {
            rules: Cow::Borrowed(&self.manifest.rules),
            subscriptions: self
                .manifest
                .subscriptions
                .iter()
                .map(subscription)
                .collect(),
            patterns: self.manifest.patterns.iter().map(pattern).collect(),
            took: self.took,
            log: self
                .log
                .iter()
                .map(|line| (line.level.to_owned(), line.message.clone()))
                .collect(),
            log_suppressed: self.log_suppressed,
        };
        serde_json::to_vec(&stored).ok()
    }

    /// `None` for bytes of another version: then the plugin is asked again.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let stored: Stored<'_> = serde_json::from_slice(bytes).ok()?;
        let subscriptions = stored.subscriptions.into_iter().map(subscribed);
        let patterns = stored.patterns.into_iter().map(declared);
        let log = stored.log.into_iter().map(logged);
        Some(Self {
            manifest: Manifest {
                rules: stored.rules.into_owned(),
                subscriptions: subscriptions.collect::<Option<_>>()?,
                patterns: patterns.collect::<Option<_>>()?,
            },
            took: stored.took,
            log: log.collect::<Option<_>>()?,
            log_suppressed: stored.log_suppressed,
        })
    }
}

fn subscription(subscription: &Subscription) -> StoredSubscription {
    let fields = subscription.fields.iter();
    StoredSubscription {
        kind: subscription.kind.name().to_owned(),
        fields: fields.map(|field| field.name.to_owned()).collect(),
        filter: subscription.filter.clone(),
    }
}

fn subscribed(stored: StoredSubscription) -> Option<Subscription> {
    let kind = Kind::parse(&stored.kind)?;
    let fields = stored.fields.iter().map(|name| field(kind, name));
    Some(Subscription {
        kind,
        fields: fields.collect::<Option<_>>()?,
        filter: stored.filter,
    })
}

fn pattern(pattern: &Pattern) -> StoredPattern {
    let (literal, regex) = match &pattern.source {
        PatternSource::Literal(bytes) => (
            Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
            None,
        ),
        PatternSource::Regex(text) => (None, Some(text.clone())),
    };
    StoredPattern {
        id: pattern.id,
        literal,
        regex,
        nocase: pattern.nocase,
        files: pattern.files.clone(),
    }
}

fn declared(stored: StoredPattern) -> Option<Pattern> {
    let source = match (stored.literal, stored.regex) {
        (Some(text), None) => {
            let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
            PatternSource::Literal(bytes.collect::<Option<_>>()?)
        }
        (None, Some(text)) => PatternSource::Regex(text),
        _ => return None,
    };
    Some(Pattern {
        id: stored.id,
        source,
        nocase: stored.nocase,
        files: stored.files,
    })
}

fn logged((level, message): (String, String)) -> Option<LogLine> {
    let level = ["debug", "info", "warn", "error"]
        .into_iter()
        .find(|known| *known == level)?;
    Some(LogLine { level, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_back_is_what_was_kept() {
        let described = Described {
            manifest: Manifest {
                rules: Vec::new(),
                subscriptions: vec![Subscription {
                    kind: Kind::FileContent,
                    fields: field(Kind::FileContent, "path").into_iter().collect(),
                    filter: Some("hits > 0".to_owned()),
                }],
                patterns: vec![Pattern {
                    id: 7,
                    source: PatternSource::Literal((0..=255).collect()),
                    nocase: true,
                    files: None,
                }],
            },
            took: Duration::from_millis(3),
            log: vec![LogLine {
                level: "warn",
                message: "refused".to_owned(),
            }],
            log_suppressed: 3,
        };
        let bytes = described.to_bytes();
        let back = bytes.as_deref().and_then(Described::from_bytes);
        assert_eq!(format!("{back:?}"), format!("{:?}", Some(described)));
    }

    #[test]
    fn what_is_no_entry_is_none() {
        for bytes in [&b""[..], b"{}", b"\xff", br#"{"rules":[],"subscriptions":[{"kind":"x","fields":[],"filter":null}],"patterns":[],"took":{"secs":0,"nanos":0},"log":[],"log_suppressed":0}"#] {
            assert!(Described::from_bytes(bytes).is_none());
        }
    }
}
