//! A `ruleset.yaml` for artifacts that have none.

use crate::reference::Reference;

/// Longest id.
const ID_CAP: usize = 64;

/// A ruleset that is one component.
pub(crate) fn definition_of_plugin(reference: &Reference, plugin: &str) -> String {
    format!(
        "{}plugin: {plugin}\n",
        head(reference, "A component without a description of its own")
    )
}

/// A ruleset that is Rego.
pub(crate) fn definition_of_policies(reference: &Reference) -> String {
    let head = head(reference, "Policies without a description of their own");
    format!("{head}policies: [\"**/*.rego\"]\n")
}

fn head(reference: &Reference, title: &str) -> String {
    format!(
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: {}\nversion: \"{}\"\ntitle: {title}\n",
        id(reference.name()),
        version(reference.tag().unwrap_or_default()),
    )
}

/// Lower-case words joined by `-`.
fn id(name: &str) -> String {
    let mut id = String::new();
    for character in name.chars().take(ID_CAP) {
        match character.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => id.push(letter),
            _ if id.ends_with('-') || id.is_empty() => {}
            _ => id.push('-'),
        }
    }
    match id.trim_end_matches('-') {
        "" => String::from("ruleset"),
        id => id.to_owned(),
    }
}

/// The tag, when it is a version; `v1.2.3` is one.
fn version(tag: &str) -> String {
    let version = tag.strip_prefix('v').unwrap_or(tag);
    let (numbers, rest) = match version
        .find('-')
        .and_then(|at| version.split_at_checked(at))
    {
        Some(split) => split,
        None => (version, ""),
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_version = numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && rest.bytes().all(is_plain)
        && version.len() <= ID_CAP;
    match is_version {
        true => version.to_owned(),
        false => String::from("0.0.0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_versions_are_made_of_names_and_tags() {
        for (name, expected) in [
            ("rules", "rules"),
            ("my__Rules.v2", "my-rules-v2"),
            ("--", "ruleset"),
            ("a-", "a"),
        ] {
            assert_eq!(id(name), expected);
        }
        for (tag, expected) in [
            ("1.2.3", "1.2.3"),
            ("v1.2.3-rc.1", "1.2.3-rc.1"),
            ("latest", "0.0.0"),
            ("1.2", "0.0.0"),
            ("1.2.3_x", "0.0.0"),
            ("", "0.0.0"),
        ] {
            assert_eq!(version(tag), expected);
        }
    }
}
