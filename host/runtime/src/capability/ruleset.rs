//! `ruleset`: the ruleset's own files, read-only, through the ruleset's directory handle.

use crate::bindings::merlon::plugin::ruleset::Host;
use crate::call::Call;

impl Call {
    /// Content for any plugin, policies for the one that runs them.
    fn lent(&self) -> impl Iterator<Item = &str> {
        let policies = self.ruleset.definition.policies.iter().map(String::as_str);
        self.ruleset.content_paths().chain(policies)
    }
}

impl Host for Call {
    fn files(&mut self) -> wasmtime::Result<Vec<String>> {
        self.check_deadline()?;
        Ok(self.lent().map(ToString::to_string).collect())
    }

    fn read(&mut self, path: String) -> wasmtime::Result<Result<Vec<u8>, String>> {
        self.check_deadline()?;
        if !self.lent().any(|known| *known == *path) {
            return Ok(Err(format!(
                "{path} is not listed under `content` or `policies` of the ruleset"
            )));
        }
        Ok(self.ruleset.read(&path).map_err(|error| error.to_string()))
    }
}
