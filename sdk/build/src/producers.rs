//! What a component says about the tools that made it (the `producers` sections of its modules).

use std::collections::BTreeSet;

use wasmparser::{KnownCustom, Parser, Payload, ProducersSectionReader};

/// The languages of a component, joined by `, `; where no tool named one, the tools.
#[must_use]
pub fn language(component: &[u8]) -> Option<String> {
    let (mut languages, mut tools) = (BTreeSet::new(), BTreeSet::new());
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CustomSection(section) = payload.ok()?
            && let KnownCustom::Producers(producers) = section.as_known()
        {
            collect(producers, &mut languages, &mut tools);
        }
    }
    [languages, tools]
        .into_iter()
        .find(|names| !names.is_empty())
        .map(|names| names.into_iter().collect::<Vec<_>>().join(", "))
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
}
