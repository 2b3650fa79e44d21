//! `kubernetes`: the other objects of the inventory that the batch belongs to.

use crate::bindings::merlon::plugin::kubernetes::Host;
use crate::call::Call;

impl Host for Call {
    fn list(&mut self, kind: String) -> wasmtime::Result<Vec<String>> {
        self.check_deadline()?;
        let objects = self.inventory.iter().filter_map(|event| event.object());
        Ok(objects
            .filter(|object| kind.is_empty() || object.kind == kind)
            .map(|object| object.json.to_string())
            .collect())
    }
}
