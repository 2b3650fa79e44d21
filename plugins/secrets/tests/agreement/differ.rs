//! Both ways of finding the matches of a file, and the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use merlon_matching::{Budget, CaseRule, Detail, Pattern, PatternSet, Scratch, Source};
use merlon_model::Hits;
use merlon_plugin_secrets::Secrets;
use merlon_sdk::bindings::merlon::plugin::types::PatternSource;
use merlon_sdk::test::Harness;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

// So that a stream ends its pieces inside examples, and at the borders that readers use.
const PIECES: [usize; 3] = [4_099, 64 << 10, 1 << 20];
// Longer texts of hits are cut.
const TEXT: usize = 4 << 10;

/// A file in memory.
pub(crate) struct File {
    name: String,
    content: Vec<u8>,
}

impl File {
    pub(crate) fn new(name: impl Into<String>, content: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            content,
        }
    }
}

/// Where a pattern holds: offset, length, and the text of its first group.
type Place = (usize, usize, String);

/// The patterns of all rules, for both ways.
pub(crate) struct Differ {
    alone: BTreeMap<u32, Regex>,
    set: PatternSet,
    window: usize,
}

/// What was compared.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    files: usize,
    bytes: usize,
    /// Of a pattern and a file.
    pub(crate) pairs: usize,
    /// Pairs beyond a documented limit.
    pub(crate) left_out: usize,
    pub(crate) matches: usize,
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} pairs of a pattern and a file compared, {} left out; {} files, {} bytes, {} matches",
            self.pairs, self.left_out, self.files, self.bytes, self.matches
        )
    }
}

impl Differ {
    pub(crate) fn new() -> Self {
        let harness = Harness::<Secrets>::start("{}").unwrap();
        let budget = Budget {
            hits_per_pattern_and_file: usize::MAX,
            ..Budget::default()
        };
        let mut alone = BTreeMap::new();
        let mut patterns = Vec::new();
        for declared in &harness.manifest().patterns {
            let PatternSource::Regex(text) = &declared.source else {
                panic!("pattern {} is no regex", declared.id);
            };
            let syntax = syntax::Config::new().unicode(false).utf8(false);
            let syntax = syntax.case_insensitive(declared.nocase);
            // Not even the one that the regex engine would choose for itself.
            let plain = Regex::config().auto_prefilter(false);
            let mut builder = Regex::builder();
            let regex = builder.configure(plain).syntax(syntax).build(text).unwrap();
            alone.insert(declared.id, regex);
            patterns.push(Pattern {
                ruleset: 0,
                id: declared.id,
                source: Source::Regex(text.clone()),
                case: if declared.nocase {
                    CaseRule::Insensitive
                } else {
                    CaseRule::Sensitive
                },
                // Every pattern meets every file.
                files: None,
                detail: Detail::Places,
            });
        }
        let (set, refusals) = PatternSet::compile(patterns, &budget);
        assert!(refusals.is_empty(), "{refusals:?}");
        Self {
            alone,
            set,
            window: budget.window,
        }
    }

    /// Stops at a file in which both ways differ.
    pub(crate) fn compare(&self, files: Vec<File>) -> Sum {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut scratch = Scratch::new();
            let mut sum = Sum::default();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.file(file, &mut scratch, &mut sum);
            }
            sum
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut total = Sum::default();
            for worker in workers {
                let sum = worker.join().unwrap();
                total.files += sum.files;
                total.bytes += sum.bytes;
                total.pairs += sum.pairs;
                total.left_out += sum.left_out;
                total.matches += sum.matches;
            }
            total
        })
    }

    fn file(&self, file: &File, scratch: &mut Scratch, sum: &mut Sum) {
        sum.files += 1;
        sum.bytes += file.content.len();
        let hits = self.set.scan("file", &file.content, scratch);
        for size in PIECES {
            let mut stream = self.set.stream("file", scratch);
            for piece in file.content.chunks(size) {
                stream.push(piece);
            }
            assert!(
                stream.finish() == hits,
                "{}: pieces of {size} bytes find something else",
                file.name
            );
        }
        // It is not told whose work was used up.
        if hits.iter().any(|hits| hits.suppressed > 0) {
            sum.left_out += self.alone.len();
            return;
        }
        let found = places(&hits);
        let none = Vec::new();
        for (pattern, regex) in &self.alone {
            let wanted = search(regex, &file.content);
            if wanted.iter().any(|(_, length, _)| *length > self.window) {
                sum.left_out += 1;
                continue;
            }
            let found = found.get(pattern).unwrap_or(&none);
            assert!(
                *found == wanted,
                "{}: pattern {pattern}: {}",
                file.name,
                difference(found, &wanted)
            );
            sum.pairs += 1;
            sum.matches += wanted.len();
        }
    }
}

fn places(hits: &[Hits]) -> BTreeMap<u32, Vec<Place>> {
    let mut places: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
    for hit in hits.iter().flat_map(|hits| &hits.hits) {
        let offset = usize::try_from(hit.offset).unwrap();
        let length = usize::try_from(hit.length).unwrap();
        let place = (offset, length, hit.text.clone());
        places.entry(hit.pattern).or_default().push(place);
    }
    places
}

fn search(regex: &Regex, content: &[u8]) -> Vec<Place> {
    let matches = regex.captures_iter(content).map(|captures| {
        let whole = captures.get_match().unwrap();
        let text = captures.get_group(1).unwrap_or(whole.span());
        let mut text = content[text.start..text.end].to_vec();
        text.truncate(TEXT);
        let mut text = String::from_utf8_lossy(&text).into_owned();
        text.truncate(text.floor_char_boundary(TEXT));
        (whole.start(), whole.len(), text)
    });
    matches.collect()
}

/// Only places: the texts may be secrets of this machine.
fn difference(found: &[Place], wanted: &[Place]) -> String {
    let only = |one: &[Place], other: &[Place]| -> Vec<(usize, usize)> {
        let other: BTreeSet<&Place> = other.iter().collect();
        let only = one.iter().filter(|place| !other.contains(place));
        only.map(|(offset, length, _)| (*offset, *length)).collect()
    };
    format!(
        "lost {:?}, invented {:?} (offset, length)",
        only(wanted, found),
        only(found, wanted)
    )
}
