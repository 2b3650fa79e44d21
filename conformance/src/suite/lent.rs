//! What the host lends, and what it does not.

use std::collections::BTreeSet;
use std::sync::Arc;

use merlon_model::{
    Body, Content, ContentError, Event, FileEvent, Hit, Hits, Process, ProcessSummary, Timestamp,
};
use serde_json::json;

use super::columns::with_file;
use super::findings::programs;
use super::guest::{EXEC, FILE, Guest, NOTE};
use super::{Case, same};
use crate::{exec, object};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "log lines at every level, and what is printed",
        run: log,
    },
    Case {
        name: "the ruleset's own files and no other",
        run: ruleset,
    },
    Case {
        name: "the bytes of a file, and the end of it",
        run: content,
    },
    Case {
        name: "the ancestors of a process, parent first",
        run: ancestors,
    },
    Case {
        name: "the objects of the inventory, by kind",
        run: kubernetes,
    },
    Case {
        name: "state counts, keeps, and forgets by the time of the events",
        run: state,
    },
    Case {
        name: "no file, no environment; asking is no death",
        run: nothing_else,
    },
];

fn log(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("log")?;
    loaded.answer(EXEC, &programs(1))?;
    let lines: Vec<String> = loaded
        .plugin
        .take_log()
        .into_iter()
        .map(|line| format!("{} {}", line.level, line.message))
        .collect();
    let written: Vec<&String> = lines
        .iter()
        .filter(|line| !line.ends_with("printed line"))
        .collect();
    let wanted = [
        "debug debug line",
        "info info line",
        "warn warn line",
        "error error line",
    ];
    if written.iter().map(|line| line.as_str()).eq(wanted) && lines.len() <= 5 {
        return Ok(());
    }
    Err(format!("the log is {lines:?}"))
}

fn ruleset(guest: &Guest) -> Result<(), String> {
    let found = guest.mode("ruleset")?.evidence(EXEC, &programs(1))?;
    let wanted = [
        ("files", "note.txt"),
        ("note", NOTE),
        ("outside", "refused"),
    ];
    let wanted = wanted.map(|(key, value)| (key.to_owned(), value.to_owned()));
    same("the evidence", &found, &vec![wanted.into()])
}

struct Bytes(Vec<u8>);

impl Content for Bytes {
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<usize, ContentError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.len().min(into.len());
        for (to, from) in into.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(count)
    }
}

fn content(guest: &Guest) -> Result<(), String> {
    let file = |content| {
        with_file(FileEvent {
            path: "x".to_owned(),
            hits: vec![Hits {
                ruleset: 0,
                hits: vec![Hit::default()],
                suppressed: 0,
            }],
            content,
            ..FileEvent::default()
        })
    };
    let loaded = guest.mode("content")?;
    let bytes = Arc::new(Bytes(vec![0xff, 0x00, 0xc3, 0x28, 0x0a])) as Arc<dyn Content>;
    let rows = [file(Some(bytes)), file(None)];
    let first = loaded.values(FILE, &rows, "first")?;
    same(
        "the bytes of the first",
        &first.first().map(String::as_str),
        &Some("ff00c3280a"),
    )?;
    let beyond = loaded.values(FILE, &rows, "beyond")?;
    same(
        "the bytes behind its end",
        &beyond.first().map(String::as_str),
        &Some(""),
    )?;
    match first.get(1) {
        Some(text) if text.starts_with("error: ") => Ok(()),
        other => Err(format!("bytes that nobody kept gave {other:?}")),
    }
}

fn ancestors(guest: &Guest) -> Result<(), String> {
    let ancestor = |exe: &str, pid, uid| ProcessSummary {
        exec_id: "x".to_owned(),
        pid,
        exe: exe.to_owned(),
        argv: vec![exe.to_owned(), "-ü".to_owned()],
        comm: "comm".to_owned(),
        uid,
        euid: 0,
    };
    let process = Process {
        exe: "/bin/sh".to_owned(),
        ancestors: vec![ancestor("/bin/a", 7, 1000), ancestor("/bin/b", 1, 0)],
        ..Process::default()
    };
    let rows = [
        Event {
            time: Timestamp::from_nanos(1),
            seq: 0,
            body: Body::Exec(Arc::new(process)),
        },
        Event {
            time: Timestamp::from_nanos(2),
            seq: 1,
            body: Body::Exec(Arc::new(Process::default())),
        },
    ];
    let got = guest.mode("ancestors")?.values(EXEC, &rows, "ancestors")?;
    let wanted = [
        "/bin/a 7 comm 1000 0 /bin/a -ü|/bin/b 1 comm 0 0 /bin/b -ü",
        "",
    ];
    same("each line", &got, &wanted.map(str::to_owned).to_vec())
}

fn kubernetes(guest: &Guest) -> Result<(), String> {
    let named = |n: u64, kind: &str| {
        object(
            n,
            &json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "x" } }),
        )
    };
    let inventory = [named(0, "Pod"), named(1, "Service"), named(2, "Pod")];
    let loaded = guest
        .load_with_inventory(&json!({ "mode": "kubernetes" }), Arc::from(inventory))
        .map_err(|error| merlon_model::chain(&error))?;
    let found = loaded.evidence(EXEC, &programs(1))?;
    let wanted = [("pods", "2"), ("all", "3")];
    let wanted = wanted.map(|(key, value)| (key.to_owned(), value.to_owned()));
    same("the evidence", &found, &vec![wanted.into()])
}

fn state(guest: &Guest) -> Result<(), String> {
    let at = |ms: u64, exe: &str| {
        let mut event = exec(0, exe, &[]);
        event.time = Timestamp::from_nanos(1_800_000_000_000_000_000 + ms * 1_000_000);
        event
    };
    let rows = [
        at(0, "/bin/a"),
        at(10, "/bin/a"),
        at(20, "/bin/b"),
        at(999, "/bin/a"),
        at(3000, "/bin/a"),
    ];
    let loaded = guest.mode("state")?;
    let found = loaded.evidence(EXEC, &rows)?;
    let column = |key: &str| -> Vec<String> {
        let value = |map: &std::collections::BTreeMap<String, String>| {
            map.get(key).cloned().unwrap_or_default()
        };
        found.iter().map(value).collect()
    };
    let texts = |list: [&str; 5]| list.map(str::to_owned).to_vec();
    same(
        "each count",
        &column("count"),
        &texts(["1", "2", "1", "3", "1"]),
    )?;
    same(
        "each last",
        &column("last"),
        &texts(["(missing)", "/bin/a", "/bin/a", "/bin/b", "(missing)"]),
    )?;
    let answers: BTreeSet<String> = column("set").into_iter().collect();
    same("every set", &answers, &BTreeSet::from(["ok".to_owned()]))?;
    let later = loaded.values(EXEC, &[at(3001, "/bin/a")], "count")?;
    same("the count in the next batch", &later, &vec!["2".to_owned()])
}

fn nothing_else(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("wasi")?;
    for _ in 0..2 {
        let found = loaded.evidence(EXEC, &programs(1))?;
        let map = found.first().cloned().unwrap_or_default();
        let value = |key: &str| map.get(key).map_or("", String::as_str);
        same("the file", &value("file"), &"denied")?;
        same("the environment", &value("environment"), &"0")?;
        for key in ["clock", "random"] {
            if value(key) != "none" && value(key).parse::<f64>().is_err() {
                return Err(format!("{key} is {:?}", value(key)));
            }
        }
    }
    let instances = loaded
        .plugin
        .counters()
        .instances
        .load(std::sync::atomic::Ordering::Relaxed);
    same("the number of instances", &instances, &1)
}
