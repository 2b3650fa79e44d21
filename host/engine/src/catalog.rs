//! The catalogue: every enabled ruleset, loaded and checked. Immutable; a new one replaces it whole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use merlon_artifact::{Capability, Ruleset};
use merlon_matching::{CaseRule, Pattern, PatternSet, Source};
use merlon_model::{Event, Kind, Rule, RulesetRef, View, chain};
use merlon_rego::PolicySource;
use merlon_runtime::{Limits, LogLine, Manifest, PatternSource, PluginSpec, Runtime};
use serde_json::{Value, json};

use crate::enabled::{Counts, Enabled, Entry, Judge, Trust};
use crate::error::EngineError;
use crate::patterns;
use crate::plugin::{Audience, PluginJudge};
use crate::policy::{PolicyJudge, Uncompiled};
use crate::selection::Selection;

/// Time for one rule on one object, natively; the slowest bundled rule takes a thousandth of it.
const RULE_TIME: Duration = Duration::from_millis(500);
/// The least a sandboxed Rego engine needs: 256 MiB hold a large inventory, seconds parse the policies.
const SANDBOX_MEMORY: usize = 256 << 20;
const SANDBOX_DEADLINE: Duration = Duration::from_secs(2);

/// An engine describes the rules of others: 9,000 YARA rules take 10 MB, and each may be refused.
const ENGINE_ANSWER: usize = 64 << 20;
const ENGINE_LOG: u32 = 1000;

/// What the binary brings along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origins<'a> {
    /// The component that runs foreign Rego.
    pub rego: Option<&'a [u8]>,
    /// Rulesets whose plugins judge by the content of others, which name them as their `engine`.
    pub engines: &'a [Arc<Ruleset>],
}

/// Every enabled ruleset.
pub struct Catalog {
    rulesets: Vec<Enabled>,
    patterns: Arc<PatternSet>,
}

/// Loads rulesets into a catalogue.
pub struct CatalogBuilder<'a> {
    runtime: &'a Runtime,
    origins: Origins<'a>,
    selection: Selection,
    before: Option<&'a Catalog>,
    rulesets: Vec<Enabled>,
    patterns: Vec<Pattern>,
}

