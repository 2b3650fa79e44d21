//! A rule that matched, as a finding.

use boreal::scanner::{EvaluatedRule, StringMatch};
use boreal::{MetadataValue, Scanner};
use merlon_sdk::bindings::merlon::plugin::types::Location;
use merlon_sdk::{Finding, Row};

/// Places that are shown.
const PLACES: usize = 8;
/// Metadata that findings repeat.
const SHOWN: [&str; 3] = ["family", "malware", "reference"];

/// The finding of the rule with that id.
pub(crate) fn finding(
    row: Row<'_>,
    id: &str,
    rule: &EvaluatedRule<'_>,
    scanner: &Scanner,
) -> Finding {
    let meta = |name: &str| meta(rule, scanner, name);
    let about = ["family", "malware", "title", "description"];
    let message = match about.into_iter().find_map(meta) {
        Some(about) => format!("{about}: rule {}", rule.name),
        None => format!("rule {}", rule.name),
    };
    let mut finding = Finding::new(row, id, message).evidence("namespace", rule.namespace);
    let tags: Vec<&str> = rule
        .tags
        .iter()
        .map(|tag| scanner.get_string_symbol(*tag))
        .collect();
    if !tags.is_empty() {
        finding = finding.evidence("tags", tags.join(" "));
    }
    for name in SHOWN {
        if let Some(text) = meta(name) {
            finding = finding.evidence(name, text);
        }
    }
    let places = places(rule);
    if let Some((_, first)) = places.first() {
        finding = finding.location(Location {
            offset: u64::try_from(first.offset).ok(),
            length: u32::try_from(first.length).ok(),
            line: None,
            column: None,
        });
        let shown = places.iter().take(PLACES);
        let shown: Vec<String> = shown
            .map(|(name, place)| format!("${name}@{:#x}", place.offset))
            .collect();
        finding = finding.evidence("strings", shown.join(" "));
    }
    finding
}

/// The first match of each string, in order of offset.
fn places<'a>(rule: &'a EvaluatedRule<'_>) -> Vec<(&'a str, &'a StringMatch)> {
    let firsts = rule.matches.iter().filter_map(|string| {
        let first = string.matches.first()?;
        Some((string.name, first))
    });
    let mut places: Vec<_> = firsts.collect();
    places.sort_by_key(|(_, place)| place.offset);
    places
}

fn meta(rule: &EvaluatedRule<'_>, scanner: &Scanner, name: &str) -> Option<String> {
    let mut values = rule.metadatas.iter().filter(|meta| {
        let known = scanner.get_string_symbol(meta.name);
        known.eq_ignore_ascii_case(name)
    });
    match values.next()?.value {
        MetadataValue::Bytes(text) => {
            let text = scanner.get_bytes_symbol(text);
            Some(String::from_utf8_lossy(text).into_owned())
        }
        _ => None,
    }
}
