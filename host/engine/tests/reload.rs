//! A catalogue takes the place of another while events flow: nothing is lost, nothing is judged twice,
//! what a rule counted stays counted, and what would change is known before it does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the functions around the tests are tests too"
)]

#[path = "reload/stage.rs"]
mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use merlon_conformance::exec;
use merlon_engine::{Recent, Rehearsal, Room, What};
use merlon_model::{Event, Judge, Mode, OnFault, Verdict};
use serde_json::json;

use stage::{Set, Stage};

/// Numbered executions, each of a program of its own name.
fn numbered(from: u64, count: u64) -> Vec<Event> {
    let one = |n: u64| exec(n, &format!("/bin/e{n}"), &["run"]);
    (from..from + count).map(one).collect()
}

#[test]
fn every_event_is_judged_exactly_once_while_catalogues_come_and_go() {
    let Some(stage) = Stage::open(&["witness", "plain"]) else {
        return;
    };
    let witness = Set::new("w", "witness");
    let other = witness.clone().version("0.2.0");
    let plain = Set::new("p", "plain");
    let lists = [
        vec![witness.clone()],
        vec![plain.clone(), other.clone()],
        vec![other, plain],
        vec![witness.clone().mode(Mode::Enforce)],
    ];
    let engine = stage.engine(&[witness]);
    let over = AtomicBool::new(false);
    let switches = AtomicUsize::new(0);
    let mut events = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            for next in lists.iter().cycle() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let now = engine.catalog();
                engine.switch(stage.catalog(next, Some(&now)));
                switches.fetch_add(1, Ordering::Relaxed);
            }
        });
        while events < 40_000 || switches.load(Ordering::Relaxed) < 3 * lists.len() {
            let verdicts = engine.judge(&numbered(events, 100));
            events += 100;
            assert_eq!(verdicts.len(), 100);
            assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]));
        }
        over.store(true, Ordering::Relaxed);
    });
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in stage.delivered() {
        assert_eq!(finding.rule, "w/seen");
        *seen.entry(finding.message).or_default() += 1;
    }
    assert_eq!(seen.len() as u64, events, "lost");
    assert!(seen.values().all(|times| *times == 1), "judged twice");
    let reports = engine.reports();
    let report = reports.iter().find(|report| report.id == "w").unwrap();
    assert_eq!((report.rows, report.hits), (events, events));
    println!("{events} events, {} switches", switches.into_inner());
}

#[test]
fn what_a_plugin_counted_survives_a_switch_and_a_new_version() {
    let Some(stage) = Stage::open(&["guest-rust", "witness"]) else {
        return;
    };
    let counting = Set::new("c", "guest-rust").settings(json!({ "mode": "state" }));
    let events: Vec<Event> = (0..3).map(|n| exec(n, "/bin/ls", &["ls"])).collect();
    let engine = stage.engine(std::slice::from_ref(&counting));
    engine.judge(&events[..1]);
    let next = [
        Set::new("w", "witness"),
        counting.clone().mode(Mode::Enforce),
    ];
    engine.switch(stage.catalog(&next, Some(&engine.catalog())));
    engine.judge(&events[1..2]);
    engine.switch(stage.catalog(std::slice::from_ref(&counting), Some(&engine.catalog())));
    engine.judge(&events[2..]);
    assert_eq!(counts(&stage), ["1", "2", "3"]);

    let changed = counting.version("0.2.0");
    engine.switch(stage.catalog(&[changed], Some(&engine.catalog())));
    engine.judge(&[exec(3, "/bin/ls", &["ls"])]);
    assert_eq!(counts(&stage), ["4"], "a new version counts on");
    let reports = engine.reports();
    let report = reports.iter().find(|report| report.id == "c").unwrap();
    assert_eq!((report.rows, report.hits), (4, 4));
}

/// The counts that the conformance guest told since the last time.
fn counts(stage: &Stage) -> Vec<String> {
    let delivered = stage.delivered().into_iter();
    let of = delivered.filter(|finding| finding.rule == "c/echo");
    of.map(|finding| finding.evidence["count"].clone())
        .collect()
}

