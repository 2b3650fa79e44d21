//! Reading the content: which files are read by themselves, what they include, which rules they declare.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use boreal_parser::expression::ExpressionKind;
use boreal_parser::file::YaraFileComponent;
use boreal_parser::rule::Rule as Source;
use merlon_sdk::Rule;

use crate::book::{Book, Entry, Namespace};
use crate::compiler::MODULES;
use crate::files::{Files, files};
use crate::gate::{self, Clauses, Named};
use crate::is_rule_file;
use crate::need::{Literals, Need};
use crate::refusal::Refusal;
use crate::split::{self, Item, Kind};
use crate::{meta, walk};

/// Files that include each other.
const DEPTH: usize = 16;
/// Rules in all, over what the host takes.
const RULES: usize = 30_000;

/// Everything that was learnt from the content.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) book: Book,
    pub(crate) literals: Literals,
    /// The described rules, one for each entry with an id.
    pub(crate) rules: Vec<Rule>,
    /// What is left out, by place of the file.
    pub(crate) refused: Vec<(u32, Refusal)>,
}

/// Reads every file of the content, by path.
pub(crate) fn load(texts: &BTreeMap<String, String>) -> Loaded {
    let outlines: BTreeMap<&str, Vec<Item>> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), split::items(text)))
        .collect();
    let mut loader = Loader {
        texts,
        outlines,
        loaded: Loaded::default(),
        ids: BTreeSet::new(),
        listed: BTreeSet::new(),
    };
    loader.loaded.book.files = texts.keys().cloned().collect();
    let included = loader.included();
    let by_itself = |path: &&String| is_rule_file(path) && !included.contains(*path);
    for path in texts.keys().filter(by_itself) {
        loader.root(path);
    }
    loader.loaded
}

struct Loader<'a> {
    texts: &'a BTreeMap<String, String>,
    outlines: BTreeMap<&'a str, Vec<Item>>,
    loaded: Loaded,
    /// Ids that are taken.
    ids: BTreeSet<String>,
    /// Rules with an id, by file and place: one that is included again has no findings of its own.
    listed: BTreeSet<(String, usize)>,
}

/// The namespace that is being read.
#[derive(Default)]
struct Scope {
    imports: BTreeSet<String>,
    rules: HashMap<String, (u32, Need, Files)>,
}

