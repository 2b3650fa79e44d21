//! From files to a ruleset: the description is checked, then the files it names are found and read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use merlon_yaml::Node;

use crate::definition::Definition;
use crate::digest;
use crate::document::{Document, Spanned};
use crate::error::ArtifactError;
use crate::folder;
use crate::pattern::Pattern;
use crate::requires::{limits, requires};
use crate::rules::{name, required, rules};
use crate::ruleset::{DEFINITION, Ruleset};
use crate::settings::Schema;
use crate::source::{COUNT_CAP, FILE_CAP, PLUGIN_CAP, Source, TOTAL_CAP};

type Files = BTreeMap<String, Cow<'static, [u8]>>;

pub(crate) fn read(mut source: Source, place: &str) -> Result<Ruleset, ArtifactError> {
    let bytes = match source.read(DEFINITION, FILE_CAP)? {
        Some(bytes) => bytes,
        None => match folder::definition(&source, place)? {
            Some(text) => Cow::Owned(text.into_bytes()),
            None => {
                return Err(ArtifactError::NoDefinition {
                    place: place.to_owned(),
                });
            }
        },
    };
    let file = match &source {
        Source::Directory(_) | Source::Carried(_) => {
            format!("{}/{DEFINITION}", place.trim_end_matches('/'))
        }
        Source::Embedded(_) => DEFINITION.to_owned(),
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (mut document, tree) = Document::parse(&file, &text);
    let mut reading = Reading {
        document: &mut document,
        source: &source,
        files: Files::new(),
    };
    let read = match &tree {
        Some(tree) => Some(reading.ruleset(tree)?),
        None => None,
    };
    let mut files = reading.files;
    let problems = document.into_problems();
    match read {
        Some((definition, schema)) if problems.is_empty() => {
            files.insert(DEFINITION.to_owned(), bytes);
            let mut cases = BTreeSet::new();
            if let Ok(pattern) = Pattern::parse("cases/**") {
                source.matching(&pattern, &mut cases)?;
            }
            source.keep_only(&cases);
            Ok(Ruleset {
                digest: digest::of_files(&files),
                definition,
                files,
                cases,
                schema,
                source,
            })
        }
        _ => Err(ArtifactError::Invalid { problems }),
    }
}

const KEYS: [&str; 13] = [
    "apiVersion",
    "kind",
    "id",
    "version",
    "title",
    "rules",
    "plugin",
    "policies",
    "engine",
    "content",
    "settings",
    "requires",
    "limits",
];

struct Reading<'d, 'f> {
    document: &'d mut Document<'f>,
    source: &'d Source,
    files: Files,
}

impl Reading<'_, '_> {
    fn ruleset(&mut self, tree: &Node) -> Result<(Definition, Option<Schema>), ArtifactError> {
        if !self.document.expect_map(tree, "a ruleset", &KEYS) {
            return Ok(Default::default());
        }
        self.header(tree);
        let (capabilities, fields) = requires(self.document, tree);
        let schema = self.schema(tree);
        let definition = Definition {
            id: name(self.document, tree, "a ruleset"),
            version: self.version(tree),
            title: required(self.document, tree, "title", "a ruleset"),
            rules: rules(self.document, tree),
            plugin: self.plugin(tree)?,
            policies: self.globs(tree, "policies")?,
            engine: self.document.text(tree, "engine").map(|engine| engine.text),
            content: self.globs(tree, "content")?,
            settings: Document::present(tree, "settings").map(Node::to_json),
            capabilities,
            fields,
            limits: Document::present(tree, "limits")
                .map(|node| limits(self.document, node))
                .unwrap_or_default(),
        };
        self.judges(tree);
        Ok((definition, schema))
    }

    fn header(&mut self, tree: &Node) {
        for (key, value) in [("apiVersion", "merlon.dev/v1"), ("kind", "Ruleset")] {
            if let Some(found) = self.document.required_text(tree, key, "a ruleset")
                && found.text != value
            {
                let message = format!("`{key}` is `{}`", found.text);
                let hint = format!("this version of Merlon reads `{value}`");
                self.document.error_with_hint(found.span, message, hint);
            }
        }
    }

    /// Something has to judge: a plugin, policies, or the plugin of another ruleset.
    fn judges(&mut self, tree: &Node) {
        let has = |key| Document::present(tree, key);
        match (has("plugin"), has("policies"), has("engine")) {
            (None, None, None) => self.document.error_with_hint(
                tree.span,
                "the ruleset has nothing that judges",
                "name a `plugin`, `policies` or an `engine`",
            ),
            (Some(_), _, Some(engine)) => self.document.error_with_hint(
                engine.span,
                "a ruleset with a plugin of its own has no `engine`",
                "remove one of the two",
            ),
            _ => {}
        }
    }

    fn version(&mut self, tree: &Node) -> String {
        let Some(found) = self.document.required_text(tree, "version", "a ruleset") else {
            return String::new();
        };
        if !is_version(&found.text) {
            let message = format!("`{}` is no version", found.text);
            let hint = "write major.minor.patch, such as 1.4.0 or 1.4.0-rc.1";
            self.document.error_with_hint(found.span, message, hint);
        }
        found.text
    }

    fn schema(&mut self, tree: &Node) -> Option<Schema> {
        let (key, node) = tree.entry("settings")?;
        Document::present(tree, "settings")?;
        match Schema::compile(&node.to_json()) {
            Ok(schema) => Some(schema),
            Err(problem) => {
                let message = format!("`settings` is no usable JSON Schema: {problem}");
                self.document.error(key.span, message);
                None
            }
        }
    }

    fn plugin(&mut self, tree: &Node) -> Result<Option<String>, ArtifactError> {
        let Some(found) = self.document.text(tree, "plugin") else {
            return Ok(None);
        };
        let Some(pattern) = self.pattern(&found) else {
            return Ok(None);
        };
        if pattern.literal().is_none() {
            let message = "`plugin` names one file";
            self.document.error(found.span, message);
        } else if !self.keep(&found.text, PLUGIN_CAP)? {
            let message = format!("there is no file `{}` in the ruleset", found.text);
            let hint = "build it: `merlon plugin build`";
            self.document.error_with_hint(found.span, message, hint);
        }
        Ok(Some(found.text))
    }

    fn globs(&mut self, tree: &Node, key: &str) -> Result<Vec<String>, ArtifactError> {
        let mut all = BTreeSet::new();
        for found in self.document.texts(tree, key) {
            let Some(pattern) = self.pattern(&found) else {
                continue;
            };
            let mut paths = BTreeSet::new();
            match pattern.literal() {
                Some(path) => {
                    paths.insert(path.to_owned());
                }
                None => self.source.matching(&pattern, &mut paths)?,
            }
            let mut any = false;
            for path in &paths {
                any |= self.keep(path, FILE_CAP)?;
            }
            if !any {
                let message = format!("`{}` matches no file of the ruleset", found.text);
                self.document.error(found.span, message);
            }
            all.extend(paths);
        }
        Ok(all.into_iter().collect())
    }

    fn pattern(&mut self, found: &Spanned) -> Option<Pattern> {
        match Pattern::parse(&found.text) {
            Ok(pattern) => Some(pattern),
            Err(problem) => {
                let message = format!("`{}` names no file of the ruleset", found.text);
                self.document
                    .error_with_hint(found.span, message, problem.to_string());
                None
            }
        }
    }

    /// Reads a file into memory; says whether it is there.
    fn keep(&mut self, path: &str, cap: crate::ByteSize) -> Result<bool, ArtifactError> {
        if self.files.contains_key(path) {
            return Ok(true);
        }
        let Some(bytes) = self.source.read(path, cap)? else {
            return Ok(false);
        };
        let total: usize = self.files.values().map(|bytes| bytes.len()).sum();
        if (total + bytes.len()) as u64 > TOTAL_CAP.bytes() {
            return Err(ArtifactError::TooLarge {
                path: "everything together".to_owned(),
                limit: TOTAL_CAP,
            });
        }
        if self.files.len() >= COUNT_CAP {
            return Err(ArtifactError::TooMany { limit: COUNT_CAP });
        }
        self.files.insert(path.to_owned(), bytes);
        Ok(true)
    }
}

fn is_version(text: &str) -> bool {
    let (numbers, rest) = text
        .find(['-', '+'])
        .and_then(|at| text.split_at_checked(at))
        .unwrap_or((text, ""));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 64
        && numbers.split('.').count() == 3
        && numbers.split('.').all(digits)
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
}
