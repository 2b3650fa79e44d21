//! Secrets in Kubernetes objects.

use std::borrow::Cow;

use merlon_sdk::json::{self, Map, Value};
use merlon_sdk::{Finding, Hit, Row};

use crate::Secrets;
use crate::candidate::{Candidate, Judgement, Secret, most_specific};
use crate::finder::Found;
use crate::judge::environment::{self, promises};
use crate::redact::snippet;

/// Bytes of a text that may hold a secret.
const SHORTEST: usize = 8;

/// A text of the JSON, with its path.
struct Text<'a> {
    path: String,
    text: &'a str,
    /// The key or the name of the variable that it is the value of.
    name: Option<&'a str>,
    /// Whether the name is that of a variable.
    kind: Kind,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The value of a variable of a container.
    Variable,
    Other,
}

/// The findings of one object.
#[must_use]
pub fn findings(plugin: &Secrets, row: Row<'_>) -> Vec<Finding> {
    let Ok(json) = json::from_str::<Value>(row.text("object").unwrap_or("null")) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    collect(&json, &mut String::new(), &mut texts);
    texts
        .iter()
        .flat_map(|text| of_text(plugin, row, text))
        .collect()
}

fn of_text(plugin: &Secrets, row: Row<'_>, text: &Text<'_>) -> Vec<Finding> {
    if text.text.len() < SHORTEST {
        return Vec::new();
    }
    // Rules that ask for a name see the value as a file would hold it.
    let line = match text.name {
        Some(name) => Cow::Owned(format!("{name}={}", text.text)),
        None => Cow::Borrowed(text.text),
    };
    let found = plugin.finder().find(plugin.rules(), &line);
    let judged = found.into_iter();
    let judged = judged.filter_map(|found| judged_by_rule(plugin, text, &line, found));
    let mut secrets = most_specific(judged.collect());
    if secrets.is_empty() {
        let named = assignments(text).find_map(|value| named(plugin, text, value));
        secrets.extend(named);
    }
    if secrets.is_empty() {
        return Vec::new();
    }
    let line = snippet(text.text, secrets.iter().map(|secret| secret.hit.text));
    secrets
        .iter()
        .map(|secret| {
            plugin
                .finding(row, secret, &line)
                .failed_path(text.path.as_str())
        })
        .collect()
}

fn judged_by_rule<'a>(
    plugin: &'a Secrets,
    text: &Text<'_>,
    line: &'a str,
    found: Found<'a>,
) -> Option<Secret<'a>> {
    let rule = plugin.rules().get(found.rule)?;
    let candidate = Candidate {
        text: found.text,
        context: line,
        path: &text.path,
    };
    let hit = Hit {
        offset: u64::try_from(found.offset).ok()?,
        length: u32::try_from(found.length).ok()?,
        ..hit(found.text, line)
    };
    plugin.secret(rule, &candidate, hit)
}

/// The values of the variables in a text whose names promise a secret.
fn assignments<'a>(text: &Text<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let own = text
        .name
        .filter(|name| text.kind == Kind::Variable && promises(name))
        .map(|_| text.text);
    let inside = text.text.split_ascii_whitespace().filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        promises(name).then(|| value.trim_matches(['"', '\'']))
    });
    own.into_iter().chain(inside)
}

fn named<'a>(plugin: &'a Secrets, text: &Text<'a>, value: &'a str) -> Option<Secret<'a>> {
    let rule = plugin
        .rules()
        .iter()
        .find(|rule| rule.id == "secret-in-environment")?;
    let candidate = Candidate {
        text: value,
        context: text.text,
        path: &text.path,
    };
    let accepted = value.len() >= SHORTEST
        && !plugin.settings().allow.covers(&candidate)
        && environment::value(&candidate) == Judgement::Accept;
    accepted.then(|| Secret {
        rule,
        hit: hit(value, text.text),
        note: None,
    })
}

fn hit<'a>(text: &'a str, context: &'a str) -> Hit<'a> {
    Hit {
        pattern: 0,
        offset: 0,
        length: 0,
        line: 0,
        column: 0,
        text,
        context,
        encoding: "",
    }
}

fn collect<'a>(value: &'a Value, path: &mut String, texts: &mut Vec<Text<'a>>) {
    match value {
        Value::String(text) => texts.push(Text {
            path: path.clone(),
            text,
            name: None,
            kind: Kind::Other,
        }),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                below(&format!("[{place}]"), item, path, texts);
            }
        }
        Value::Object(map) => collect_map(map, path, texts),
        _ => {}
    }
}

fn collect_map<'a>(map: &'a Map<String, Value>, path: &mut String, texts: &mut Vec<Text<'a>>) {
    let variable = map.get("name").and_then(Value::as_str);
    for (key, value) in map {
        let step = if path.is_empty() {
            key.clone()
        } else {
            format!(".{key}")
        };
        let Value::String(text) = value else {
            below(&step, value, path, texts);
            continue;
        };
        let (name, kind) = match variable {
            Some(name) if key == "value" => (name, Kind::Variable),
            _ => (key.as_str(), Kind::Other),
        };
        texts.push(Text {
            path: format!("{path}{step}"),
            text,
            name: Some(name),
            kind,
        });
    }
}

fn below<'a>(step: &str, value: &'a Value, path: &mut String, texts: &mut Vec<Text<'a>>) {
    let length = path.len();
    path.push_str(step);
    collect(value, path, texts);
    path.truncate(length);
}
