//! A new project: a template, and for a plugin the SDK of its language beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bundle::Template;
use crate::{Failure, bundle};

/// Letters of a name: it becomes a ruleset id, a crate, a module and a directory.
const LONGEST_NAME: usize = 64;

/// Writes the project `name` below `parent`; returns its directory. Nothing is overwritten.
pub(crate) fn create(parent: &Path, name: &str, template: Template) -> Result<PathBuf, Failure> {
    check(name)?;
    let directory = parent.join(name);
    let failed = |path: &Path, source: io::Error| {
        Failure::incomplete(format!("cannot write {}: {source}", path.display()))
    };
    fs::create_dir(&directory).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Failure::usage(format!(
            "{} exists already; choose another name or remove it",
            directory.display()
        )),
        _ => failed(&directory, source),
    })?;
    for (path, bytes) in bundle::project(template) {
        let path = directory.join(fill(path, name));
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(|source| failed(above, source))?;
        }
        let written = match std::str::from_utf8(bytes) {
            Ok(text) => fs::write(&path, fill(text, name)),
            Err(_binary) => fs::write(&path, bytes),
        };
        written.map_err(|source| failed(&path, source))?;
    }
    Ok(directory)
}

fn check(name: &str) -> Result<(), Failure> {
    let words = name.split('-');
    let sound = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let starts_with_letter = name.starts_with(|first: char| first.is_ascii_lowercase());
    if starts_with_letter && name.len() <= LONGEST_NAME && words.into_iter().all(sound) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "`{name}` is no name for a ruleset: lower-case words joined by `-`, as `shell-in-container`, at most {LONGEST_NAME} letters"
    )))
}

fn fill(text: &str, name: &str) -> String {
    text.replace("{{name}}", name)
        .replace("{{ident}}", &name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use merlon_plugin_build::Language;

    use super::*;

    #[test]
    fn every_language_has_a_template_with_a_ruleset_a_case_and_its_own_project_file() {
        for language in Language::ALL {
            let parent = tempfile::tempdir().unwrap();
            let directory = create(parent.path(), "my-rule", Template::Plugin(language)).unwrap();
            for file in ["ruleset.yaml", "README.md", ".gitignore", language.marker()] {
                assert!(
                    directory.join(file).is_file(),
                    "{}: {file}",
                    language.name()
                );
            }
            assert!(directory.join("cases").read_dir().unwrap().next().is_some());
            let definition = fs::read_to_string(directory.join("ruleset.yaml")).unwrap();
            assert!(definition.contains("id: my-rule"), "{definition}");
            assert_eq!(Language::of(&directory), Some(language));
        }
    }

    #[test]
    fn a_project_is_never_written_over_another() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("mine")).unwrap();
        let error = create(parent.path(), "mine", Template::Policy).unwrap_err();
        assert!(error.to_string().contains("exists already"), "{error}");
    }

    #[test]
    fn names_that_would_leave_the_directory_or_break_a_manifest_are_refused() {
        let parent = tempfile::tempdir().unwrap();
        for name in [
            "",
            "../x",
            "a/b",
            "A",
            "1a",
            "a--b",
            "a_b",
            "-a",
            "a-",
            "a b",
            &"a".repeat(65),
        ] {
            assert!(
                create(parent.path(), name, Template::Policy).is_err(),
                "{name}"
            );
        }
    }
}
