//! What the operator may choose.

use merlon_sdk::json::{self, Value};

use crate::identity::HashKey;

/// What a wrong checksum means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksums {
    /// The finding says so.
    Report,
    /// It is no secret.
    Require,
}

/// The settings of the ruleset.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Key of the hashes in the evidence.
    pub hash_key: HashKey,
    /// What a wrong checksum means.
    pub checksums: Checksums,
}

impl Settings {
    /// Reads the JSON that the host checked against the schema in `ruleset.yaml`.
    ///
    /// # Errors
    /// The text is not JSON, or a value is not one of those allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Value = json::from_str(text).map_err(|error| error.to_string())?;
        let text = |name: &str| settings.get(name).and_then(Value::as_str);
        let checksums = match text("checksums") {
            None | Some("report") => Checksums::Report,
            Some("require") => Checksums::Require,
            Some(other) => return Err(format!("checksums is `{other}`: use report or require")),
        };
        Ok(Self {
            hash_key: HashKey::of(text("hash_key").unwrap_or("")),
            checksums,
        })
    }
}
