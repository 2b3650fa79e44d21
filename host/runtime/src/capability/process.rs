//! `process`: the ancestors of the process that a row is about.

use crate::bindings::merlon::plugin::process::{Ancestor, Host};
use crate::call::Call;

impl Host for Call {
    fn ancestors(&mut self, row: u32) -> wasmtime::Result<Vec<Ancestor>> {
        self.check_deadline()?;
        let Some(process) = self.row(row).and_then(|event| event.process()) else {
            return Ok(Vec::new());
        };
        let ancestors = process.ancestors.iter().map(|ancestor| Ancestor {
            exec_id: ancestor.exec_id.clone(),
            pid: ancestor.pid,
            exe: ancestor.exe.clone(),
            argv: ancestor.argv.clone(),
            comm: ancestor.comm.clone(),
            uid: ancestor.uid,
            euid: ancestor.euid,
        });
        Ok(ancestors.collect())
    }
}
