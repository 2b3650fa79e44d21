//! A ruleset's plugin: which rows cross the boundary, and in which portions.

use std::sync::atomic::Ordering;

use merlon_matching::Detail;
use merlon_model::{Body, Event, Kind, Rule, Subject, Verdict, View, chain};
use merlon_runtime::{Evaluated, Plugin};

use crate::enabled::{Answers, Batch, JudgeFault, RulesetReport};
use crate::error::EngineError;
use crate::filter::Filter;
use crate::finding::Draft;

/// The interface through which a plugin reads files, without its version.
const CONTENT: &str = "merlon:plugin/content@";
/// Rows in one call: past 256 a call costs nothing per row that matters (architecture section 3).
const ROWS: usize = 256;
/// Bytes of object text in one call, so that a batch stays well below any plugin's memory.
const TEXT: usize = 4 << 20;

/// Reading a byte of a file takes such a part of what a byte of text takes.
const READ: u64 = 4;
/// The name of the fault of a plugin that is not called for a while.
const PARKED: &str = "parked";
/// The name of the fault of a file that is larger than what was kept of it.
const IN_PART: &str = "in-part";

/// Who a plugin is made for, and so whether it sees the pseudo object that stands for the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// An author's plugin: only what exists.
    Author,
    /// The engine that runs Rego: its rules may be about the inventory as a whole.
    Rego,
}

/// A plugin with its prefilters compiled.
pub(crate) struct PluginJudge {
    plugin: Plugin,
    audience: Audience,
    filters: Vec<Option<Filter>>,
}

impl PluginJudge {
    pub(crate) fn new(id: &str, plugin: Plugin, audience: Audience) -> Result<Self, EngineError> {
        let mut filters = Vec::new();
        for subscription in &plugin.manifest().subscriptions {
            let filter = match &subscription.filter {
                Some(text) => Some(Filter::parse(text, subscription.kind).map_err(|source| {
                    EngineError::Filter {
                        ruleset: id.to_owned(),
                        kind: subscription.kind.name(),
                        filter: text.clone(),
                        source,
                    }
                })?),
                None => None,
            };
            filters.push(filter);
        }
        Ok(Self {
            plugin,
            audience,
            filters,
        })
    }

    /// The same with what another version of its ruleset counted.
    pub(crate) fn with_state_of(mut self, other: &Self) -> Self {
        self.plugin = self.plugin.with_state_of(&other.plugin);
        self
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.plugin.manifest().rules
    }

    pub(crate) fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.plugin
            .manifest()
            .subscriptions
            .iter()
            .any(|s| s.kind == kind)
    }

    /// Whether any subscription's prefilter lets the event through.
    pub(crate) fn wants_event(&self, view: View<'_>) -> bool {
        let subscriptions = self.plugin.manifest().subscriptions.iter();
        subscriptions
            .zip(&self.filters)
            .any(|(subscription, filter)| {
                subscription.kind == view.event.kind()
                    && filter.as_ref().is_none_or(|filter| filter.matches(view))
            })
    }

    /// A plugin that asks which patterns hold, and for nothing else of a hit, need not be told where.
    pub(crate) fn hit_detail(&self) -> Detail {
        let subscriptions = self.plugin.manifest().subscriptions.iter();
        let mut fields = subscriptions.flat_map(|subscription| &subscription.fields);
        if fields.any(|field| field.name.starts_with("hits.") && field.name != "hits.pattern") {
            Detail::Places
        } else {
            Detail::Presence
        }
    }

    /// Files without a hit are wanted too when a subscription to files does not ask for hits.
    pub(crate) fn wants_all_files(&self) -> bool {
        let asks_for_hits =
            |filter: &Option<Filter>| filter.as_ref().is_some_and(Filter::needs_hits);
        self.plugin
            .manifest()
            .subscriptions
            .iter()
            .zip(&self.filters)
            .any(|(s, filter)| s.kind == Kind::FileContent && !asks_for_hits(filter))
    }

    /// It can ask for the bytes of a file.
    pub(crate) fn reads_content(&self) -> bool {
        let mut imports = self.plugin.imports().iter();
        imports.any(|import| import.starts_with(CONTENT))
    }

    pub(crate) fn evaluate(&self, place: usize, batch: &Batch<'_>) -> Answers {
        let mut answers = Answers::default();
        let subscriptions = &self.plugin.manifest().subscriptions;
        for (number, (subscription, filter)) in subscriptions.iter().zip(&self.filters).enumerate()
        {
            let wanted: Vec<usize> = batch
                .events
                .iter()
                .enumerate()
                .filter(|(_, event)| event.kind() == subscription.kind)
                .filter(|(_, event)| self.audience == Audience::Rego || !is_inventory(event))
                .filter(|(_, event)| {
                    let view = View {
                        event,
                        ruleset: place,
                    };
                    filter.as_ref().is_none_or(|filter| filter.matches(view))
                })
                .map(|(row, _)| row)
                .collect();
            for portion in portions(&wanted, batch.events) {
                self.answer((number, place), portion, batch, &mut answers);
            }
        }
        answers
    }

    /// A file whose content a plugin cannot stand must not cost the others their answer: a portion that
    /// failed is tried in halves.
    fn answer(
        &self,
        (number, place): (usize, usize),
        portion: &[usize],
        batch: &Batch<'_>,
        into: &mut Answers,
    ) {
        let answered = self.call(number, place, portion, batch);
        let last = |fault: &JudgeFault| matches!(fault.name, PARKED | IN_PART);
        let settled = answered.faults.iter().all(last);
        if settled || portion.len() < 2 || !self.reads_content() {
            into.drafts.extend(answered.drafts);
            into.faults.extend(answered.faults);
            return;
        }
        let (first, second) = portion.split_at(portion.len() / 2);
        self.answer((number, place), first, batch, into);
        self.answer((number, place), second, batch, into);
    }

    fn call(&self, number: usize, place: usize, portion: &[usize], batch: &Batch<'_>) -> Answers {
        let mut answers = Answers::default();
        let rows: Vec<Event> = portion
            .iter()
            .filter_map(|row| batch.events.get(*row).cloned())
            .collect();
        match self.plugin.evaluate(number, rows, place, &batch.inventory) {
            Ok(found) => {
                answers.faults.extend(in_part(&found, portion, batch));
                for answer in found.answers {
                    let Some(row) = portion.get(answer.row) else {
                        continue;
                    };
                    let mut draft = Draft::from(answer);
                    if self.audience == Audience::Rego {
                        translate(&mut draft);
                    }
                    answers.drafts.push((*row, draft));
                }
            }
            Err(fault) => answers.faults.push(JudgeFault {
                rows: portion.to_vec(),
                name: fault.name(),
                message: chain(&fault),
            }),
        }
        answers
    }

    pub(crate) fn report(&self, report: &mut RulesetReport) {
        let counters = self.plugin.counters();
        report.calls += counters.calls.load(Ordering::Relaxed);
        report.rows += counters.rows.load(Ordering::Relaxed);
        report.dropped += counters.log_suppressed.load(Ordering::Relaxed);
        report.seconds +=
            std::time::Duration::from_nanos(counters.nanos.load(Ordering::Relaxed)).as_secs_f64();
        let lines = self.plugin.take_log().into_iter();
        report
            .log
            .extend(lines.map(|line| format!("{}: {}", line.level, line.message)));
    }
}

