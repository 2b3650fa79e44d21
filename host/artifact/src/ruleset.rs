//! A ruleset: its description, its files, its digest.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::definition::Definition;
use crate::error::ArtifactError;
use crate::files::Files;
use crate::pattern::is_inside;
use crate::reading;
use crate::settings::{self, Schema, SettingsProblem};
use crate::source::{EmbeddedFiles, FILE_CAP, Source};

pub(crate) const DEFINITION: &str = "ruleset.yaml";

/// A ruleset that was read whole. What it judges with is kept in memory, so that the bytes that run
/// are the bytes of the digest whatever happens to the directory.
pub struct Ruleset {
    /// What `ruleset.yaml` says.
    pub definition: Definition,
    /// `sha256:<hex>` over every file but the cases: these do not change what the ruleset judges.
    pub digest: String,
    pub(crate) files: BTreeMap<String, Cow<'static, [u8]>>,
    pub(crate) cases: BTreeSet<String>,
    pub(crate) schema: Option<Schema>,
    pub(crate) source: Source,
}

impl Ruleset {
    /// Reads a directory.
    ///
    /// # Errors
    /// When it cannot be read, a file is over its cap or reached by a link out of the directory, or
    /// when `ruleset.yaml` is wrong: then with everything that is wrong.
    pub fn open(directory: &Path) -> Result<Self, ArtifactError> {
        let place = directory.display().to_string();
        reading::read(Source::directory(directory)?, &place)
    }

    /// Reads files that are part of the binary: pairs of path and bytes, `ruleset.yaml` among them.
    ///
    /// # Errors
    /// When `ruleset.yaml` is missing or wrong.
    pub fn embedded(files: EmbeddedFiles) -> Result<Self, ArtifactError> {
        reading::read(Source::Embedded(files), "the binary")
    }

    /// Reads files that were carried here, `ruleset.yaml` among them; `place` says from where.
    ///
    /// # Errors
    /// When `ruleset.yaml` is missing or wrong, or a file is over its cap.
    pub fn from_files(files: Files, place: &str) -> Result<Self, ArtifactError> {
        reading::read(Source::Carried(files), place)
    }

    /// A copy of one file: `ruleset.yaml`, the plugin, a policy, content or a case.
    ///
    /// # Errors
    /// When the ruleset has no such file, or a case cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, ArtifactError> {
        if let Some(bytes) = self.bytes(path) {
            return Ok(bytes.to_vec());
        }
        let missing = || ArtifactError::NoFile {
            path: path.to_owned(),
        };
        if !self.cases.contains(path) || !is_inside(path) {
            return Err(missing());
        }
        let bytes = self.source.read(path, FILE_CAP)?;
        bytes.map(Cow::into_owned).ok_or_else(missing)
    }

    /// The bytes of a file that is kept in memory: every file but the cases.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|bytes| &**bytes)
    }

    /// The component, when the ruleset has one.
    #[must_use]
    pub fn plugin(&self) -> Option<&[u8]> {
        self.bytes(self.definition.plugin.as_deref()?)
    }

    /// Every file that belongs to the ruleset, sorted, cases last.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str).chain(self.cases())
    }

    /// The files that the plugin may read.
    pub fn content_paths(&self) -> impl Iterator<Item = &str> {
        self.definition.content.iter().map(String::as_str)
    }

    /// The files below `cases/`.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(String::as_str)
    }

    /// The settings with the schema's defaults filled in; `null` stands for no settings.
    ///
    /// # Errors
    /// Everything that the schema refuses.
    pub fn check_settings(&self, value: &Value) -> Result<Value, Vec<SettingsProblem>> {
        match &self.schema {
            Some(schema) => schema.check(value),
            None => settings::check_without_schema(value),
        }
    }
}

impl fmt::Debug for Ruleset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ruleset")
            .field("id", &self.definition.id)
            .field("version", &self.definition.version)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