#[test]
fn a_rehearsal_finds_new_findings_and_denials_and_leaves_what_lives_alone() {
    let Some(stage) = Stage::open(&["guest-rust", "witness"]) else {
        return;
    };
    let counting = Set::new("c", "guest-rust").settings(json!({ "mode": "state" }));
    let engine = stage
        .engine(std::slice::from_ref(&counting))
        .remembering(Recent::new(Room::default()));
    let events: Vec<Event> = (0..8).map(|n| exec(n, "/bin/ls", &["ls"])).collect();
    engine.judge(&events[..7]);
    let before = engine.catalog();
    let strict = Set::new("w", "witness").mode(Mode::Enforce);
    let next = stage.catalog(&[counting, strict], Some(&before));
    let changes = before.changes(&next);
    assert_eq!(changes[0].what, What::Unchanged);
    assert_eq!(changes[1].what, What::Added);
    let rehearsal = Rehearsal::new(&stage.runtime, stage.origins(), &before, &next).unwrap();
    let difference = rehearsal.compare(&engine.recent(), &|| true);
    assert_eq!((difference.events, difference.compared), (7, 7));
    assert_eq!((difference.newly_failing(), difference.new_denials), (7, 7));
    assert_eq!(difference.rules.len(), 1);
    let rule = &difference.rules["w/seen"];
    assert_eq!((rule.newly_failing.count, rule.newly_denied.count), (7, 7));
    assert_eq!(rule.newly_failing.examples.len(), 5);
    assert_eq!(
        rule.newly_denied.examples[0],
        "/bin/ls was started (/bin/ls pid 100)"
    );

    assert_eq!(counts(&stage).len(), 7, "a rehearsal delivers nothing");
    engine.judge(&events[7..]);
    assert_eq!(counts(&stage), ["8"], "nor does it count");
    assert_eq!(engine.reports()[0].rows, 8);

    let back = Rehearsal::new(&stage.runtime, stage.origins(), &next, &before).unwrap();
    let difference = back.compare(&engine.recent(), &|| true);
    assert_eq!(
        (difference.no_longer_failing(), difference.lifted_denials),
        (8, 8)
    );
    assert_eq!(difference.new_denials, 0);
}

#[test]
fn what_another_ruleset_denied_already_is_no_new_denial() {
    let Some(stage) = Stage::open(&["witness"]) else {
        return;
    };
    let denying = Set::new("a", "witness").mode(Mode::Enforce);
    let before = stage.catalog(std::slice::from_ref(&denying), None);
    let also = Set::new("b", "witness").mode(Mode::Enforce);
    let after = stage.catalog(&[denying, also], Some(&before));
    let rehearsal = Rehearsal::new(&stage.runtime, stage.origins(), &before, &after).unwrap();
    let difference = rehearsal.compare(&[numbered(0, 4).into()], &|| true);
    assert_eq!((difference.newly_failing(), difference.new_denials), (4, 0));
}

#[test]
fn a_catalogue_that_breaks_shows_its_faults_and_a_rehearsal_ends_when_it_is_told_to() {
    let Some(stage) = Stage::open(&["witness", "hostile"]) else {
        return;
    };
    let before = stage.catalog(&[Set::new("x", "witness")], None);
    let trapping = Set::new("x", "hostile")
        .settings(json!({ "mode": "trap" }))
        .mode(Mode::Enforce)
        .on_fault(OnFault::Deny);
    let after = stage.catalog(&[trapping], Some(&before));
    let rehearsal = Rehearsal::new(&stage.runtime, stage.origins(), &before, &after).unwrap();
    let batches: Vec<Arc<[Event]>> = (0..4).map(|n| numbered(n * 2, 2).into()).collect();
    let difference = rehearsal.compare(&batches[..1], &|| true);
    assert_eq!(difference.new_faults["x"].count, 1);
    assert!(difference.new_faults["x"].examples[0].contains("trapped"));
    assert_eq!(difference.new_denials, 2);
    assert_eq!(difference.rules["x/fault"].newly_denied.count, 2);

    let left = AtomicBool::new(true);
    let once = || left.swap(false, Ordering::Relaxed);
    let cut = rehearsal.compare(&batches, &once);
    assert_eq!((cut.events, cut.compared), (8, 2));
}

#[test]
fn a_batch_that_is_being_judged_ends_with_the_catalogue_it_began_with() {
    let Some(stage) = Stage::open(&["witness"]) else {
        return;
    };
    let audit = Set::new("w", "witness");
    let engine = stage.engine(std::slice::from_ref(&audit));
    let held = engine.catalog();
    let strict = audit.mode(Mode::Enforce);
    engine.switch(stage.catalog(&[strict], Some(&held)));
    assert_eq!(engine.judge(&numbered(0, 1)), [Verdict::Deny]);
    assert_eq!(
        engine.reports()[0].rows,
        1,
        "counted once though two hold it"
    );
    drop(held);
    assert_eq!(engine.reports()[0].rows, 1);
}
