//! YARA in the sandbox: unmodified rule files, run by the engine `boreal`.
//!
//! The host looks for literals, this plugin for rules. When it is described it reads the syntax trees of
//! all rules and finds out what a file must contain for each of them ([`gate`]); the host looks for that
//! in its one pass. Only for a file in which all of it was found are the rule's text compiled, the file's
//! bytes read and the rule run. Rules that can hold without any string are tried on every file of the
//! types and sizes that their conditions leave.

mod base64;
mod book;
mod check;
mod compiler;
mod cover;
mod files;
mod gate;
mod index;
mod loader;
mod meta;
mod need;
mod piece;
mod reach;
mod refusal;
mod report;
mod required;
mod scanners;
mod settings;
mod split;
mod subject;
mod sum;
mod texts;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use merlon_sdk::host::log::Level;
use merlon_sdk::prelude::*;

use book::Book;
use cover::Case;
use index::Index;
use refusal::Refusal;
use scanners::Scanners;
use settings::{Check, Settings};
use subject::Subject;

/// The endings of rule files.
const ENDINGS: [&str; 4] = [".yar", ".yara", ".rule", ".rules"];

/// The rules of one ruleset.
#[derive(Debug)]
pub struct Yara {
    book: Book,
    index: Index,
    rules: Vec<Rule>,
    /// Rules by namespace and name.
    names: HashMap<(String, String), u32>,
    scanners: Scanners,
}

impl Plugin for Yara {
    fn new(settings: &str) -> Result<Self, String> {
        let settings = Settings::parse(settings)?;
        let texts = texts()?;
        let loaded = loader::load(&texts);
        let mut plugin = Self {
            index: Index::of(&loaded.book, &loaded.literals),
            rules: loaded.rules,
            names: names(&loaded.book),
            scanners: Scanners::default(),
            book: loaded.book,
        };
        if settings.check == Check::Full {
            plugin.explain(loaded.refused, &texts);
        }
        Ok(plugin)
    }

    fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new().rules(self.rules.iter().cloned());
        manifest = match self.index.filter(&self.book) {
            Some(filter) => manifest.subscribe_where("file.content", &subject::FIELDS, &filter),
            None => manifest.subscribe("file.content", &subject::FIELDS),
        };
        for (id, literal) in (0..).zip(&self.index.patterns) {
            let pattern = Pattern::literal(id, &literal.bytes);
            manifest = manifest.pattern(match literal.case {
                Case::Same => pattern,
                Case::Any => pattern.ignore_case(),
            });
        }
        manifest
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        for row in batch.rows() {
            findings.extend(self.file(row)?);
        }
        Ok(findings)
    }
}

merlon_sdk::plugin!(Yara);

impl Yara {
    /// Tells the operator what is left out and what costs more than it should. A rule that does not compile
    /// keeps its place in the manifest, and says there why it never holds.
    fn explain(&mut self, mut refused: Vec<(u32, Refusal)>, texts: &BTreeMap<String, String>) {
        for (rule, refusal) in check::check(&mut self.book, texts) {
            let Some(entry) = self.book.rule(rule) else {
                continue;
            };
            let listed = self
                .rules
                .iter_mut()
                .find(|listed| entry.id.as_ref() == Some(&listed.id));
            if let Some(listed) = listed {
                listed.title = format!("Refused: {}", refusal.reason);
            }
            refused.push((entry.file, refusal));
        }
        for (file, refusal) in refused {
            let path = usize::try_from(file)
                .ok()
                .and_then(|file| self.book.files.get(file));
            let path = path.map_or("", String::as_str);
            let text = texts.get(path).map_or("", String::as_str);
            log::write(Level::Warn, &refusal.shown(path, text));
        }
        self.index.explain(&self.book);
    }

    fn file(&mut self, row: Row<'_>) -> Result<Vec<Finding>, String> {
        let mut subject = Subject::of(row);
        let hits: Vec<u32> = row.hits().map(|hit| hit.pattern).collect();
        let candidates = self.index.candidates(&self.book, &hits, &mut subject)?;
        let sets = [candidates.gated, candidates.ungated];
        let mut findings: Vec<Finding> = Vec::new();
        if sets.iter().any(|rules| !rules.is_empty()) {
            subject.read()?;
        }
        for rules in sets.into_iter().filter(|rules| !rules.is_empty()) {
            let found = self.judge(row, &subject, rules)?;
            // A rule that another one names may be in both.
            let known: BTreeSet<&str> = findings.iter().map(Finding::rule).collect();
            let new = |finding: &Finding| !known.contains(finding.rule());
            let new: Vec<Finding> = found.into_iter().filter(new).collect();
            findings.extend(new);
        }
        Ok(findings)
    }

    fn judge(
        &mut self,
        row: Row<'_>,
        subject: &Subject<'_>,
        rules: Vec<u32>,
    ) -> Result<Vec<Finding>, String> {
        let scanner = self.scanners.of(rules, &self.book)?;
        subject.define(scanner);
        let result = match scanner.scan_mem(subject.bytes()) {
            Ok(result) => result,
            Err((error, _)) => return Err(error.to_string()),
        };
        let mut findings = Vec::new();
        for rule in &result.rules {
            let key = (rule.namespace.to_owned(), rule.name.to_owned());
            let entry = self
                .names
                .get(&key)
                .and_then(|place| self.book.rule(*place));
            if let Some(id) = entry.and_then(|entry| entry.id.as_deref()) {
                findings.push(report::finding(row, id, rule, scanner));
            }
        }
        Ok(findings)
    }
}

fn names(book: &Book) -> HashMap<(String, String), u32> {
    let rules = (0..).zip(&book.rules);
    rules
        .map(|(place, rule)| {
            let namespace = book.namespace(rule).map_or("", |namespace| &namespace.name);
            ((namespace.to_owned(), rule.name.clone()), place)
        })
        .collect()
}

/// Read by itself; a file of another name is read when it is included.
fn is_rule_file(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// The files of the content, by path: rule files, and what these may include.
fn texts() -> Result<BTreeMap<String, String>, String> {
    let mut texts = BTreeMap::new();
    for path in ruleset::files() {
        let bytes = ruleset::read(&path)?;
        if std::str::from_utf8(&bytes).is_err() {
            log::write(
                Level::Warn,
                &format!("{path} is not UTF-8: what is not is replaced"),
            );
        }
        texts.insert(path, text(&bytes));
    }
    Ok(texts)
}

/// The text of a rule file.
fn text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}
