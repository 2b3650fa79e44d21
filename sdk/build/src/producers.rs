//! What a component says about the tools that made it (the `producers` sections of its modules).

use std::collections::BTreeSet;

use wasm_encoder::{ComponentSection, ProducersField, ProducersSection};
use wasmparser::{KnownCustom, Parser, Payload, ProducersSectionReader};

/// The languages of a component, joined by `, `: what it says of itself, else what the modules inside say;
/// where nothing names one, the tools.
#[must_use]
pub fn language(component: &[u8]) -> Option<String> {
    let found = Producers::of(component)?;
    [found.own, found.inside, found.tools]
        .into_iter()
        .find(|names| !names.is_empty())
        .map(|names| names.into_iter().collect::<Vec<_>>().join(", "))
}

/// A component whose modules were stripped of what they said gets the name of its language.
pub(crate) fn named(mut component: Vec<u8>, language: &str) -> Vec<u8> {
    let is_named = Producers::of(&component)
        .is_some_and(|found| !found.own.is_empty() || !found.inside.is_empty());
    if !is_named {
        let mut field = ProducersField::new();
        field.value(language, "");
        ProducersSection::new()
            .field("language", &field)
            .append_to_component(&mut component);
    }
    component
}

#[derive(Default)]
struct Producers {
    own: BTreeSet<String>,
    inside: BTreeSet<String>,
    tools: BTreeSet<String>,
}

impl Producers {
    fn of(component: &[u8]) -> Option<Self> {
        let mut found = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.ok()? {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Producers(producers) = section.as_known() {
                        let languages = match depth {
                            1 => &mut found.own,
                            _ => &mut found.inside,
                        };
                        collect(producers, languages, &mut found.tools);
                    }
                }
                _ => {}
            }
        }
        Some(found)
    }
}

/// A section that cannot be read says nothing; it is a remark, not a part of the program.
fn collect(
    producers: ProducersSectionReader<'_>,
    languages: &mut BTreeSet<String>,
    tools: &mut BTreeSet<String>,
) {
    for field in producers.into_iter().flatten() {
        let names = match field.name {
            "language" => &mut *languages,
            "processed-by" => &mut *tools,
            _ => continue,
        };
        for value in field.values.into_iter().flatten() {
            let version = value.version.split_whitespace().next().unwrap_or_default();
            names.insert(format!("{} {version}", value.name).trim_end().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_component_have_no_language() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x0d\0\x01\0\xff\xff\xff"] {
            assert_eq!(language(bytes), None);
        }
    }

    #[test]
    fn a_component_that_says_nothing_is_named_once() {
        let component = b"\0asm\x0d\0\x01\0".to_vec();
        let named_once = named(component, "Rust");
        assert_eq!(language(&named_once), Some("Rust".to_owned()));
        assert_eq!(named(named_once.clone(), "C"), named_once);
    }
}