impl Loader<'_> {
    /// Files that are part of another one. A file of nothing but includes is an index: what it names stands
    /// by itself.
    fn included(&self) -> BTreeSet<String> {
        let mut included = BTreeSet::new();
        for (path, items) in &self.outlines {
            if items.iter().any(|item| item.kind == Kind::Rule) {
                let targets = items.iter().filter(|item| item.kind == Kind::Include);
                let paths = targets.filter_map(|item| self.target(path, item).ok());
                included.extend(paths.filter(|target| target != path));
            }
        }
        included
    }

    fn root(&mut self, path: &str) {
        let place = self.loaded.book.namespaces.len();
        self.loaded.book.namespaces.push(Namespace {
            name: path.to_owned(),
            ..Namespace::default()
        });
        let mut scope = Scope::default();
        self.file(path, &mut scope, 0);
        if let Some(namespace) = self.loaded.book.namespaces.get_mut(place) {
            namespace.imports = scope.imports.into_iter().collect();
        }
    }

    fn file(&mut self, path: &str, scope: &mut Scope, depth: usize) {
        let items = self.outlines.get(path).cloned().unwrap_or_default();
        let index = items.iter().all(|item| item.kind != Kind::Rule);
        for item in items {
            match item.kind {
                Kind::Import => self.import(path, &item, scope),
                Kind::Include => match self.target(path, &item) {
                    Ok(_) if index => {}
                    Ok(target) if depth < DEPTH => self.file(&target, scope, depth + 1),
                    Ok(_) => self.refuse(path, &item, "include", "files include each other"),
                    Err(refusal) => self.note(path, &item, refusal),
                },
                Kind::Rule => self.rule(path, &item, scope),
            }
        }
    }

    fn import(&mut self, path: &str, item: &Item, scope: &mut Scope) {
        match self.parsed(path, item) {
            Ok(YaraFileComponent::Import(import)) => {
                if MODULES.contains(&import.name.as_str()) {
                    scope.imports.insert(import.name);
                } else {
                    let what = format!("import {}", import.name);
                    let reason = format!(
                        "there is no such module here; there are {}",
                        MODULES.join(", ")
                    );
                    self.refuse(path, item, &what, &reason);
                }
            }
            Ok(_) => {}
            Err(refusal) => self.note(path, item, refusal),
        }
    }

    fn rule(&mut self, path: &str, item: &Item, scope: &mut Scope) {
        match self.parsed(path, item) {
            Ok(YaraFileComponent::Rule(rule)) if self.loaded.book.rules.len() < RULES => {
                self.add(path, item, &rule, scope);
            }
            Ok(YaraFileComponent::Rule(rule)) => {
                self.refuse(path, item, &rule.name, "there are too many rules");
            }
            Ok(_) => {}
            Err(refusal) => self.note(path, item, refusal),
        }
    }

    fn add(&mut self, path: &str, item: &Item, rule: &Source, scope: &mut Scope) {
        if scope.rules.contains_key(&rule.name) {
            return self.refuse(
                path,
                item,
                &rule.name,
                "the namespace has a rule of that name",
            );
        }
        let place = u32::try_from(self.loaded.book.rules.len()).unwrap_or(u32::MAX);
        let need = gate::need(rule, scope, &mut self.loaded.literals);
        let named = |name: &str| scope.rules.get(name).map(|(_, _, files)| *files);
        let files = files(&rule.condition, &named);
        let (uses, modules) = dependencies(rule, scope);
        let reported = !rule.is_private && self.listed.insert((path.to_owned(), item.range.start));
        let id = reported.then(|| self.id(&rule.name, path));
        if let Some(id) = &id {
            self.loaded.rules.push(meta::described(id, rule));
        }
        let namespaces = &mut self.loaded.book.namespaces;
        if rule.is_global
            && let Some(namespace) = namespaces.last_mut()
        {
            namespace.globals.push(place);
        }
        self.loaded.book.rules.push(Entry {
            name: rule.name.clone(),
            namespace: u32::try_from(namespaces.len().saturating_sub(1)).unwrap_or(u32::MAX),
            file: self.place(path),
            range: item.range.clone(),
            uses,
            modules,
            id,
            clauses: Clauses::of(&need),
            files,
        });
        scope.rules.insert(rule.name.clone(), (place, need, files));
    }

    /// Lower-case words joined by `-`. Where the name is taken, the file's name follows it.
    fn id(&mut self, name: &str, path: &str) -> String {
        let word = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        };
        let slug = |text: &str, most: usize| text.chars().take(most).map(word).collect::<String>();
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        let plain = slug(name, 120);
        let longer = format!("{}-{}", slug(name, 72), slug(stem, 40));
        let counted = (2..).map(|count| format!("{longer}-{count}"));
        let mut choices = [plain, longer.clone()].into_iter().chain(counted);
        let id = choices
            .find(|id| !self.ids.contains(id))
            .unwrap_or_default();
        self.ids.insert(id.clone());
        id
    }

    /// The path that an include means: next to the file, or from the top of the content.
    fn target(&self, path: &str, item: &Item) -> Result<String, Refusal> {
        let YaraFileComponent::Include(include) = self.parsed(path, item)? else {
            return Err(unexpected("include"));
        };
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        let candidates = [joined(dir, &include.path), joined("", &include.path)];
        let mut known = candidates.into_iter().flatten();
        known
            .find(|path| self.texts.contains_key(path))
            .ok_or_else(|| Refusal {
                what: format!("include {}", include.path),
                reason: "the content has no such file".to_owned(),
                span: include.span,
            })
    }

    fn parsed(&self, path: &str, item: &Item) -> Result<YaraFileComponent, Refusal> {
        let text = self
            .texts
            .get(path)
            .and_then(|text| text.get(item.range.clone()));
        let text = text.unwrap_or("");
        let parsed = boreal_parser::parse(text)
            .map_err(|error| Refusal::of(&name_of(text), error.to_diagnostic()))?;
        let mut components = parsed.components.into_iter();
        components.next().ok_or_else(|| unexpected("item"))
    }

    fn place(&self, path: &str) -> u32 {
        let place = self
            .loaded
            .book
            .files
            .binary_search_by(|known| known.as_str().cmp(path));
        u32::try_from(place.unwrap_or(usize::MAX)).unwrap_or(u32::MAX)
    }

    fn refuse(&mut self, path: &str, item: &Item, what: &str, reason: &str) {
        let text = self
            .texts
            .get(path)
            .and_then(|text| text.get(item.range.clone()));
        let blank = text.map_or(0, |text| text.len() - text.trim_start().len());
        let refusal = Refusal {
            what: what.to_owned(),
            reason: reason.to_owned(),
            span: blank..blank,
        };
        self.note(path, item, refusal);
    }

    fn note(&mut self, path: &str, item: &Item, refusal: Refusal) {
        let file = self.place(path);
        self.loaded
            .refused
            .push((file, refusal.behind(item.range.start)));
    }
}

impl Named for Scope {
    fn need_of(&self, rule: &str) -> Option<&Need> {
        self.rules.get(rule).map(|(_, need, _)| need)
    }

    fn needs_with_prefix(&self, prefix: &str) -> Vec<&Need> {
        let rules = self.rules.iter();
        rules
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(_, (_, need, _))| need)
            .collect()
    }
}

/// The rules and the modules that a condition names.
fn dependencies(rule: &Source, scope: &Scope) -> (Vec<u32>, Vec<String>) {
    let mut rules = BTreeSet::new();
    let mut modules = BTreeSet::new();
    walk::everything(&rule.condition, &mut |part| match &part.expr {
        ExpressionKind::Identifier(identifier) => {
            rules.extend(scope.rules.get(&identifier.name).map(|(place, ..)| *place));
            modules.extend(scope.imports.get(&identifier.name).cloned());
        }
        ExpressionKind::ForIdentifiers {
            iterator: boreal_parser::expression::ForIterator::Identifier(identifier),
            ..
        } => modules.extend(scope.imports.get(&identifier.name).cloned()),
        ExpressionKind::ForRules { set, .. } => {
            for element in &set.elements {
                let chosen = |name: &str| match element.is_wildcard {
                    true => name.starts_with(&element.name),
                    false => name == element.name,
                };
                let found = scope.rules.iter().filter(|(name, _)| chosen(name));
                rules.extend(found.map(|(_, (place, ..))| *place));
            }
        }
        _ => {}
    });
    (rules.into_iter().collect(), modules.into_iter().collect())
}

/// The word behind `rule`, for a rule that does not parse.
fn name_of(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let behind = words.by_ref().skip_while(|word| *word != "rule").nth(1);
    behind.unwrap_or("").to_owned()
}

fn unexpected(what: &str) -> Refusal {
    Refusal {
        what: what.to_owned(),
        reason: "it cannot be read".to_owned(),
        span: 0..0,
    }
}

/// A path below `dir` without `.` and `..`; nothing when it leaves the content.
fn joined(dir: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
