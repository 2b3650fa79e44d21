//! The settings of a ruleset: its JSON Schema, the values a user gives, and the defaults in between.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use merlon_yaml::did_you_mean;
use serde_json::{Map, Value};

/// A value that the schema refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default())]
pub struct SettingsProblem {
    /// Keys and indices from the settings down to the value; empty for the settings as a whole.
    pub path: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it, when that is known.
    pub hint: Option<String>,
}

/// A compiled schema.
///
/// Unlike plain JSON Schema, an object that lists its `properties` has no others unless the schema
/// says so: a misspelt setting is an error and not a setting that never takes effect.
pub(crate) struct Schema {
    source: Value,
    validator: Validator,
}

impl Schema {
    /// Compiles a schema; the text says what is wrong with it.
    pub(crate) fn compile(source: &Value) -> Result<Self, String> {
        let mut closed = source.clone();
        close(&mut closed);
        // A ruleset is a stranger's: its patterns run in time linear to the text, and its references
        // stay inside the schema.
        let validator = jsonschema::options()
            .with_pattern_options(PatternOptions::regex())
            .build(&closed)
            .map_err(|error| error.to_string())?;
        let schema = Self {
            source: closed,
            validator,
        };
        match schema.bad_default() {
            Some(problem) => Err(format!(
                "the default of `{}` breaks it: {}",
                problem.path.join("."),
                problem.message
            )),
            None => Ok(schema),
        }
    }

    /// The value with the defaults filled in, or everything that is wrong with it.
    pub(crate) fn check(&self, value: &Value) -> Result<Value, Vec<SettingsProblem>> {
        let mut value = match value {
            Value::Null => Value::Object(Map::new()),
            given => given.clone(),
        };
        fill(&self.source, &mut value);
        let problems: Vec<_> = self
            .validator
            .iter_errors(&value)
            .flat_map(|error| self.explain(&error))
            .collect();
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(problems)
        }
    }

    fn bad_default(&self) -> Option<SettingsProblem> {
        let problems = self.check(&Value::Null).err()?;
        problems
            .into_iter()
            .find(|problem| !problem.path.is_empty())
    }

    fn explain(&self, error: &ValidationError<'_>) -> Vec<SettingsProblem> {
        let path = segments(error.instance_path().as_str());
        let problem = |message: String, hint| SettingsProblem {
            path: path.clone(),
            message,
            hint,
        };
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = self.known_at(&path);
                unexpected
                    .iter()
                    .map(|key| SettingsProblem {
                        path: path.iter().chain([key]).cloned().collect(),
                        message: format!("unknown setting `{key}`"),
                        hint: suggestion(key, &known),
                    })
                    .collect()
            }
            ValidationErrorKind::Enum { options } => {
                let allowed = words(options);
                let found = word(error.instance());
                let close = did_you_mean(&found, allowed.iter().map(String::as_str));
                let hint = close.map(|close| format!("did you mean `{close}`?"));
                vec![problem(
                    format!("`{found}` is not one of {}", allowed.join(", ")),
                    hint,
                )]
            }
            ValidationErrorKind::Required { property } => vec![problem(
                format!("the setting `{}` is missing", word(property)),
                None,
            )],
            _ => vec![problem(error.to_string(), None)],
        }
    }

    fn known_at(&self, path: &[String]) -> Vec<String> {
        let mut schema = Some(&self.source);
        for segment in path {
            schema = schema.and_then(|schema| {
                let property = schema.get("properties").and_then(|all| all.get(segment));
                property.or_else(|| schema.get("items"))
            });
        }
        let properties = schema.and_then(|schema| schema.get("properties"));
        properties
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default()
    }
}

/// What a ruleset without a schema makes of settings.
pub(crate) fn check_without_schema(value: &Value) -> Result<Value, Vec<SettingsProblem>> {
    match value {
        Value::Null => Ok(Value::Object(Map::new())),
        Value::Object(keys) if keys.is_empty() => Ok(value.clone()),
        _ => Err(vec![SettingsProblem {
            path: Vec::new(),
            message: "this ruleset takes no settings".to_owned(),
            hint: Some("remove them".to_owned()),
        }]),
    }
}

