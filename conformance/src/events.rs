//! Events made of nothing.

use std::sync::Arc;

use merlon_model::{
    Body, Event, FileEvent, Hit, Hits, ObjectEvent, Process, ProcessSummary, Timestamp,
};
use serde_json::Value;

/// 2026-11-24T18:00:00Z.
const START: u64 = 1_795_543_200_000_000_000;

fn event(seq: u64, body: Body) -> Event {
    Event {
        time: Timestamp::from_nanos(START + seq * 1_000_000),
        seq,
        body,
    }
}

/// A program that was started, as a container's shell starts it.
#[must_use]
pub fn exec(seq: u64, exe: &str, argv: &[&str]) -> Event {
    let parent = ProcessSummary {
        exec_id: "p".to_owned(),
        pid: 1,
        exe: "/bin/sh".to_owned(),
        argv: vec!["sh".to_owned()],
        comm: "sh".to_owned(),
        uid: 0,
        euid: 0,
    };
    let process = Process {
        exec_id: format!("e{seq}"),
        pid: 100 + u32::try_from(seq % 30_000).unwrap_or(0),
        ppid: 1,
        exe: exe.to_owned(),
        comm: exe.rsplit('/').next().unwrap_or(exe).to_owned(),
        argv: argv.iter().map(ToString::to_string).collect(),
        cwd: "/app".to_owned(),
        uid: 1000,
        euid: 1000,
        previous_euid: 1000,
        cgroup: "/kubepods/burstable/podu1/c1".to_owned(),
        ancestors: vec![parent],
        ..Process::default()
    };
    event(seq, Body::Exec(Arc::new(process)))
}

/// A file with one hit of pattern 1 for the ruleset at that place of the catalogue.
#[must_use]
pub fn file(seq: u64, path: &str, text: &str, ruleset: usize) -> Event {
    let hit = Hit {
        pattern: 1,
        length: u32::try_from(text.len()).unwrap_or(0),
        line: 1,
        column: 1,
        text: text.to_owned(),
        context: text.to_owned(),
        ..Hit::default()
    };
    let file = FileEvent {
        path: path.to_owned(),
        size: text.len() as u64,
        visible: true,
        hits: vec![Hits {
            ruleset,
            hits: vec![hit],
            suppressed: 0,
        }],
        ..FileEvent::default()
    };
    event(seq, Body::File(Arc::new(file)))
}

/// A Kubernetes object.
#[must_use]
pub fn object(seq: u64, value: &Value) -> Event {
    let text = |pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let object = ObjectEvent {
        api_version: text("/apiVersion"),
        kind: text("/kind"),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        json: value.to_string().into(),
        object: Arc::new(value.clone()),
        ..ObjectEvent::default()
    };
    event(seq, Body::Object(Arc::new(object)))
}
