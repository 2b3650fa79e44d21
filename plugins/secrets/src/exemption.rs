//! What the operator allows: places and texts in which a secret is none.

use merlon_sdk::json::Value;
use regex_lite::Regex;

use crate::candidate::Candidate;

/// The kinds of entries.
const KINDS: [&str; 3] = ["paths", "texts", "stopwords"];

/// The setting `allow`.
#[derive(Debug, Clone, Default)]
pub struct Exemptions {
    paths: Vec<Regex>,
    texts: Vec<Text>,
    /// In lower case.
    stopwords: Vec<String>,
}

/// What a secret must be to be allowed.
#[derive(Debug, Clone)]
enum Text {
    Literal(String),
    Regex(Regex),
}

impl Exemptions {
    /// Reads the setting; every problem is added to `problems`.
    pub fn read(setting: Option<&Value>, problems: &mut Vec<String>) -> Self {
        let mut exemptions = Self::default();
        for kind in KINDS {
            let entries = setting.and_then(|setting| setting.get(kind));
            for (place, entry) in entries
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .enumerate()
            {
                let added = match entry.as_str() {
                    Some(text) if !text.is_empty() => exemptions.add(kind, text),
                    _ => Err("is not a text".to_owned()),
                };
                if let Err(reason) = added {
                    problems.push(format!("allow.{kind}[{place}]: {reason}"));
                }
            }
        }
        exemptions
    }

    fn add(&mut self, kind: &str, text: &str) -> Result<(), String> {
        match kind {
            "paths" => self.paths.push(compile(&glob(text))?),
            "stopwords" => self.stopwords.push(text.to_ascii_lowercase()),
            _ => {
                let regex = text
                    .strip_prefix('/')
                    .and_then(|text| text.strip_suffix('/'));
                self.texts.push(match regex {
                    Some(regex) => Text::Regex(compile(regex)?),
                    None => Text::Literal(text.to_owned()),
                });
            }
        }
        Ok(())
    }

    /// Nothing in this file is a secret.
    #[must_use]
    pub fn covers_path(&self, path: &str) -> bool {
        self.paths.iter().any(|glob| glob.is_match(path))
    }

    /// This is no secret.
    #[must_use]
    pub fn covers(&self, candidate: &Candidate<'_>) -> bool {
        let secret = candidate.text;
        let text = |allowed: &Text| match allowed {
            Text::Literal(text) => secret.contains(text),
            Text::Regex(regex) => regex.is_match(secret),
        };
        self.texts.iter().any(text)
            || (!self.stopwords.is_empty() && {
                let lower = secret.to_ascii_lowercase();
                self.stopwords.iter().any(|word| lower.contains(word))
            })
    }
}

fn compile(regex: &str) -> Result<Regex, String> {
    Regex::new(regex).map_err(|error| error.to_string())
}

/// The regex of a glob: `*` and `?` stay in one directory, `**` does not. A glob without `/` is the
/// name of a file in any directory.
fn glob(glob: &str) -> String {
    let mut regex = String::from("^");
    if !glob.contains('/') {
        regex.push_str("(?:.*/)?");
    }
    let mut rest = glob.trim_start_matches('/');
    while let Some(c) = rest.chars().next() {
        let (step, part) = if rest.starts_with("**/") {
            (3, "(?:.*/)?".to_owned())
        } else if rest.starts_with("**") {
            (2, ".*".to_owned())
        } else if c == '*' {
            (1, "[^/]*".to_owned())
        } else if c == '?' {
            (1, "[^/]".to_owned())
        } else {
            (c.len_utf8(), regex_lite::escape(c.encode_utf8(&mut [0; 4])))
        };
        regex.push_str(&part);
        rest = rest.get(step..).unwrap_or("");
    }
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use super::*;
    use merlon_sdk::json::json;

    fn exemptions(setting: &Value) -> (Exemptions, Vec<String>) {
        let mut problems = Vec::new();
        let exemptions = Exemptions::read(Some(setting), &mut problems);
        (exemptions, problems)
    }

    #[test]
    fn globs_stay_in_a_directory_unless_they_say_otherwise() {
        let (allow, problems) =
            exemptions(&json!({"paths": ["**/testdata/**", "*.min.js", "docs/*.md"]}));
        assert!(problems.is_empty());
        for path in [
            "testdata/x",
            "a/b/testdata/c/d",
            "web/app.min.js",
            "docs/a.md",
        ] {
            assert!(allow.covers_path(path), "{path}");
        }
        for path in ["a/testdata", "app.js", "docs/a/b.md", "x/docs/a.md"] {
            assert!(!allow.covers_path(path), "{path}");
        }
    }

    #[test]
    fn texts_are_literals_or_regexes_between_slashes_and_stopwords_have_no_case() {
        let (allow, _) =
            exemptions(&json!({"texts": ["q7.Z", "/^AKIA.*7$/"], "stopwords": ["Fixture"]}));
        let covers = |text| {
            let (context, path) = ("", "");
            allow.covers(&Candidate {
                text,
                context,
                path,
            })
        };
        assert!(covers("aq7.Zb") && covers("AKIAx7") && covers("my-FIXTURE-1"));
        assert!(!covers("aq7xZb") && !covers("xAKIAx7"));
    }

    #[test]
    fn every_entry_that_is_wrong_is_named() {
        let (_, problems) = exemptions(&json!({"texts": ["/(/", ""], "paths": [7]}));
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("allow.paths[0]: "));
    }
}
