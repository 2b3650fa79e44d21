//! The host's matcher and the plugin, in one.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use merlon_matching::{Budget, CaseRule, Detail, Pattern, PatternSet, Scratch, Source};
use merlon_model::Hit;
use merlon_plugin_secrets::Secrets;
use merlon_sdk::Manifest;
use merlon_sdk::bindings::merlon::plugin::types::PatternSource;
use merlon_sdk::json::Value as Json;
use merlon_sdk::test::{Answer, Harness, TestRow};
use merlon_yaml::{Limits, Node, parse};

/// Every item of the YAML files of a folder.
pub(crate) fn documents(folder: &str) -> Vec<Json> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let documents = parse(&text, &file.display().to_string(), &Limits::default());
        assert!(documents.problems.is_empty(), "{:?}", documents.problems);
        let items = documents.documents.iter().flat_map(Node::items);
        cases.extend(items.map(Node::to_json));
    }
    cases
}

fn patterns(manifest: &Manifest) -> PatternSet {
    let patterns = manifest.patterns.iter().map(|pattern| Pattern {
        ruleset: 0,
        id: pattern.id,
        source: match &pattern.source {
            PatternSource::Literal(bytes) => Source::Literal(bytes.clone()),
            PatternSource::Regex(regex) => Source::Regex(regex.clone()),
        },
        case: CaseRule::Sensitive,
        files: pattern.files.clone(),
        detail: Detail::Places,
    });
    let (set, refusals) = PatternSet::compile(patterns.collect(), &Budget::default());
    let reasons: Vec<String> = refusals
        .iter()
        .map(|refusal| {
            let regex = &manifest.patterns[refusal.pattern as usize];
            format!("{:?} {}", regex.source, refusal.reason)
        })
        .collect();
    assert!(reasons.is_empty(), "{reasons:#?}");
    set
}

fn row(path: &str, kind: &str, hits: &[Hit]) -> TestRow {
    let numbers = |read: fn(&Hit) -> u64| -> Vec<u64> { hits.iter().map(read).collect() };
    let texts = |read: fn(&Hit) -> String| -> Vec<String> { hits.iter().map(read).collect() };
    TestRow::new()
        .with("path", path)
        .with("type", kind)
        .with("hits.pattern", numbers(|hit| u64::from(hit.pattern)))
        .with("hits.offset", numbers(|hit| hit.offset))
        .with("hits.length", numbers(|hit| u64::from(hit.length)))
        .with("hits.line", numbers(|hit| u64::from(hit.line)))
        .with("hits.column", numbers(|hit| u64::from(hit.column)))
        .with("hits.text", texts(|hit| hit.text.clone()))
        .with("hits.context", texts(|hit| hit.context.clone()))
}

/// Compiling all patterns takes seconds without optimisation: one set serves every test.
static SHIPPED: OnceLock<Arc<PatternSet>> = OnceLock::new();

pub(crate) struct Scanner {
    pub(crate) harness: Harness<Secrets>,
    pub(crate) set: Arc<PatternSet>,
}

impl Scanner {
    pub(crate) fn new(settings: &str) -> Self {
        let harness = Harness::<Secrets>::start(settings).unwrap();
        let shipped = !["rules", "disable"]
            .iter()
            .any(|key| settings.contains(key));
        let compile = || Arc::new(patterns(harness.manifest()));
        let set = if shipped {
            SHIPPED.get_or_init(compile).clone()
        } else {
            compile()
        };
        Self { harness, set }
    }

    pub(crate) fn scan(&mut self, path: &str, content: &str) -> (Vec<Hit>, Vec<Answer>) {
        self.scan_as("text", path, content.as_bytes())
    }

    pub(crate) fn scan_as(
        &mut self,
        kind: &str,
        path: &str,
        content: &[u8],
    ) -> (Vec<Hit>, Vec<Answer>) {
        let found = self.set.scan(path, content, &mut Scratch::new());
        let hits: Vec<Hit> = found.into_iter().flat_map(|hits| hits.hits).collect();
        let answers = self
            .harness
            .judge("file.content", &[row(path, kind, &hits)])
            .unwrap();
        (hits, answers)
    }
}

pub(crate) fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {json}"))
}
