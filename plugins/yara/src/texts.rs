//! The rule files that rules were compiled from lately.

use std::collections::HashMap;

use merlon_sdk::host::ruleset;

/// Bytes that are kept: a few thousand rules.
const KEPT: usize = 4 << 20;

/// Texts by path.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    read: HashMap<String, String>,
    bytes: usize,
}

impl Texts {
    pub(crate) fn of(&mut self, path: &str) -> Result<&str, String> {
        if !self.read.contains_key(path) {
            let text = crate::text(&ruleset::read(path)?);
            if self.bytes.saturating_add(text.len()) > KEPT {
                self.read.clear();
                self.bytes = 0;
            }
            self.bytes += text.len();
            self.read.insert(path.to_owned(), text);
        }
        Ok(self.read.get(path).map_or("", String::as_str))
    }
}
