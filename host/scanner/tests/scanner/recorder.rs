//! A judge that allows everything and remembers what it was asked.

use std::path::Path;
use std::sync::{Arc, Mutex};

use merlon_matching::{Budget, CaseRule, Pattern, PatternSet, Source};
use merlon_model::{Body, Event, FileEvent, ImageConfig, Judge, Verdict};
use merlon_registry::{Access, Repositories};
use merlon_scanner::{Demand, Limits, ScanError, Scanner, Silent, Stats, Target};

#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<Event>>);

impl Judge for Recorder {
    fn judge(&self, events: &[Event]) -> Vec<Verdict> {
        self.0.lock().unwrap().extend_from_slice(events);
        vec![Verdict::Allow; events.len()]
    }
}

/// What a scan gave.
pub(crate) struct Scanned {
    pub(crate) stats: Stats,
    pub(crate) events: Vec<Event>,
}

impl Scanned {
    pub(crate) fn files(&self) -> Vec<Arc<FileEvent>> {
        let files = self.events.iter().filter_map(|event| match &event.body {
            Body::File(file) => Some(Arc::clone(file)),
            _ => None,
        });
        files.collect()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.files().iter().map(|file| file.path.clone()).collect();
        paths.sort();
        paths
    }

    pub(crate) fn file(&self, path: &str) -> Arc<FileEvent> {
        let file = self.files().into_iter().find(|file| file.path == path);
        file.unwrap_or_else(|| panic!("no event for {path}, only for {:?}", self.paths()))
    }

    pub(crate) fn config(&self) -> Arc<ImageConfig> {
        match &self.events[0].body {
            Body::ImageConfig(config) => Arc::clone(config),
            other => panic!("the first event is {other:?}"),
        }
    }

    /// What is wrong, in one text.
    pub(crate) fn problems(&self) -> String {
        self.stats
            .problems
            .iter()
            .map(|problem| format!("{problem}\n"))
            .collect()
    }
}

pub(crate) fn patterns(regexes: &[&str]) -> PatternSet {
    let patterns = regexes.iter().zip(0..).map(|(regex, id)| Pattern {
        ruleset: 0,
        id,
        source: Source::Regex((*regex).to_owned()),
        case: CaseRule::Sensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    });
    let (set, refusals) = PatternSet::compile(patterns.collect(), &Budget::default());
    assert!(refusals.is_empty(), "{refusals:?}");
    set
}

pub(crate) struct Options {
    pub(crate) demand: Demand,
    pub(crate) limits: Limits,
    pub(crate) platform: Option<&'static str>,
    pub(crate) regexes: &'static [&'static str],
    pub(crate) registries: Repositories,
    pub(crate) jobs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            demand: Demand::All,
            limits: Limits::default(),
            platform: Some("linux/amd64"),
            regexes: &["AKIA[A-Z2-7]{16}"],
            registries: Repositories::new(Access::default()),
            jobs: 2,
        }
    }
}

pub(crate) fn try_scan(target: &Target, options: &Options) -> Result<Scanned, ScanError> {
    let judge = Recorder::default();
    let stats = scan_for(&judge, target, options)?;
    Ok(Scanned {
        stats,
        events: judge.0.into_inner().unwrap(),
    })
}

/// Scans for another judge.
pub(crate) fn scan_for(
    judge: &dyn Judge,
    target: &Target,
    options: &Options,
) -> Result<Stats, ScanError> {
    Scanner {
        patterns: &patterns(options.regexes),
        judge,
        limits: options.limits.clone(),
        demand: options.demand,
        platform: options.platform.map(str::to_owned),
        jobs: options.jobs,
        registries: &options.registries,
        memory: None,
        progress: &Silent,
    }
    .scan(target)
}

pub(crate) fn scan(target: &Target) -> Scanned {
    try_scan(target, &Options::default()).unwrap()
}

/// Scans a path as what it is recognised as.
pub(crate) fn recognised(path: &Path, options: &Options) -> Scanned {
    try_scan(&Target::recognise(path).unwrap(), options).unwrap()
}
