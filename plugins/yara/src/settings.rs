//! The settings of this plugin.

use merlon_sdk::json;
use serde::Deserialize;

/// What the host may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Settings {
    #[serde(default)]
    pub(crate) check: Check,
}

/// Whether every rule is compiled once when the content is read, to report those that do not compile.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Check {
    /// As an operator wants it.
    #[default]
    Full,
    /// For a further instance, when the host knows the manifest already: it is the same one, but for the
    /// titles of refused rules, and takes half the time.
    None,
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        json::from_str(text).map_err(|error| format!("the settings of the YARA engine: {error}"))
    }
}
