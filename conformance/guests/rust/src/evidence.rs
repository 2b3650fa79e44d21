//! What the modes with one finding per row write into it.

use std::fmt::Write;

use merlon_sdk::prelude::*;

use crate::FIELDS;

const MISSING: &str = "(missing)";
const KEPT_MS: u64 = 1000;
const FAR: u64 = 1 << 40;

/// The type of a field, by its name; the host's tables have it too.
fn text_of(row: Row<'_>, field: &str) -> String {
    let number = |value: Option<u64>| value.map_or(MISSING.to_owned(), |value| value.to_string());
    match field {
        "argv" | "hits.text" => row.texts(field).collect::<Vec<_>>().join("|"),
        "pid" | "size" | "hits" => number(row.number(field)),
        "hits.pattern" | "hits.offset" | "hits.length" | "hits.line" | "hits.column" => {
            let values = row.numbers(field).iter().map(u64::to_string);
            values.collect::<Vec<_>>().join(",")
        }
        "argv_truncated" => match row.flag(field) {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => MISSING.to_owned(),
        },
        _ => row.text(field).unwrap_or(MISSING).to_owned(),
    }
}

pub(crate) fn echo(row: Row<'_>, finding: Finding) -> Finding {
    let kind = row.batch().kind();
    let fields = FIELDS.iter().find(|(name, _)| *name == kind);
    let fields = fields.map_or(&[][..], |(_, fields)| fields);
    fields.iter().fold(finding, |finding, field| {
        finding.evidence(field, text_of(row, field))
    })
}

pub(crate) fn state(row: Row<'_>, finding: Finding) -> Finding {
    let exe = row.text("exe").unwrap_or(MISSING);
    let count = state::increment(row, &format!("count:{exe}"), 1, KEPT_MS);
    let last = state::get(row, "last");
    let set = state::set(row, "last", exe, KEPT_MS);
    finding
        .evidence(
            "count",
            count.map_or_else(|error| error, |count| count.to_string()),
        )
        .evidence("last", last.unwrap_or_else(|| MISSING.to_owned()))
        .evidence("set", set.map_or_else(|error| error, |()| "ok".to_owned()))
}

pub(crate) fn ancestors(row: Row<'_>, finding: Finding) -> Finding {
    let lines = process::ancestors(row).into_iter().map(|one| {
        let argv = one.argv.join(" ");
        format!(
            "{} {} {} {} {} {argv}",
            one.exe, one.pid, one.comm, one.uid, one.euid
        )
    });
    finding.evidence("ancestors", lines.collect::<Vec<_>>().join("|"))
}

fn window(row: Row<'_>, offset: u64) -> String {
    match content::read(row, offset, 16) {
        Ok(bytes) => bytes.iter().fold(String::new(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        }),
        Err(error) => format!("error: {error}"),
    }
}

pub(crate) fn content(row: Row<'_>, finding: Finding) -> Finding {
    finding
        .evidence("first", window(row, 0))
        .evidence("beyond", window(row, FAR))
}

pub(crate) fn ruleset(_: Row<'_>, finding: Finding) -> Finding {
    let note = ruleset::read("note.txt").unwrap_or_else(String::into_bytes);
    let outside = ruleset::read("../secret").map_or("refused", |_| "read");
    finding
        .evidence("files", ruleset::files().join("|"))
        .evidence("note", String::from_utf8_lossy(&note))
        .evidence("outside", outside)
}

pub(crate) fn kubernetes(_: Row<'_>, finding: Finding) -> Finding {
    finding
        .evidence("pods", kubernetes::list("Pod").len().to_string())
        .evidence("all", kubernetes::list("").len().to_string())
}

/// This target has no clock and no source of randomness at all, and to list its environment is a panic.
pub(crate) fn wasi(_: Row<'_>, finding: Finding) -> Finding {
    let file = std::fs::File::open("/etc/passwd").map_or("denied", |_| "read");
    finding
        .evidence("file", file)
        .evidence(
            "environment",
            usize::from(std::env::var_os("HOME").is_some()).to_string(),
        )
        .evidence("clock", "none")
        .evidence("random", "none")
}
