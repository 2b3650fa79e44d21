//! Why a ruleset cannot be used.

use std::path::PathBuf;

use merlon_yaml::Diagnostic;

use crate::limits::ByteSize;

/// A ruleset that cannot be read, or is none.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// There is no such directory, or it may not be read.
    #[error("the ruleset directory {} cannot be opened", directory.display())]
    Open {
        /// As the user named it.
        directory: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The directory is no ruleset.
    #[error("there is no ruleset.yaml in {place}; name the directory that holds it")]
    NoDefinition {
        /// The directory, or what else was opened.
        place: String,
    },
    /// `ruleset.yaml` is wrong, or does not fit the files beside it.
    #[error("{}", listing(problems))]
    Invalid {
        /// Everything that is wrong, in order of place.
        problems: Vec<Diagnostic>,
    },
    /// A file cannot be read.
    #[error("{path} in the ruleset cannot be read")]
    Read {
        /// Below the ruleset's directory.
        path: String,
        /// Why; a link that leads out of the directory is refused here.
        #[source]
        source: std::io::Error,
    },
    /// A directory or a device stands where a file should be.
    #[error("{path} in the ruleset is no regular file")]
    NotAFile {
        /// Below the ruleset's directory.
        path: String,
    },
    /// The ruleset has no such file.
    #[error("the ruleset has no file {path}; list it under `content`")]
    NoFile {
        /// The path asked for.
        path: String,
    },
    /// A path that no file of a ruleset may have.
    #[error("`{path}` cannot be a file of a ruleset: it {why}")]
    Path {
        /// As it was found, shortened.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file, or all of them together, are over the cap.
    #[error("{path} in the ruleset is larger than {limit}")]
    TooLarge {
        /// Below the ruleset's directory.
        path: String,
        /// The cap.
        limit: ByteSize,
    },
    /// There are too many files.
    #[error("the ruleset names more than {limit} files; narrow its globs")]
    TooMany {
        /// The cap.
        limit: usize,
    },
}

fn listing(problems: &[Diagnostic]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n\n")
}
