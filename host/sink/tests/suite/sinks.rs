//! The sinks: one streams, one collects; both say what they could not keep.

use std::io::{self, ErrorKind, Write};

use crate::report;
use merlon_model::{Finding, FindingSink};
use merlon_sink::{Collector, JsonlSink, sort};

struct Pipe {
    room: usize,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.room = self
            .room
            .checked_sub(1)
            .ok_or_else(|| io::Error::from(ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_stream_writes_each_finding_when_it_comes() {
    let mut out = Vec::new();
    let sink = JsonlSink::new(&mut out);
    let findings = report::findings();
    findings
        .iter()
        .for_each(|finding| sink.deliver(finding.clone()));
    assert_eq!(sink.finish().unwrap(), findings.len() as u64);
    drop(sink);
    let text = String::from_utf8(out).unwrap();
    let back: Vec<Finding> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(back, findings);
}

#[test]
fn a_stream_counts_what_a_closed_pipe_did_not_take() {
    let sink = JsonlSink::new(Pipe { room: 2 });
    let findings = report::findings();
    findings
        .iter()
        .for_each(|finding| sink.deliver(finding.clone()));
    assert_eq!(sink.dropped(), findings.len() as u64 - 2);
    assert_eq!(sink.finish().unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[test]
fn a_collector_keeps_up_to_its_bound_and_counts_the_rest() {
    let collector = Collector::new(3);
    let findings = report::findings();
    findings
        .iter()
        .for_each(|finding| collector.deliver(finding.clone()));
    let collected = collector.take();
    assert_eq!(collected.findings.len(), 3);
    assert_eq!(collected.dropped, findings.len() as u64 - 3);
    assert_eq!(collector.take().findings.len(), 0);
}

#[test]
fn the_order_does_not_depend_on_the_order_of_delivery() {
    let sorted = report::findings();
    let mut shuffled: Vec<Finding> = sorted.iter().rev().cloned().collect();
    sort(&mut shuffled);
    assert_eq!(shuffled, sorted);
    let lines: Vec<_> = sorted
        .iter()
        .filter_map(|finding| finding.location.as_ref())
        .filter(|location| location.file == "deploy/web.yaml")
        .map(|location| location.line)
        .collect();
    assert_eq!(lines, [Some(1), Some(3), Some(14), Some(22)]);
}
