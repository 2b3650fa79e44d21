//! What a rule of Rego returned, as answers.

use std::collections::BTreeMap;
use std::io;

use merlon_model::{FixPath, ObjectSubject, Outcome, Rule};
use regorus::Value;

use crate::answer::{Answer, Fault, Strength};
use crate::entry::{Convention, Entry};
use crate::policies::Limits;

/// Whose answer it is.
pub(crate) struct Place<'a> {
    pub(crate) entry: &'a Entry,
    /// The rules it may answer for, by default the first.
    pub(crate) owners: &'a [usize],
    pub(crate) rules: &'a [Rule],
    pub(crate) limits: Limits,
}

/// The answers in a value: each is a text, an object with `msg`, or `true`.
pub(crate) fn answers(value: &Value, place: &Place<'_>, faults: &mut Vec<Fault>) -> Vec<Answer> {
    let items: Vec<&Value> = match value {
        Value::Set(items) => items.iter_sorted().take(place.limits.answers + 1).collect(),
        Value::Array(items) => items.iter().take(place.limits.answers + 1).collect(),
        Value::Object(fields) if message_of(value).is_none() && !fields.is_empty() => fields
            .iter_sorted()
            .map(|(_, item)| item)
            .take(place.limits.answers + 1)
            .collect(),
        Value::Undefined | Value::Null | Value::Bool(false) => Vec::new(),
        single => vec![single],
    };
    if items.len() > place.limits.answers {
        faults.push(Fault::TooManyAnswers(place.limits.answers));
    }
    let items = items.into_iter().take(place.limits.answers);
    items
        .filter_map(|item| answer(item, place, faults))
        .collect()
}

fn message_of(value: &Value) -> Option<&Value> {
    field(value, "msg").or_else(|| field(value, "message"))
}

fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(&Value::from(name)),
        _ => None,
    }
}

fn answer(value: &Value, place: &Place<'_>, faults: &mut Vec<Fault>) -> Option<Answer> {
    if matches!(value, Value::Bool(false) | Value::Null | Value::Undefined) {
        return None;
    }
    let rule = rule(value, place)?;
    let mut room = Room {
        left: place.limits.text,
        full: false,
    };
    let title = place.rules.get(rule).map_or("", |rule| &rule.title);
    let message = match value {
        Value::Object(_) => message_of(value).map(|message| room.text(message)),
        Value::Bool(_) => None,
        other => Some(room.text(other)),
    };
    let texts = |room: &mut Room, name: &str| match field(value, name) {
        Some(Value::Array(items)) => items.iter().map(|item| room.text(item)).collect(),
        Some(Value::Set(items)) => items.iter_sorted().map(|item| room.text(item)).collect(),
        Some(single @ Value::String(_)) => vec![room.text(single)],
        _ => Vec::new(),
    };
    let answer = Answer {
        rule,
        outcome: match place.entry.convention {
            Convention::Skip => Outcome::Skip,
            _ => Outcome::Fail,
        },
        advisory: match place.entry.convention {
            Convention::Warn => Strength::Advisory,
            _ => Strength::Deny,
        },
        message: message.unwrap_or_else(|| title.to_owned()),
        container: field(value, "container").map(|container| room.text(container)),
        failed_paths: texts(&mut room, "failed_paths"),
        fix_paths: fixes(value, &mut room),
        evidence: evidence(value, &mut room),
        object: field(value, "object").and_then(|object| subject(object, &mut room)),
    };
    if room.full {
        faults.push(Fault::TooMuchText(place.limits.text));
    }
    Some(answer)
}

/// The rule it names, or the package's own. Nothing when the rule it names does not judge such objects.
fn rule(value: &Value, place: &Place<'_>) -> Option<usize> {
    if let Some(Value::String(id)) = field(value, "rule")
        && let Some(rule) = place.rules.iter().position(|rule| *rule.id == **id)
    {
        let elsewhere = !place.entry.owners.contains(&rule);
        return (elsewhere || place.owners.contains(&rule)).then_some(rule);
    }
    place.owners.first().copied()
}

fn fixes(value: &Value, room: &mut Room) -> Vec<FixPath> {
    let Some(Value::Array(fixes)) = field(value, "fix_paths") else {
        return Vec::new();
    };
    fixes
        .iter()
        .filter_map(|fix| {
            Some(FixPath {
                path: room.text(field(fix, "path")?),
                value: room.text(field(fix, "value")?),
            })
        })
        .collect()
}

/// `evidence`, and Gatekeeper's `details`.
fn evidence(value: &Value, room: &mut Room) -> BTreeMap<String, String> {
    let mut evidence = BTreeMap::new();
    for name in ["evidence", "details"] {
        if let Some(Value::Object(fields)) = field(value, name) {
            for (key, item) in fields.iter_sorted() {
                if room.full {
                    break;
                }
                let key = room.text(key);
                let item = room.text(item);
                evidence.entry(key).or_insert(item);
            }
        }
    }
    evidence
}

fn subject(object: &Value, room: &mut Room) -> Option<ObjectSubject> {
    let mut text = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| field(object, name));
        found.map(|value| room.text(value)).unwrap_or_default()
    };
    let subject = ObjectSubject {
        api_version: text(["apiVersion", "api_version"]),
        kind: text(["kind", "kind"]),
        namespace: text(["namespace", "namespace"]),
        name: text(["name", "name"]),
        container: None,
    };
    (!subject.kind.is_empty()).then_some(subject)
}

/// The bytes of text that an answer may still hold.
struct Room {
    left: usize,
    full: bool,
}

impl Room {
    /// A text as it is, anything else as JSON, cut where there is no room.
    fn text(&mut self, value: &Value) -> String {
        if let Value::String(text) = value {
            let mut end = text.len().min(self.left);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            self.full |= end < text.len();
            self.left -= end;
            return text.get(..end).unwrap_or_default().to_owned();
        }
        let mut written = Cut {
            bytes: Vec::new(),
            room: self.left,
        };
        // Stopping at the end of the room is what bounds a value whose parts are shared.
        self.full |= serde_json::to_writer(&mut written, value).is_err();
        self.left -= written.bytes.len();
        String::from_utf8_lossy(&written.bytes).into_owned()
    }
}

struct Cut {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room - self.bytes.len();
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.bytes.extend_from_slice(taken);
        if taken.len() < bytes.len() {
            return Err(io::Error::other("no room"));
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
