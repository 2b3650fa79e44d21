//! Which language a plugin project is written in, and its build.

use std::path::Path;

use crate::{BuildError, c, go, javascript, producers, python, rust};

/// A language that `merlon plugin build` can drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust: cargo.
    Rust,
    /// C: clang and make.
    C,
    /// Go: the go command.
    Go,
    /// Python: componentize-py.
    Python,
    /// JavaScript or TypeScript: npm.
    JavaScript,
}

impl Language {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::Rust,
        Self::C,
        Self::Go,
        Self::Python,
        Self::JavaScript,
    ];

    /// What people type after `--language`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Go => "go",
            Self::Python => "python",
            Self::JavaScript => "js",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::C => "C",
            Self::Go => "Go",
            Self::Python => "Python",
            Self::JavaScript => "TypeScript",
        }
    }

    /// The file that tells that a directory is a project of this language.
    #[must_use]
    pub fn marker(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::C => "Makefile",
            Self::Go => "go.mod",
            Self::Python => "pyproject.toml",
            Self::JavaScript => "package.json",
        }
    }

    /// The language of the project in a directory. A project of any language may have a Makefile besides
    /// its own file, so C is the last guess.
    #[must_use]
    pub fn of(dir: &Path) -> Option<Self> {
        let has_marker = |language: &Self| dir.join(language.marker()).is_file();
        let others = Self::ALL
            .into_iter()
            .filter(|language| *language != Self::C);
        others.chain([Self::C]).find(has_marker)
    }

    /// Builds the project in `dir` with the language's own tool and returns its component. `announce`
    /// hears what is being done, and of every change to the machine before it is made.
    ///
    /// # Errors
    /// The tool is missing (the text says how to install it), it failed, or what it built is no plugin.
    pub fn build(self, dir: &Path, announce: &mut dyn FnMut(&str)) -> Result<Vec<u8>, BuildError> {
        let component = match self {
            Self::Rust => rust::build(dir, announce),
            Self::C => c::build(dir, announce),
            Self::Go => go::build(dir, announce),
            Self::Python => python::build(dir, announce),
            Self::JavaScript => javascript::build(dir, announce),
        }?;
        Ok(producers::named(component, self.title()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_recognised_by_its_languages_own_file() {
        for language in Language::ALL {
            let dir = tempfile::tempdir().unwrap();
            assert_eq!(Language::of(dir.path()), None);
            std::fs::write(dir.path().join(language.marker()), "").unwrap();
            assert_eq!(Language::of(dir.path()), Some(language));
            std::fs::write(dir.path().join("Makefile"), "").unwrap();
            assert_eq!(Language::of(dir.path()), Some(language));
        }
    }
}
