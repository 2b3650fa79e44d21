//! Reading a rule from JSON: every problem of every rule at once, each with the rule's id.

use merlon_sdk::Severity;
use merlon_sdk::json::{Map, Value};

use crate::judge::Judge;
use crate::rules::{Rank, SecretRule};

/// The fields of a rule. The last two are for its readers and its test.
const FIELDS: &[&str] = &[
    "id",
    "title",
    "vendor",
    "severity",
    "rank",
    "patterns",
    "assigned",
    "keywords",
    "holds",
    "files",
    "judge",
    "entropy",
    "classes",
    "page",
    "rotate",
    "example",
    "counter_example",
];

/// The rules of a list. Every problem is added to `problems`; the rule it belongs to is worth nothing.
pub fn all(list: &[Value], problems: &mut Vec<String>) -> Vec<SecretRule> {
    let mut rules: Vec<SecretRule> = Vec::with_capacity(list.len());
    for (place, value) in list.iter().enumerate() {
        let Some(fields) = value.as_object() else {
            problems.push(format!("rules[{place}]: a rule is a map"));
            continue;
        };
        let mut reader = Reader::new(fields, place);
        let rule = reader.rule();
        if rules.iter().any(|other| other.id == rule.id) {
            reader.problem("id", "two rules have it");
        }
        problems.append(&mut reader.problems);
        rules.push(rule);
    }
    rules
}

/// The regex of a value that is assigned to a name: in code, in JSON (escaped or not), in XML, in a
/// Dockerfile, in an environment file.
#[must_use]
pub fn assignment(name: &str, value: &str) -> String {
    format!(
        r#"(?i:{name})[A-Za-z0-9_.-]{{0,24}}[\\"'\]]{{0,4}}[ \t]{{0,4}}(?:=>|:=|[:=,]|[ \t]value=|[ \t])[ \t]{{0,4}}(?:\\?["'`]){{0,2}}({value})(?:[^0-9A-Za-z_-]|$)"#
    )
}

struct Reader<'a> {
    fields: &'a Map<String, Value>,
    /// The id, or the place of a rule without one.
    name: String,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(fields: &'a Map<String, Value>, place: usize) -> Self {
        let id = fields.get("id").and_then(Value::as_str);
        let name = id.map_or_else(|| format!("rules[{place}]"), str::to_owned);
        Self {
            fields,
            name,
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, field: &str, what: &str) {
        self.problems
            .push(format!("rule {}: {field}: {what}", self.name));
    }

    fn rule(&mut self) -> SecretRule {
        for field in self.fields.keys() {
            if !FIELDS.contains(&field.as_str()) {
                self.problem(field, "no such field");
            }
        }
        SecretRule {
            id: self.id(),
            title: self.required("title"),
            vendor: self.text("vendor").unwrap_or("").to_owned(),
            severity: self.severity(),
            rank: self.rank(),
            patterns: self.patterns(),
            keywords: self.list("keywords"),
            holds: self.text("holds").map(str::to_owned),
            files: self.text("files").map(str::to_owned),
            judge: self.judge(),
            page: self.text("page").unwrap_or("").to_owned(),
            rotate: self.text("rotate").unwrap_or("").to_owned(),
        }
    }

    fn text(&mut self, field: &str) -> Option<&'a str> {
        let value = self.fields.get(field)?;
        let text = value.as_str();
        if text.is_none() {
            self.problem(field, "is not a text");
        }
        text
    }

    fn required(&mut self, field: &str) -> String {
        if !self.fields.contains_key(field) {
            self.problem(field, "is missing");
        }
        self.text(field).unwrap_or("").to_owned()
    }

    fn id(&mut self) -> String {
        let id = self.required("id");
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !id.chars().all(word) || id.is_empty() {
            self.problem("id", "is not lower-case words joined by `-`");
        }
        id
    }

    fn list(&mut self, field: &str) -> Vec<String> {
        let Some(value) = self.fields.get(field) else {
            return Vec::new();
        };
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let texts: Vec<String> = items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect();
        if texts.is_empty() || texts.len() != items.len() {
            self.problem(field, "is not a list of texts");
        }
        texts
    }

    fn patterns(&mut self) -> Vec<String> {
        let mut patterns = self.list("patterns");
        let assigned = self.fields.get("assigned").and_then(Value::as_array);
        for pair in assigned.into_iter().flatten() {
            let part = |key: &str| pair.get(key).and_then(Value::as_str);
            match (part("name"), part("value")) {
                (Some(name), Some(value)) => patterns.push(assignment(name, value)),
                _ => self.problem("assigned", "each needs a `name` and a `value`"),
            }
        }
        patterns
    }

    fn severity(&mut self) -> Severity {
        match self.text("severity").unwrap_or("high") {
            "critical" => Severity::Critical,
            "high" => Severity::High,
            "medium" => Severity::Medium,
            "low" => Severity::Low,
            "info" => Severity::Info,
            _ => {
                self.problem("severity", "use critical, high, medium, low or info");
                Severity::High
            }
        }
    }

    fn rank(&mut self) -> Rank {
        match self.text("rank").unwrap_or("vendor") {
            "vendor" => Rank::Vendor,
            "named" => Rank::Named,
            "shared" => Rank::Shared,
            "generic" => Rank::Generic,
            _ => {
                self.problem("rank", "use vendor, named, shared or generic");
                Rank::Vendor
            }
        }
    }

    fn judge(&mut self) -> Judge {
        let name = self.text("judge").unwrap_or("form");
        let judge = Judge::named(name).unwrap_or_else(|| {
            self.problem("judge", &format!("`{name}` is none of {}", Judge::names()));
            Judge::default()
        });
        let number = |field: &str| self.fields.get(field).and_then(Value::as_f64);
        let (entropy, classes) = (number("entropy"), number("classes"));
        for (field, most) in [("entropy", 8.0), ("classes", 4.0)] {
            let given = self.fields.get(field);
            let known = given.and_then(Value::as_f64);
            if given.is_some() && !known.is_some_and(|value| (0.0..=most).contains(&value)) {
                self.problem(field, &format!("is not a number from 0 to {most}"));
            }
        }
        judge.at_least(entropy.unwrap_or(0.0), classes.unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use merlon_sdk::json::json;

    #[test]
    fn every_problem_of_every_rule_is_told_with_its_id() {
        let list = [
            json!({"id": "a-b", "title": "A", "severity": "huge", "rank": 3}),
            json!({"title": "no id", "patterns": "x", "colour": "red"}),
            json!({"id": "a-b", "title": "B", "judge": "dredd", "entropy": 9}),
            json!(7),
        ];
        let mut problems = Vec::new();
        all(&list, &mut problems);
        let problems = problems.join("\n");
        for part in [
            "rule a-b: severity: use critical",
            "rule a-b: rank: is not a text",
            "rule rules[1]: id: is missing",
            "rule rules[1]: patterns: is not a list",
            "rule rules[1]: colour: no such field",
            "rule a-b: judge: `dredd` is none of",
            "rule a-b: entropy: is not a number from 0 to 8",
            "rule a-b: id: two rules have it",
            "rules[3]: a rule is a map",
        ] {
            assert!(problems.contains(part), "{part} is not in {problems}");
        }
    }
}