/// The suggestion for a misspelt word, or the list of what there is.
fn suggestion(found: &str, known: &[String]) -> Option<String> {
    let close = did_you_mean(found, known.iter().map(String::as_str));
    match close {
        Some(known) => Some(format!("did you mean `{known}`?")),
        None if known.is_empty() => None,
        None => Some(format!("one of {}", known.join(", "))),
    }
}

const OPENERS: [&str; 7] = [
    "additionalProperties",
    "patternProperties",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "$ref",
];

fn close(schema: &mut Value) {
    let Value::Object(keywords) = schema else {
        return;
    };
    if keywords.contains_key("properties") && !OPENERS.iter().any(|key| keywords.contains_key(*key))
    {
        keywords.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        properties.values_mut().for_each(close);
    }
    for nested in ["items", "additionalProperties"] {
        if let Some(nested) = keywords.get_mut(nested) {
            close(nested);
        }
    }
}

fn fill(schema: &Value, value: &mut Value) {
    if let (Some(items), Value::Array(elements)) = (schema.get("items"), &mut *value) {
        elements.iter_mut().for_each(|element| fill(items, element));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let (Some(properties), Value::Object(object)) = (properties, value) else {
        return;
    };
    for (key, property) in properties {
        match (object.get_mut(key), property.get("default")) {
            (Some(given), _) => fill(property, given),
            (None, Some(default)) => {
                let mut default = default.clone();
                fill(property, &mut default);
                object.insert(key.clone(), default);
            }
            (None, None) => {}
        }
    }
}

fn segments(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
        .collect()
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn words(options: &Value) -> Vec<String> {
    options
        .as_array()
        .map(|options| options.iter().map(word).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        let source = json!({
            "type": "object",
            "properties": {
                "level": {"enum": ["baseline", "restricted"], "default": "baseline"},
                "depth": {"type": "integer", "minimum": 1, "maximum": 9},
                "allow": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["path"],
                        "properties": {
                            "path": {"type": "string", "pattern": "^/"},
                            "deep": {"type": "boolean", "default": false}
                        }
                    }
                }
            }
        });
        Schema::compile(&source).unwrap()
    }

    #[test]
    fn defaults_are_filled_in_at_every_depth() {
        assert_eq!(
            schema().check(&Value::Null).unwrap(),
            json!({"level": "baseline"})
        );
        let given = json!({"level": "restricted", "allow": [{"path": "/usr"}]});
        let expected = json!({"level": "restricted", "allow": [{"path": "/usr", "deep": false}]});
        assert_eq!(schema().check(&given).unwrap(), expected);
    }

    #[test]
    fn every_wrong_setting_is_reported_at_its_place() {
        let given = json!({
            "levle": 1, "depth": 12, "level": "restrictd", "allow": [{"pth": "/usr"}, {"path": "x"}]
        });
        let problems = schema().check(&given).unwrap_err();
        let mut lines: Vec<_> = problems
            .iter()
            .map(|problem| format!("{}: {problem}", problem.path.join(".")))
            .collect();
        lines.sort();
        assert_eq!(
            lines,
            [
                "allow.0.pth: unknown setting `pth`: did you mean `path`?",
                "allow.0: the setting `path` is missing",
                "allow.1.path: \"x\" does not match \"^/\"",
                "depth: 12 is greater than the maximum of 9",
                "level: `restrictd` is not one of baseline, restricted: did you mean `restricted`?",
                "levle: unknown setting `levle`: did you mean `level`?",
            ]
        );
    }

    #[test]
    fn a_default_that_breaks_its_own_schema_is_refused() {
        let source = json!({"properties": {"n": {"type": "integer", "default": "one"}}});
        assert!(Schema::compile(&source).is_err());
    }

    #[test]
    fn a_schema_that_refers_outside_is_refused() {
        let source = json!({"properties": {"n": {"$ref": "https://example.com/schema.json"}}});
        assert!(Schema::compile(&source).is_err());
        let source = json!({"properties": {"n": {"$ref": "file:///etc/passwd"}}});
        assert!(Schema::compile(&source).is_err());
    }
}