impl Catalog {
    /// Starts an empty catalogue.
    #[must_use]
    pub fn builder<'a>(
        runtime: &'a Runtime,
        origins: Origins<'a>,
        selection: Selection,
    ) -> CatalogBuilder<'a> {
        CatalogBuilder {
            runtime,
            origins,
            selection,
            before: None,
            rulesets: Vec::new(),
            patterns: Vec::new(),
        }
    }

    pub(crate) fn rulesets(&self) -> &[Enabled] {
        &self.rulesets
    }

    pub(crate) fn into_rulesets(self) -> Vec<Enabled> {
        self.rulesets
    }

    /// The ruleset of that id.
    pub(crate) fn ruleset(&self, id: &str) -> Option<&Enabled> {
        self.rulesets.iter().find(|enabled| enabled.id() == id)
    }

    pub(crate) fn patterns(&self) -> Arc<PatternSet> {
        Arc::clone(&self.patterns)
    }

    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.judges().any(|judge| match judge {
            Judge::Plugin(plugin) => plugin.wants(kind),
            Judge::Policy(_) => kind == Kind::Object,
        })
    }

    /// Whether any plugin's prefilter lets the event through.
    pub(crate) fn wants_event(&self, event: &Event) -> bool {
        self.rulesets.iter().any(|enabled| {
            let view = View {
                event,
                ruleset: enabled.place,
            };
            enabled.judges.iter().any(|judge| match judge {
                Judge::Plugin(plugin) => plugin.wants_event(view),
                Judge::Policy(_) => false,
            })
        })
    }

    pub(crate) fn wants_all_files(&self) -> bool {
        self.judges().any(|judge| match judge {
            Judge::Plugin(plugin) => plugin.wants_all_files(),
            Judge::Policy(_) => false,
        })
    }

    pub(crate) fn reads_content(&self) -> bool {
        self.judges().any(|judge| match judge {
            Judge::Plugin(plugin) => plugin.reads_content(),
            Judge::Policy(_) => false,
        })
    }

    /// Every rule, by ruleset.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.rulesets.iter().flat_map(|enabled| {
            let rules = enabled.judges.iter().flat_map(Judge::rules);
            rules.map(move |rule| (enabled.id(), rule))
        })
    }

    /// What the plugins said about themselves.
    pub fn plugins(&self) -> impl Iterator<Item = &Manifest> {
        self.judges().filter_map(|judge| match judge {
            Judge::Plugin(plugin) => Some(plugin.plugin().manifest()),
            Judge::Policy(_) => None,
        })
    }

    /// What the plugins logged while they described themselves: rules that cannot be honoured, rules that
    /// cost a call for every file.
    #[must_use]
    pub fn remarks(&self) -> Vec<LogLine> {
        let logs = self.judges().filter_map(|judge| match judge {
            Judge::Plugin(plugin) => Some(plugin.plugin().take_log()),
            Judge::Policy(_) => None,
        });
        logs.flatten().collect()
    }

    /// The regexes of its plugins that run over whole files, for no literal is required by them.
    #[must_use]
    pub fn ungated(&self) -> Vec<&str> {
        let patterns = self.patterns.ungated();
        let texts = patterns.iter().filter_map(|ungated| {
            let enabled = self.rulesets.get(ungated.ruleset)?;
            let mut declared = enabled.judges.iter().flat_map(|judge| match judge {
                Judge::Plugin(plugin) => plugin.plugin().manifest().patterns.as_slice(),
                Judge::Policy(_) => &[],
            });
            let pattern = declared.find(|pattern| pattern.id == ungated.pattern)?;
            match &pattern.source {
                PatternSource::Regex(text) => Some(text.as_str()),
                PatternSource::Literal(_) => None,
            }
        });
        texts.collect()
    }

    fn judges(&self) -> impl Iterator<Item = &Judge> {
        self.rulesets.iter().flat_map(|enabled| &enabled.judges)
    }
}

impl<'a> CatalogBuilder<'a> {
    /// The catalogue to come takes the place of this one: what did not change is taken over with its
    /// instances, its state and its counters, instead of being loaded again; a new version of a plugin goes
    /// on with the state of the old one.
    #[must_use]
    pub fn replacing(mut self, before: &'a Catalog) -> Self {
        self.before = Some(before);
        self
    }
}