/// The files that were judged by their beginning, each a fault of its own: the answer may be another for
/// the whole.
fn in_part<'a>(
    found: &'a Evaluated,
    portion: &'a [usize],
    batch: &'a Batch<'_>,
) -> impl Iterator<Item = JudgeFault> + 'a {
    found.in_part.iter().filter_map(|(place, kept)| {
        let row = *portion.get(*place)?;
        let file = batch.events.get(row)?.file()?;
        let (path, size) = (&file.path, file.size);
        Some(JudgeFault {
            rows: vec![row],
            name: IN_PART,
            message: format!(
                "judged only the first {kept} of {size} bytes of {path}: no more of it is kept for \
                 rules; more is of a file unpacked on disk, and a rule that is bounded by `filesize` \
                 leaves larger files alone"
            ),
        })
    })
}

/// Our own Rego component says in these entries what the interface has no words for: that a rule warns at
/// most, and which other object it is about.
fn translate(draft: &mut Draft) {
    if draft.evidence.remove("merlon:advisory").is_some() {
        draft.strictest = Verdict::Warn;
    }
    if let Some(text) = draft.evidence.remove("merlon:object")
        && let Ok(object) = serde_json::from_str(&text)
    {
        draft.subject = Some(Subject::Object(object));
    }
}

/// The pseudo object that stands for the whole inventory is for policies only.
fn is_inventory(event: &Event) -> bool {
    event
        .object()
        .is_some_and(|object| object.kind == "Inventory" && object.api_version == "merlon.dev/v1")
}

/// Cuts the rows into calls, by number and by size.
fn portions<'a>(wanted: &'a [usize], events: &[Event]) -> Vec<&'a [usize]> {
    let size = |row: &usize| match events.get(*row).map(|event| &event.body) {
        Some(Body::Object(object)) => object.json.len(),
        // A file is not passed, but may be read.
        Some(Body::File(file)) => usize::try_from(file.size / READ).unwrap_or(TEXT),
        _ => 0,
    };
    let mut portions = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, row) in wanted.iter().enumerate() {
        let more = size(row);
        if at > start && (at - start >= ROWS || bytes + more > TEXT) {
            portions.extend(wanted.get(start..at));
            (start, bytes) = (at, 0);
        }
        bytes += more;
    }
    portions.extend(wanted.get(start..).filter(|rest| !rest.is_empty()));
    portions
}

impl From<merlon_runtime::Answer> for Draft {
    fn from(answer: merlon_runtime::Answer) -> Self {
        Self {
            rule: answer.rule,
            outcome: answer.outcome,
            strictest: Verdict::Deny,
            message: answer.message,
            container: answer.container,
            subject: None,
            location: answer.location,
            failed_paths: answer.failed_paths,
            fix_paths: answer.fix_paths,
            evidence: answer.evidence,
            distinct: answer.distinct,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_calls_in_order_and_none_is_lost() {
        let wanted: Vec<usize> = (0..600).collect();
        let cut = portions(&wanted, &[]);
        assert_eq!(
            cut.iter().map(|portion| portion.len()).collect::<Vec<_>>(),
            [256, 256, 88]
        );
        assert_eq!(cut.concat(), wanted);
        assert!(portions(&[], &[]).is_empty());
    }
}
