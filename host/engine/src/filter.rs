//! Prefilters: conditions over fields, run by the host, so that an event which no rule could match never
//! crosses into the sandbox.
//!
//! ```text
//! exe.origin == "memfd" or container.id exists and exe.name in ("apt", "apk")
//! ```
//! A comparison with a missing field is false. A comparison with a list holds when it holds for any item.

mod parser;

use merlon_model::{Field, Kind, Value, View};

pub use parser::FilterError;

/// A condition on one event.
#[derive(Debug)]
pub enum Filter {
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// Either holds.
    Or(Box<Self>, Box<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// The field has a value.
    Exists(&'static Field),
    /// The field's text compares.
    Text(&'static Field, TextTest),
    /// The field's number compares.
    Number(&'static Field, NumberTest, u64),
    /// The field is yes.
    Flag(&'static Field, bool),
}

/// How a text is compared.
#[derive(Debug)]
#[allow(missing_docs, reason = "the variants are the operators")]
pub enum TextTest {
    Equals(String),
    In(Vec<String>),
    StartsWith(String),
    EndsWith(String),
    Contains(Box<memchr::memmem::Finder<'static>>),
}

/// How a number is compared.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the variants are the operators")]
pub enum NumberTest {
    Equals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Reads a condition on events of one kind.
    ///
    /// # Errors
    /// Names the column and what was expected there.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, FilterError> {
        parser::parse(text, kind)
    }

    /// Whether the event passes.
    #[must_use]
    pub fn matches(&self, view: View<'_>) -> bool {
        self.holds(&mut Reads {
            view,
            values: Vec::new(),
        })
    }

    fn holds(&self, reads: &mut Reads<'_>) -> bool {
        match self {
            Self::And(a, b) => a.holds(reads) && b.holds(reads),
            Self::Or(a, b) => a.holds(reads) || b.holds(reads),
            Self::Not(a) => !a.holds(reads),
            Self::Exists(field) => *reads.value(field) != Value::Missing,
            Self::Flag(field, wanted) => *reads.value(field) == Value::Flag(*wanted),
            Self::Text(field, test) => match reads.value(field) {
                Value::Text(text) => test.holds(text),
                Value::TextList(items) => items.iter().any(|item| test.holds(item)),
                _ => false,
            },
            Self::Number(field, test, wanted) => match reads.value(field) {
                Value::Number(number) => test.holds(*number, *wanted),
                Value::NumberList(items) => items.iter().any(|item| test.holds(*item, *wanted)),
                _ => false,
            },
        }
    }

    /// Whether it can hold only for files with hits, as `hits > 0` does.
    pub(crate) fn needs_hits(&self) -> bool {
        match self {
            Self::And(a, b) => a.needs_hits() || b.needs_hits(),
            Self::Or(a, b) => a.needs_hits() && b.needs_hits(),
            Self::Number(field, test, wanted) => field.name == "hits" && !test.holds(0, *wanted),
            _ => false,
        }
    }
}

/// The fields of one event that were read so far: a long filter asks for the same one again and again,
/// and some are made on reading.
struct Reads<'a> {
    view: View<'a>,
    values: Vec<(&'static Field, Value<'a>)>,
}

impl<'a> Reads<'a> {
    fn value(&mut self, field: &'static Field) -> &Value<'a> {
        let known = self
            .values
            .iter()
            .position(|(known, _)| std::ptr::eq(*known, field));
        let place = known.unwrap_or_else(|| {
            self.values.push((field, field.read(self.view)));
            self.values.len() - 1
        });
        self.values
            .get(place)
            .map_or(&Value::Missing, |(_, value)| value)
    }
}

impl TextTest {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Equals(wanted) => text == wanted,
            Self::In(list) => list.iter().any(|wanted| text == wanted),
            Self::StartsWith(wanted) => text.starts_with(wanted.as_str()),
            Self::EndsWith(wanted) => text.ends_with(wanted.as_str()),
            Self::Contains(wanted) => wanted.find(text.as_bytes()).is_some(),
        }
    }
}

impl NumberTest {
    fn holds(self, number: u64, wanted: u64) -> bool {
        match self {
            Self::Equals => number == wanted,
            Self::Less => number < wanted,
            Self::LessOrEqual => number <= wanted,
            Self::Greater => number > wanted,
            Self::GreaterOrEqual => number >= wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use merlon_model::{Body, Container, Event, Process, Timestamp};

    use super::*;

    fn exec(exe: &str, argv: &[&str], container: Option<&str>) -> Event {
        let process = Process {
            exe: exe.to_owned(),
            argv: argv.iter().map(ToString::to_string).collect(),
            euid: 0,
            uid: 1000,
            container: container.map(|id| Container {
                id: id.to_owned(),
                ..Container::default()
            }),
            ..Process::default()
        };
        Event {
            time: Timestamp::default(),
            seq: 0,
            body: Body::Exec(Arc::new(process)),
        }
    }

    fn holds(filter: &str, event: &Event) -> bool {
        Filter::parse(filter, Kind::ProcessExec)
            .unwrap()
            .matches(View { event, ruleset: 0 })
    }

    #[test]
    fn operators_mean_what_they_say() {
        let event = exec("/usr/bin/curl", &["curl", "http://x"], Some("c1"));
        for yes in [
            r#"exe == "/usr/bin/curl""#,
            r#"exe != "/bin/sh""#,
            r#"exe.name in ("wget", "curl")"#,
            r#"exe startswith "/usr/" and exe endswith "curl""#,
            r#"argv contains "http://""#,
            "uid >= 1000 and uid > 999 and euid < 1 and euid <= 0 and euid == 0 and uid != 0",
            "container.id exists and not tty exists",
            r#"not (exe == "a" or exe == "b")"#,
            "argv_truncated == false",
            r#"tty != "pts0""#,
        ] {
            assert!(holds(yes, &event), "{yes}");
        }
        for no in [
            r#"tty == "pts0""#,
            r#"exe in ("curl")"#,
            "uid == 0 or euid == 1",
            "not exe exists",
        ] {
            assert!(!holds(no, &event), "{no}");
        }
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let event = exec("/bin/sh", &["sh"], None);
        assert!(holds(
            r#"exe == "/bin/sh" or exe == "x" and exe == "y""#,
            &event
        ));
    }

    #[test]
    fn a_wrong_filter_names_the_place_and_what_was_expected() {
        for (text, wanted) in [
            (
                "exee == \"x\"",
                "column 1: process.exec has no field `exee`; did you mean `exe`?",
            ),
            (
                "exe == 5",
                "column 8: `exe` is text: a quoted text is expected",
            ),
            (
                "uid contains \"x\"",
                "column 5: `uid` is a number and cannot be compared with `contains`",
            ),
            ("exe == \"x", "column 8: the text is not closed"),
            (
                "exe == \"x\" exe == \"y\"",
                "column 12: `and`, `or` or the end is expected",
            ),
            ("(exe == \"x\"", "column 12: `)` is expected"),
        ] {
            let error = Filter::parse(text, Kind::ProcessExec)
                .unwrap_err()
                .to_string();
            assert_eq!(error, wanted, "{text}");
        }
        let deep = "(".repeat(10_000);
        assert!(Filter::parse(&deep, Kind::ProcessExec).is_err());
    }
}
