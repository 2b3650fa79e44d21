//! Secrets in files: hits in, findings out.

use merlon_sdk::bindings::merlon::plugin::types::Location;
use merlon_sdk::{Finding, Hit, Row};

use crate::Secrets;
use crate::candidate::{Candidate, Judgement, Secret, most_specific};
use crate::inline;
use crate::redact::{is_text, mask, snippet};
use crate::rules::{Rank, SecretRule};
use crate::settings::Checksums;

/// The kind of event.
pub const KIND: &str = "file.content";

/// What is read of each file.
pub const FIELDS: &[&str] = &[
    "path",
    "type",
    "hits.pattern",
    "hits.offset",
    "hits.length",
    "hits.line",
    "hits.column",
    "hits.text",
    "hits.context",
    "hits.encoding",
];

/// Two hits so near to each other may share a context.
const NEAR: u64 = 2 << 10;

/// The findings of one file.
#[must_use]
pub fn findings(plugin: &Secrets, row: Row<'_>) -> Vec<Finding> {
    let path = row.text("path").unwrap_or("");
    if plugin.settings().allow.covers_path(path) {
        return Vec::new();
    }
    // A name and a value side by side in a program's read-only data are no assignment, and no comment.
    let program = matches!(row.text("type"), Some("elf" | "binary" | "archive"));
    let hits: Vec<Hit<'_>> = row.hits().collect();
    let secrets = hits.iter().filter_map(|hit| {
        let rule = plugin.owner(hit.pattern)?;
        if program && rule.rank == Rank::Generic {
            return None;
        }
        let candidate = Candidate {
            text: hit.text,
            context: hit.context,
            path,
        };
        plugin.secret(rule, &candidate, *hit)
    });
    let secrets = most_specific(secrets.collect());
    let marks = hits
        .iter()
        .filter(|hit| !program && plugin.owner(hit.pattern).is_none());
    let (secrets, mut findings) = inline::apply(row, secrets, marks.copied().collect());
    findings.extend(
        secrets
            .iter()
            .map(|secret| finding(plugin, row, secret, &hits)),
    );
    findings
}

impl Secrets {
    /// Asks the rule's judge.
    #[must_use]
    pub fn secret<'a>(
        &'a self,
        rule: &'a SecretRule,
        candidate: &Candidate<'_>,
        hit: Hit<'a>,
    ) -> Option<Secret<'a>> {
        if self.settings().allow.covers(candidate) {
            return None;
        }
        let (rule, note) = match rule.judge.judge(candidate) {
            Judgement::Reject => return None,
            Judgement::Accept => (rule, None),
            Judgement::Note(key, value) => (rule, Some((key, value))),
            Judgement::Other(id, note) => {
                let other = self.rules().iter().find(|rule| rule.id == id)?;
                (other, Some(note))
            }
            Judgement::WrongChecksum => match self.settings().checksums {
                Checksums::Require => return None,
                Checksums::Report => (rule, Some(("checksum", "wrong".to_owned()))),
            },
        };
        Some(Secret { rule, hit, note })
    }

    /// The finding of a secret, but for its place.
    #[must_use]
    pub fn finding(&self, row: Row<'_>, secret: &Secret<'_>, line: &str) -> Finding {
        let hash = self.settings().hash_key.hash(secret.hit.text);
        let id = &secret.rule.id;
        let title = &secret.rule.title;
        let (message, line) = if is_text(secret.hit.text) {
            let shown = mask(secret.hit.text.trim_start());
            (format!("{title}: {shown}"), line)
        } else {
            (title.clone(), "***")
        };
        let finding = Finding::new(row, id, message)
            .evidence("snippet", line)
            .evidence("secret_hash", hash.as_str())
            .distinct(format!("={id}:{hash}"));
        match &secret.note {
            Some((key, value)) => finding.evidence(key, value.as_str()),
            None => finding,
        }
    }
}

fn finding(plugin: &Secrets, row: Row<'_>, secret: &Secret<'_>, hits: &[Hit<'_>]) -> Finding {
    let near = hits
        .iter()
        .filter(|hit| hit.offset.abs_diff(secret.hit.offset) < NEAR)
        .map(|hit| hit.text);
    let line = snippet(secret.hit.context, near);
    let finding = plugin
        .finding(row, secret, &line)
        .location(Location::of(&secret.hit));
    match secret.hit.encoding {
        "" => finding,
        encoding => finding.evidence("encoding", encoding),
    }
}
