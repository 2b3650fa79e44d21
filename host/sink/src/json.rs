//! One JSON document: `{"version":1,"findings":[...],"summary":{...},"errors":[...]}`.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::Report;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    report: &'a Report<'a>,
}

pub(crate) fn write(report: &Report<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &Document { version: 1, report })?;
    writeln!(out)
}
