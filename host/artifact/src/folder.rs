//! A folder of rules without a `ruleset.yaml`, as other projects publish them: the names of its files say
//! which engine reads them.

use std::collections::BTreeSet;

use crate::error::ArtifactError;
use crate::pattern::Pattern;
use crate::source::Source;

/// What YARA's own folders hold.
const YARA: [&str; 3] = ["**/*.yar", "**/*.yara", "**/*.rule"];

/// The `ruleset.yaml` that the folder would have, if some engine reads its files.
pub(crate) fn definition(source: &Source, place: &str) -> Result<Option<String>, ArtifactError> {
    let mut globs = Vec::new();
    for glob in YARA {
        let mut found = BTreeSet::new();
        if let Ok(pattern) = Pattern::parse(glob) {
            source.matching(&pattern, &mut found)?;
        }
        if !found.is_empty() {
            globs.push(format!("{glob:?}"));
        }
    }
    if globs.is_empty() {
        return Ok(None);
    }
    let id = id(place);
    let globs = globs.join(", ");
    Ok(Some(format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {id}\nversion: 0.0.0\n\
         title: YARA rules of the folder {id}\nengine: yara\ncontent: [{globs}]\n"
    )))
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
