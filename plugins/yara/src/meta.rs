//! What the metadata of a YARA rule say in Merlon's words. Authors use many names for the same thing.

use boreal_parser::rule::{Metadata, MetadataValue, Rule as Source};
use merlon_sdk::{Confidence, Rule, Severity};

/// Pages of one rule that are shown.
const REFERENCES: usize = 8;

/// The rule as the manifest describes it.
pub(crate) fn described(id: &str, source: &Source) -> Rule {
    let meta = Meta(&source.metadatas);
    let title = meta.text(&["title", "description", "desc"]);
    let mut rule = Rule::new(id, title.as_deref().unwrap_or(&source.name));
    rule.severity = meta.severity();
    rule.confidence = meta.confidence();
    rule.attack = meta.techniques();
    rule.references = meta.references();
    rule.remediation = meta.text(&["remediation"]).unwrap_or_default();
    rule
}

struct Meta<'a>(&'a [Metadata]);

impl Meta<'_> {
    fn text(&self, names: &[&str]) -> Option<String> {
        self.values(names)
            .find_map(|value| match value {
                MetadataValue::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
                _ => None,
            })
            .filter(|text| !text.is_empty())
    }

    fn number(&self, names: &[&str]) -> Option<i64> {
        self.values(names).find_map(|value| match value {
            MetadataValue::Integer(number) => Some(*number),
            MetadataValue::Bytes(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
            MetadataValue::Boolean(_) => None,
        })
    }

    /// The values of those names, in the order of the names.
    fn values(&self, names: &[&str]) -> impl Iterator<Item = &MetadataValue> {
        names.iter().flat_map(|name| {
            let named = |meta: &&Metadata| meta.name.eq_ignore_ascii_case(name);
            self.0.iter().filter(named).map(|meta| &meta.value)
        })
    }

    fn severity(&self) -> Severity {
        let names = ["severity", "threat_level", "risk"];
        if let Some(number) = self.number(&names) {
            return match number {
                90.. => Severity::Critical,
                60.. => Severity::High,
                40.. => Severity::Medium,
                // Scales that end at 5 or 10.
                8..=10 | 5 => Severity::Critical,
                6..=7 | 4 => Severity::High,
                3 => Severity::Medium,
                ..=0 => Severity::Info,
                _ => Severity::Low,
            };
        }
        let word = self.text(&names).unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "critical" => Severity::Critical,
            "medium" | "moderate" => Severity::Medium,
            "low" => Severity::Low,
            "info" | "informational" | "none" => Severity::Info,
            _ => Severity::High,
        }
    }

    fn confidence(&self) -> Confidence {
        let names = ["confidence", "score"];
        if let Some(number) = self.number(&names) {
            return match number {
                80.. => Confidence::High,
                40.. => Confidence::Medium,
                _ => Confidence::Low,
            };
        }
        let word = self.text(&names).unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "high" => Confidence::High,
            "low" => Confidence::Low,
            _ => Confidence::Medium,
        }
    }

    /// `T1059` and `T1059.004`, wherever the fields about ATT&CK mention them.
    fn techniques(&self) -> Vec<String> {
        let about = |meta: &&Metadata| {
            let name = meta.name.to_ascii_lowercase();
            name.contains("attack") || name.contains("mitre") || name.contains("technique")
        };
        let mut found = Vec::new();
        for meta in self.0.iter().filter(about) {
            if let MetadataValue::Bytes(text) = &meta.value {
                let text = String::from_utf8_lossy(text);
                let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
                for word in words.filter(|word| is_technique(word)) {
                    let word = word.to_owned();
                    if !found.contains(&word) {
                        found.push(word);
                    }
                }
            }
        }
        found
    }

    fn references(&self) -> Vec<String> {
        let about = |meta: &&Metadata| {
            let name = meta.name.to_ascii_lowercase();
            name.starts_with("ref") || name.starts_with("url") || name == "link"
        };
        let texts = self
            .0
            .iter()
            .filter(about)
            .filter_map(|meta| match &meta.value {
                MetadataValue::Bytes(text) => Some(String::from_utf8_lossy(text).into_owned()),
                _ => None,
            });
        let pages = texts.filter(|text| text.starts_with("http"));
        pages.take(REFERENCES).collect()
    }
}

fn is_technique(word: &str) -> bool {
    let (technique, part) = word.split_once('.').unwrap_or((word, "000"));
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    technique
        .strip_prefix('T')
        .is_some_and(|rest| digits(rest, 4))
        && digits(part, 3)
}

#[cfg(test)]
mod tests {
    use boreal_parser::file::YaraFileComponent;

    use super::*;

    fn described_as(meta: &str) -> Rule {
        let text = format!("rule A {{ meta: {meta} condition: true }}");
        match boreal_parser::parse(&text).unwrap().components.remove(0) {
            YaraFileComponent::Rule(rule) => described("a", &rule),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_names_that_authors_use_are_understood() {
        let rule = described_as(
            "description = \"A bot\" severity = \"critical\" score = 75 mitre_att = \"T1059.004, T1496 T12\" reference = \"https://a\" ref2 = \"private\"",
        );
        assert_eq!(rule.title, "A bot");
        assert_eq!(rule.severity, Severity::Critical);
        assert_eq!(rule.confidence, Confidence::Medium);
        assert_eq!(rule.attack, ["T1059.004", "T1496"]);
        assert_eq!(rule.references, ["https://a"]);
    }

    #[test]
    fn a_rule_that_says_nothing_is_severe() {
        let rule = described_as("author = \"x\"");
        assert_eq!((rule.title.as_str(), rule.severity), ("A", Severity::High));
        assert_eq!(rule.confidence, Confidence::Medium);
        assert_eq!(described_as("severity = 10").severity, Severity::Critical);
        assert_eq!(described_as("severity = \"60\"").severity, Severity::High);
    }
}
