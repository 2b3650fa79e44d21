//! A host for the plugin: finds its patterns the slow way, applies its prefilter and shows it the files.

use std::collections::BTreeMap;

use merlon_plugin_yara::Yara;
use merlon_scanner::file_type;
use merlon_sdk::bindings::merlon::plugin::types::{
    Batch, Column, Finding, Manifest, NumberLists, PatternSource,
};
use merlon_sdk::fake::{RowWorld, World, with_world};
use merlon_sdk::instance::Instance;

/// The plugin with some rule files.
pub(crate) struct Host {
    instance: Instance<Yara>,
    pub(crate) manifest: Manifest,
    /// What it logged while it was described.
    pub(crate) log: Vec<String>,
}

impl Host {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        Self::with_settings(files, "{}")
    }

    pub(crate) fn with_settings(files: &[(&str, &str)], settings: &str) -> Self {
        with_world(|world| {
            let files = files.iter();
            let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
            *world = World::default();
            world.files = files.collect();
        });
        let (instance, manifest) = Instance::start(settings).unwrap();
        Self {
            instance,
            manifest,
            log: with_world(|world| std::mem::take(&mut world.lines)),
        }
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.manifest
            .rules
            .iter()
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// The patterns that are in the file, as the host would find them.
    pub(crate) fn hits(&self, bytes: &[u8]) -> Vec<u64> {
        let lower = bytes.to_ascii_lowercase();
        let patterns = self.manifest.patterns.iter();
        let found = patterns.filter(|pattern| match &pattern.source {
            PatternSource::Literal(literal) if pattern.nocase => {
                contains(&lower, &literal.to_ascii_lowercase())
            }
            PatternSource::Literal(literal) => contains(bytes, literal),
            PatternSource::Regex(_) => panic!("the plugin declares literals only"),
        });
        found.map(|pattern| u64::from(pattern.id)).collect()
    }

    /// The findings in one file.
    pub(crate) fn judge(&mut self, path: &str, bytes: &[u8]) -> Vec<Finding> {
        let hits = self.hits(bytes);
        self.judge_with(path, bytes, hits)
    }

    /// The findings in one file of which the hits are known.
    pub(crate) fn judge_with(&mut self, path: &str, bytes: &[u8], hits: Vec<u64>) -> Vec<Finding> {
        let filter = self.manifest.subscriptions[0].where_.clone();
        // Filters with more than hits are the engine's to test.
        if hits.is_empty() && filter.as_deref() == Some("hits > 0") {
            return Vec::new();
        }
        with_world(|world| {
            world.rows = vec![RowWorld {
                content: Some(bytes.to_vec()),
                ..RowWorld::default()
            }];
        });
        let count = u32::try_from(hits.len()).unwrap();
        let kind = file_type(bytes).name().to_owned();
        let batch = Batch {
            subscription: 0,
            rows: 1,
            strings: vec![String::new(), path.to_owned(), kind],
            columns: vec![
                Column::Texts(vec![1]),
                Column::Numbers(vec![bytes.len() as u64]),
                Column::Texts(vec![2]),
                Column::Numbers(vec![0]),
                Column::NumberLists(NumberLists {
                    ends: vec![count],
                    items: hits,
                }),
            ],
        };
        self.instance.evaluate(&batch).unwrap()
    }

    /// The ids of the rules that hold.
    pub(crate) fn rules(&mut self, path: &str, bytes: &[u8]) -> Vec<String> {
        let findings = self.judge(path, bytes);
        let names = findings.iter().map(|finding| finding.rule as usize);
        let mut names: Vec<String> = names
            .map(|rule| self.manifest.rules[rule].id.clone())
            .collect();
        names.sort();
        names
    }
}

fn contains(bytes: &[u8], literal: &[u8]) -> bool {
    bytes
        .windows(literal.len().max(1))
        .any(|window| window == literal)
}

/// Texts by name, for evidence.
pub(crate) fn evidence(finding: &Finding) -> BTreeMap<&str, &str> {
    let pairs = finding.evidence.iter();
    pairs
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}
