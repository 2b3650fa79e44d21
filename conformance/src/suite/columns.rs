//! Every type of column, what is missing in it, and batches of every size.

use std::sync::Arc;

use merlon_model::{Body, Container, Event, FileEvent, Hit, Hits, Process, Timestamp};
use serde_json::json;

use super::guest::{EXEC, FILE, Guest, OBJECT};
use super::{Case, same};
use crate::{exec, object};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "texts, lists, numbers and flags of a process",
        run: process,
    },
    Case {
        name: "hits of a file, up to the largest numbers",
        run: file,
    },
    Case {
        name: "an object as JSON, a megabyte of it",
        run: large_object,
    },
    Case {
        name: "what is missing stays missing",
        run: missing,
    },
    Case {
        name: "texts of every script, and replaced bytes",
        run: unicode,
    },
    Case {
        name: "a batch without rows",
        run: empty,
    },
    Case {
        name: "a batch of 256 rows, each its own",
        run: full_batch,
    },
];

fn with_process(process: Process) -> Event {
    Event {
        time: Timestamp::from_nanos(1),
        seq: 0,
        body: Body::Exec(Arc::new(process)),
    }
}

fn evidence(guest: &Guest, place: usize, event: Event) -> Result<String, String> {
    let found = guest.mode("echo")?.evidence(place, &[event])?;
    let lines = found
        .iter()
        .flatten()
        .map(|(key, value)| format!("{key}={value}"));
    Ok(lines.collect::<Vec<_>>().join("; "))
}

fn process(guest: &Guest) -> Result<(), String> {
    let event = with_process(Process {
        exe: "/usr/bin/env".to_owned(),
        argv: ["env", "", "A=ü", "a|b"].map(str::to_owned).to_vec(),
        argv_truncated: true,
        pid: u32::MAX,
        container: Some(Container {
            id: "c0ffee".to_owned(),
            ..Container::default()
        }),
        ..Process::default()
    });
    same(
        "the evidence",
        &evidence(guest, EXEC, event)?.as_str(),
        &"argv=env||A=ü|a|b; argv_truncated=yes; container.id=c0ffee; exe=/usr/bin/env; pid=4294967295",
    )
}

fn hit(pattern: u32, offset: u64, text: &str) -> Hit {
    Hit {
        pattern,
        offset,
        length: u32::try_from(text.len()).unwrap_or(0),
        line: 3,
        column: 9,
        text: text.to_owned(),
        context: String::new(),
        encoding: None,
    }
}

pub(super) fn with_file(file: FileEvent) -> Event {
    Event {
        time: Timestamp::from_nanos(1),
        seq: 0,
        body: Body::File(Arc::new(file)),
    }
}

fn file(guest: &Guest) -> Result<(), String> {
    let hits = vec![hit(1, 7, "mirror-x"), hit(3, u64::MAX - 1, "日本")];
    let event = with_file(FileEvent {
        path: "a/ü.txt".to_owned(),
        size: u64::MAX - 1,
        hits: vec![Hits {
            ruleset: 0,
            hits,
            suppressed: 0,
        }],
        ..FileEvent::default()
    });
    same(
        "the evidence",
        &evidence(guest, FILE, event)?.as_str(),
        &"hits=2; hits.column=9,9; hits.length=8,6; hits.line=3,3; hits.offset=7,18446744073709551614; hits.pattern=1,3; hits.text=mirror-x|日本; path=a/ü.txt; size=18446744073709551614",
    )
}

fn large_object(guest: &Guest) -> Result<(), String> {
    let value = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "big" }, "data": { "x": "ü".repeat(400_000) } });
    let event = object(0, &value);
    let wanted = value.to_string();
    let got = guest.mode("echo")?.values(OBJECT, &[event], "object")?;
    same("the number of findings", &got.len(), &1)?;
    if got.first() == Some(&wanted) {
        return Ok(());
    }
    let length = got.first().map_or(0, String::len);
    Err(format!(
        "the object came back as {length} bytes that differ from the {} sent",
        wanted.len()
    ))
}

fn missing(guest: &Guest) -> Result<(), String> {
    let bare = evidence(guest, EXEC, with_process(Process::default()))?;
    if !bare.contains("container.id=(missing)") || !bare.contains("argv=;") {
        return Err(format!("the evidence of a bare process is {bare}"));
    }
    let named = object(0, &json!({ "kind": "Node", "metadata": { "name": "n0" } }));
    let got = guest.mode("echo")?.values(OBJECT, &[named], "namespace")?;
    same(
        "the namespace of a node",
        &got,
        &vec!["(missing)".to_owned()],
    )
}

fn unicode(guest: &Guest) -> Result<(), String> {
    let texts = [
        "\u{feff}bom",
        "e\u{301} combining",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{10ffff}\u{e000}",
        "עברית العربية",
        "replaced \u{fffd}\u{fffd}",
        "tab\tnewline\nquote\" backslash\\",
    ];
    let events: Vec<Event> = (0..)
        .zip(texts)
        .map(|(n, text)| exec(n, text, &[text]))
        .collect();
    let loaded = guest.mode("echo")?;
    let wanted: Vec<String> = texts.map(str::to_owned).to_vec();
    same("each exe", &loaded.values(EXEC, &events, "exe")?, &wanted)?;
    same("each argv", &loaded.values(EXEC, &events, "argv")?, &wanted)
}

fn empty(guest: &Guest) -> Result<(), String> {
    let loaded = guest.mode("echo")?;
    for place in [EXEC, FILE, OBJECT] {
        same(
            "the number of findings",
            &loaded.answer(place, &[])?.len(),
            &0,
        )?;
    }
    same(
        "the number of findings of the next batch",
        &loaded.answer(EXEC, &[exec(0, "/bin/ls", &[])])?.len(),
        &1,
    )
}

fn full_batch(guest: &Guest) -> Result<(), String> {
    let names: Vec<String> = (0..256).map(|n| format!("/bin/program-{n}")).collect();
    let events: Vec<Event> = (0..)
        .zip(&names)
        .map(|(n, name)| exec(n, name, &[name, "x"]))
        .collect();
    let loaded = guest.mode("echo")?;
    same("each exe", &loaded.values(EXEC, &events, "exe")?, &names)?;
    let pids: Vec<String> = (0..256).map(|n| (100 + n).to_string()).collect();
    same("each pid", &loaded.values(EXEC, &events, "pid")?, &pids)
}
