//! A folder of rules without a `ruleset.yaml`, as other projects publish them: the names of its files say
//! which engine reads them.

use std::collections::BTreeSet;

use crate::error::ArtifactError;
use crate::pattern::Pattern;
use crate::source::Source;

/// What folders of YARA rules hold.
const YARA: [&str; 3] = ["**/*.yar", "**/*.yara", "**/*.rule"];
// What rule files include, besides each other.
const INCLUDED: [&str; 2] = ["**/*.inc", "**/*.meta"];

/// The `ruleset.yaml` that the folder would have, if some engine reads its files.
pub(crate) fn definition(source: &Source, place: &str) -> Result<Option<String>, ArtifactError> {
    let mut globs = matching(source, &YARA)?;
    if globs.is_empty() {
        return Ok(None);
    }
    globs.extend(matching(source, &INCLUDED)?);
    let id = id(place);
    let globs = globs.join(", ");
    Ok(Some(format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {id}\nversion: 0.0.0\n\
         title: YARA rules of the folder {id}\nengine: yara\ncontent: [{globs}]\n"
    )))
}

/// Those globs that some file matches, as YAML.
fn matching(source: &Source, globs: &[&str]) -> Result<Vec<String>, ArtifactError> {
    let mut matching = Vec::new();
    for glob in globs {
        let mut found = BTreeSet::new();
        if let Ok(pattern) = Pattern::parse(glob) {
            source.matching(&pattern, &mut found)?;
        }
        if !found.is_empty() {
            matching.push(format!("{glob:?}"));
        }
    }
    Ok(matching)
}

// The folder's name in the letters that an id may have.
fn id(place: &str) -> String {
    let name = place.trim_end_matches(['/', '.']).rsplit('/').next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "rules".to_owned()
    } else {
        words.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_name_of_the_folder_in_words() {
        assert_eq!(id("./third_party/YARA Rules/"), "yara-rules");
        assert_eq!(id("."), "rules");
    }

    #[test]
    fn a_folder_without_rules_of_a_known_engine_has_no_definition() {
        let source = Source::Embedded(&[("readme.md", b"")]);
        assert!(matches!(definition(&source, "x"), Ok(None)));
    }
}