impl CatalogBuilder<'_> {
    /// Loads one ruleset.
    ///
    /// # Errors
    /// Names the ruleset and what is wrong with it.
    pub fn add(&mut self, entry: Entry) -> Result<(), EngineError> {
        let id = entry.ruleset.definition.id.clone();
        if self.rulesets.iter().any(|enabled| enabled.id() == id) {
            return Err(EngineError::Twice { ruleset: id });
        }
        let before = self.before.and_then(|before| before.ruleset(&id));
        let judges = match before.filter(|before| before.entry.judges_as(&entry)) {
            Some(before) => before.judges.clone(),
            None => self.judges(&entry, before)?,
        };
        let place = self.rulesets.len();
        for judge in &judges {
            if let Judge::Plugin(plugin) = judge {
                self.declare(place, plugin);
            }
        }
        self.rulesets.push(Enabled {
            reference: RulesetRef {
                id,
                version: entry.ruleset.definition.version.clone(),
                digest: entry.ruleset.digest.clone(),
            },
            place,
            judges,
            selection: self.selection.clone(),
            applied: entry
                .exemptions
                .iter()
                .map(|_| AtomicBool::new(false))
                .collect(),
            counts: before.map_or_else(Arc::<Counts>::default, |before| Arc::clone(&before.counts)),
            entry,
        });
        Ok(())
    }

    /// The rulesets without their patterns: for events that are not files.
    pub(crate) fn into_rulesets(self) -> Vec<Enabled> {
        self.rulesets
    }

    fn judges(&self, entry: &Entry, before: Option<&Enabled>) -> Result<Vec<Judge>, EngineError> {
        let id = &entry.ruleset.definition.id;
        let settings = entry
            .ruleset
            .check_settings(&entry.settings)
            .map_err(|problems| EngineError::Settings {
                ruleset: id.clone(),
                problems: problems.iter().map(ToString::to_string).collect(),
            })?;
        let mut judges = Vec::new();
        if let Some(path) = &entry.ruleset.definition.plugin {
            let component = read(&entry.ruleset, path)?;
            let spec = PluginSpec {
                ruleset: &entry.ruleset,
                component: &component,
                grants: &entry.grants,
                settings: &settings.to_string(),
                settings_again: None,
                limits: entry.limits,
            };
            let mut loaded = self.load(&spec, Audience::Author)?;
            if let Some(before) = before.and_then(Enabled::plugin) {
                loaded = loaded.with_state_of(before);
            }
            judges.push(Judge::Plugin(Arc::new(loaded)));
        }
        if let Some(engine) = &entry.ruleset.definition.engine {
            judges.push(Judge::Plugin(Arc::new(
                self.engine(engine, entry, &settings)?,
            )));
        }
        if !entry.ruleset.definition.policies.is_empty() {
            judges.push(self.policies(entry, &settings)?);
        }
        if judges.is_empty() {
            return Err(EngineError::Empty {
                ruleset: id.clone(),
            });
        }
        Ok(judges)
    }

    /// Compiles the patterns of all rulesets into one set.
    ///
    /// # Errors
    /// When patterns are refused, or `--rule` names a rule that nobody has.
    pub fn build(self) -> Result<Catalog, EngineError> {
        let (patterns, refusals) = patterns::compile(self.patterns, self.runtime);
        if let Some(first) = refusals.first() {
            let owner = self
                .rulesets
                .get(first.ruleset)
                .map_or("", |enabled| enabled.id());
            let refusals = refusals.iter().map(|refusal| chain(refusal)).collect();
            return Err(EngineError::Patterns {
                ruleset: owner.to_owned(),
                refusals,
            });
        }
        let catalog = Catalog {
            rulesets: self.rulesets,
            patterns: Arc::new(patterns),
        };
        check_selection(&self.selection, &catalog)?;
        Ok(catalog)
    }

    fn load(&self, spec: &PluginSpec<'_>, audience: Audience) -> Result<PluginJudge, EngineError> {
        let id = &spec.ruleset.definition.id;
        let plugin = self
            .runtime
            .load(spec)
            .map_err(|source| EngineError::Plugin {
                ruleset: id.clone(),
                source,
            })?;
        PluginJudge::new(id, plugin, audience)
    }

    /// The engine is ours, so it gets what it asks for; the content that it judges by is not, and reaches
    /// no further than the engine lets it.
    fn engine(
        &self,
        name: &str,
        entry: &Entry,
        settings: &Value,
    ) -> Result<PluginJudge, EngineError> {
        let engines = self.origins.engines;
        let known = engines.iter().find(|engine| engine.definition.id == name);
        let found = known.and_then(|engine| Some((engine, engine.plugin()?)));
        let Some((engine, component)) = found else {
            let known = engines.iter().map(|engine| engine.definition.id.clone());
            return Err(EngineError::NoEngine {
                ruleset: entry.ruleset.definition.id.clone(),
                engine: name.to_owned(),
                known: known.collect::<Vec<_>>().join(", "),
            });
        };
        let definition = &engine.definition;
        let memory = definition.limits.memory.map_or(0, |size| size.bytes());
        let deadline = definition.limits.deadline.unwrap_or_default();
        let limits = Limits {
            memory: entry
                .limits
                .memory
                .max(usize::try_from(memory).unwrap_or(0)),
            deadline: entry.limits.deadline.max(deadline),
            describe_deadline: entry.limits.describe_deadline.max(deadline),
            answer_bytes: entry.limits.answer_bytes.max(ENGINE_ANSWER),
            log_lines: entry.limits.log_lines.max(ENGINE_LOG),
            ..entry.limits
        };
        // Content that was checked once is the same for every later instance.
        let checked = engine.check_settings(&json!({ "check": "none" }));
        let checked = checked.ok().map(|settings| settings.to_string());
        let spec = PluginSpec {
            ruleset: &entry.ruleset,
            component,
            grants: &definition.capabilities,
            settings: &settings.to_string(),
            settings_again: checked.as_deref(),
            limits,
        };
        self.load(&spec, Audience::Author)
    }

    fn declare(&mut self, place: usize, judge: &PluginJudge) {
        let detail = judge.hit_detail();
        self.patterns.extend(
            judge
                .plugin()
                .manifest()
                .patterns
                .iter()
                .map(|pattern| Pattern {
                    ruleset: place,
                    id: pattern.id,
                    source: match &pattern.source {
                        PatternSource::Literal(bytes) => Source::Literal(bytes.clone()),
                        PatternSource::Regex(text) => Source::Regex(text.clone()),
                    },
                    case: if pattern.nocase {
                        CaseRule::Insensitive
                    } else {
                        CaseRule::Sensitive
                    },
                    files: pattern.files.clone(),
                    detail,
                }),
        );
    }

    fn policies(&self, entry: &Entry, settings: &Value) -> Result<Judge, EngineError> {
        let definition = &entry.ruleset.definition;
        if entry.trust == Trust::Foreign {
            let Some(rego) = self.origins.rego else {
                return Err(EngineError::NoSandbox {
                    ruleset: definition.id.clone(),
                });
            };
            let settings = json!({
                "rules": definition.rules,
                "settings": settings,
                "policies": definition.policies,
            });
            let limits = Limits {
                memory: entry.limits.memory.max(SANDBOX_MEMORY),
                deadline: entry.limits.deadline.max(SANDBOX_DEADLINE),
                describe_deadline: entry.limits.describe_deadline.max(SANDBOX_DEADLINE * 2),
                ..entry.limits
            };
            let spec = PluginSpec {
                ruleset: &entry.ruleset,
                component: rego,
                // The engine itself is ours; its policies can name none of these.
                grants: &[Capability::Log, Capability::Ruleset, Capability::Kubernetes],
                settings: &settings.to_string(),
                settings_again: None,
                limits,
            };
            let loaded = self.load(&spec, Audience::Rego)?;
            return Ok(Judge::Plugin(Arc::new(loaded)));
        }
        let mut sources = Vec::new();
        for path in &definition.policies {
            let text = String::from_utf8_lossy(&read(&entry.ruleset, path)?).into_owned();
            sources.push(PolicySource {
                path: path.clone(),
                text,
            });
        }
        let limits = merlon_rego::Limits {
            time: RULE_TIME,
            ..merlon_rego::Limits::default()
        };
        Ok(Judge::Policy(Arc::new(PolicyJudge::new(Uncompiled {
            rules: definition.rules.clone(),
            sources,
            settings: settings.clone(),
            limits,
        }))))
    }
}

fn read(ruleset: &Arc<Ruleset>, path: &str) -> Result<Vec<u8>, EngineError> {
    ruleset
        .read(path)
        .map_err(|source| EngineError::Unreadable {
            ruleset: ruleset.definition.id.clone(),
            source,
        })
}

fn check_selection(selection: &Selection, catalog: &Catalog) -> Result<(), EngineError> {
    let Selection::Only(wanted) = selection else {
        return Ok(());
    };
    let known: BTreeSet<String> = catalog
        .rules()
        .map(|(ruleset, rule)| format!("{ruleset}/{}", rule.id))
        .collect();
    for rule in wanted {
        let short = known
            .iter()
            .any(|name| name.rsplit('/').next() == Some(rule));
        if !short && !known.contains(rule) {
            let similar = merlon_yaml::did_you_mean(rule, known.iter().map(String::as_str));
            let hint = similar.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            return Err(EngineError::UnknownRule {
                rule: rule.clone(),
                hint,
            });
        }
    }
    Ok(())
}
