//! Reads `merlon.yaml`: every key and value checked, every problem told at once, with its place.

use merlon_artifact::{ByteSize, Capability, parse_duration};
use merlon_engine::Exemption;
use merlon_model::{Mode, OnFault, Timestamp};
use merlon_yaml::{
    Diagnostic, Key, Limits as YamlLimits, Node, NodeValue, Problems, Span, did_you_mean, parse,
};

use super::{Config, Except, Limits, RulesetEntry, RulesetSource, Said, source};

const TOP: [&str; 5] = ["apiVersion", "rulesets", "registries", "sinks", "limits"];
const ENTRY: [&str; 7] = [
    "use", "settings", "mode", "on_fault", "except", "verify", "grant",
];
const EXCEPT: [&str; 5] = ["namespace", "rule", "name", "until", "reason"];
const LIMITS: [&str; 2] = ["memory", "deadline"];
const API_VERSION: &str = "merlon.dev/v1";

pub(super) struct Checker<'a> {
    text: &'a str,
    file: &'a str,
    bundled: &'a [&'a str],
    problems: Vec<Diagnostic>,
}

/// Checks a text. `bundled` are the ids that need no path.
pub(super) fn check(text: &str, file: &str, bundled: &[&str]) -> Result<Config, Problems> {
    let documents = parse(text, file, &YamlLimits::default());
    let mut checker = Checker {
        text,
        file,
        bundled,
        problems: documents.problems,
    };
    let config = match documents.documents.as_slice() {
        [document] => checker.config(document),
        [] if checker.problems.is_empty() => {
            checker
                .problems
                .push(Diagnostic::about(file, "the configuration is empty"));
            Config::built_in()
        }
        [_, second, ..] => {
            let span = second.span;
            checker.report(span, "a configuration is one document", None);
            Config::built_in()
        }
        [] => Config::built_in(),
    };
    checker
        .problems
        .sort_by_key(|problem| problem.span.map(|span| (span.line, span.column)));
    if checker.problems.is_empty() {
        Ok(config)
    } else {
        Err(Problems(checker.problems))
    }
}

impl Checker<'_> {
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, hint: Option<String>) {
        let mut diagnostic = Diagnostic::error(self.file, self.text, span, message);
        diagnostic.hint = hint;
        self.problems.push(diagnostic);
    }

    pub(super) fn keys(&mut self, node: &Node, known: &[&str], what: &str) {
        if !matches!(node.value, NodeValue::Map(_)) {
            self.report(
                node.span,
                format!("{what} is a map, not {}", node.kind()),
                None,
            );
            return;
        }
        for (key, _) in node.entries() {
            if !known.contains(&key.text.as_str()) {
                self.unknown(key, known, what);
            }
        }
    }

    fn unknown(&mut self, key: &Key, known: &[&str], what: &str) {
        let hint = did_you_mean(&key.text, known.iter().copied()).map_or_else(
            || format!("it has {}", known.join(", ")),
            |similar| format!("did you mean `{similar}`?"),
        );
        self.report(
            key.span,
            format!("{what} has no key `{}`", key.text),
            Some(hint),
        );
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        if node.text().is_none() {
            self.report(
                node.span,
                format!("{what} is a text, not {}", node.kind()),
                None,
            );
        }
        node.text()
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if !matches!(node.value, NodeValue::List(_)) {
            self.report(
                node.span,
                format!("{what} is a list, not {}", node.kind()),
                None,
            );
        }
        node.items()
    }

    /// One of some words.
    fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, what)?;
        let found = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = did_you_mean(text, known.iter().copied()).map_or_else(
                || format!("it is one of {}", known.join(", ")),
                |s| format!("did you mean `{s}`?"),
            );
            self.report(node.span, format!("{what} cannot be `{text}`"), Some(hint));
        }
        found
    }

    fn config(&mut self, node: &Node) -> Config {
        self.keys(node, &TOP, "the configuration");
        match node.field("apiVersion") {
            Some(version) if version.text() == Some(API_VERSION) => {}
            Some(version) => {
                let hint = Some(format!("this version reads {API_VERSION}"));
                self.report(version.span, "unknown apiVersion", hint);
            }
            None => self.report(
                node.span,
                "the apiVersion is missing",
                Some(format!("write apiVersion: {API_VERSION}")),
            ),
        }
        let mut config = Config::built_in();
        if let Some(rulesets) = node.field("rulesets") {
            config.rulesets.clear();
            for item in self.list(rulesets, "rulesets") {
                config.rulesets.extend(self.entry(item));
            }
        }
        if let Some(registries) = node.field("registries") {
            config.registries = self.registries(registries);
        }
        if let Some(sinks) = node.field("sinks") {
            self.sinks(sinks);
        }
        if let Some(limits) = node.field("limits") {
            config.limits = self.limits(limits);
        }
        config
    }

    fn entry(&mut self, node: &Node) -> Option<RulesetEntry> {
        let said = Said::File {
            file: self.file.to_owned(),
            line: node.span.line,
        };
        if node.text().is_some() {
            return Some(RulesetEntry::new(self.source(node)?, said));
        }
        self.keys(node, &ENTRY, "a ruleset's entry");
        let Some(name) = node.field("use") else {
            if matches!(node.value, NodeValue::Map(_)) {
                self.report(
                    node.span,
                    "`use` is missing",
                    Some("name a ruleset".to_owned()),
                );
            }
            return None;
        };
        let mut entry = RulesetEntry::new(self.source(name)?, said);
        if let Some(settings) = node.field("settings") {
            self.keys_any(settings, "settings");
            entry.settings = settings.to_json();
        }
        if let Some(mode) = node.field("mode") {
            let words = [
                ("enforce", Mode::Enforce),
                ("warn", Mode::Warn),
                ("audit", Mode::Audit),
            ];
            entry.mode = self.word(mode, "mode", &words).unwrap_or_default();
        }
        if let Some(on_fault) = node.field("on_fault") {
            let words = [("deny", OnFault::Deny), ("allow", OnFault::Allow)];
            entry.on_fault = self.word(on_fault, "on_fault", &words).unwrap_or_default();
        }
        if let Some(except) = node.field("except") {
            for item in self.list(except, "except") {
                entry.except.extend(self.except(item));
            }
        }
        if let Some(grant) = node.field("grant") {
            entry.grant = Some(self.grant(grant));
        }
        if let Some(verify) = node.field("verify") {
            entry.verify = self.verify(verify);
            if !matches!(entry.source, RulesetSource::Oci(_)) {
                let hint = Some("signatures are checked of what comes as oci://".to_owned());
                self.report(
                    verify.span,
                    "this ruleset does not come from a registry",
                    hint,
                );
            }
        }
        Some(entry)
    }

    fn keys_any(&mut self, node: &Node, what: &str) {
        if !matches!(node.value, NodeValue::Map(_)) {
            self.report(
                node.span,
                format!("{what} is a map, not {}", node.kind()),
                None,
            );
        }
    }

    fn source(&mut self, node: &Node) -> Option<RulesetSource> {
        let text = self.text(node, "a ruleset")?;
        let found = source(text);
        if let RulesetSource::Bundled(id) = &found
            && !self.bundled.contains(&id.as_str())
        {
            let hint = did_you_mean(id, self.bundled.iter().copied()).map_or_else(
                || {
                    format!(
                        "this binary brings {}; a directory is written ./{id}",
                        self.bundled.join(", ")
                    )
                },
                |similar| format!("did you mean `{similar}`?"),
            );
            self.report(node.span, format!("no ruleset `{id}`"), Some(hint));
            return None;
        }
        Some(found)
    }

    fn except(&mut self, node: &Node) -> Option<Except> {
        self.keys(node, &EXCEPT, "an exemption");
        let mut field = |key: &str| {
            node.field(key)
                .and_then(|value| self.text(value, key))
                .map(str::to_owned)
        };
        let (namespace, rule, name) = (field("namespace"), field("rule"), field("name"));
        let (until, reason) = (field("until"), field("reason"));
        if namespace.is_none() && rule.is_none() && name.is_none() {
            let hint = Some("name a namespace, a rule or a subject".to_owned());
            self.report(node.span, "this exemption would cover everything", hint);
        }
        if reason.is_none() {
            self.report(
                node.span,
                "an exemption needs a reason",
                Some("add `reason: ...`".to_owned()),
            );
        }
        let until = match until {
            Some(text) => match date(&text) {
                Some(time) => Some(time),
                None => {
                    let span = node.field("until").map_or(node.span, |until| until.span);
                    self.report(
                        span,
                        format!("`{text}` is no date"),
                        Some("write 2027-03-01".to_owned()),
                    );
                    None
                }
            },
            None => None,
        };
        Some(Except {
            exemption: Exemption {
                namespace,
                rule,
                name,
                until,
                reason: reason?,
            },
            line: node.span.line,
        })
    }

    fn grant(&mut self, node: &Node) -> Vec<Capability> {
        let mut granted = Vec::new();
        for item in self.list(node, "grant") {
            let Some(text) = self.text(item, "a capability") else {
                continue;
            };
            match Capability::parse(text) {
                Some(capability) => granted.push(capability),
                None => {
                    let known = "log, ruleset, content, process, kubernetes, state";
                    let hint = did_you_mean(text, known.split(", ")).map_or_else(
                        || format!("there are {known}"),
                        |s| format!("did you mean `{s}`?"),
                    );
                    self.report(item.span, format!("no capability `{text}`"), Some(hint));
                }
            }
        }
        granted
    }

    fn limits(&mut self, node: &Node) -> Limits {
        self.keys(node, &LIMITS, "limits");
        let mut limits = Limits::default();
        if let Some(memory) = node.field("memory")
            && let Some(text) = self.text(memory, "memory")
        {
            match text.parse::<ByteSize>() {
                Ok(size) => limits.memory = Some(size.bytes()),
                Err(error) => self.report(
                    memory.span,
                    error.to_string(),
                    Some("write 64MiB".to_owned()),
                ),
            }
        }
        if let Some(deadline) = node.field("deadline")
            && let Some(text) = self.text(deadline, "deadline")
        {
            match parse_duration(text) {
                Ok(time) => limits.deadline = Some(time),
                Err(error) => self.report(
                    deadline.span,
                    error.to_string(),
                    Some("write 100ms".to_owned()),
                ),
            }
        }
        limits
    }

    /// Sinks of `run` and `serve`; a scan's report goes where its flags say.
    fn sinks(&mut self, node: &Node) {
        for item in self.list(node, "sinks") {
            self.keys(item, &["stdout", "file"], "a sink");
            if let Some(file) = item.field("file") {
                self.keys(file, &["path"], "a file sink");
            }
        }
        let hint = Some("it would be ignored; use --format and --output".to_owned());
        self.report(
            node.span,
            "this version takes sinks from its flags only",
            hint,
        );
    }
}

/// Midnight UTC at the start of a day.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    serde_json::from_value(serde_json::Value::String(format!("{text}T00:00:00Z"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        check(text, "merlon.yaml", &["nsa", "secrets"])
            .map_or_else(|p| p.to_string(), |_| String::new())
    }

    #[test]
    fn a_good_configuration_is_read_whole() {
        let text = "apiVersion: merlon.dev/v1\nrulesets:\n  - nsa\n  - use: secrets\n    mode: enforce\n    on_fault: deny\n    settings: { hash_key: x }\n    grant: [log]\n    except: [{ namespace: kube-system, until: 2027-03-01, reason: CNI agent }]\n  - ./team\nlimits: { memory: 32MiB, deadline: 50ms }\n";
        let config = check(text, "merlon.yaml", &["nsa", "secrets"]).unwrap();
        assert_eq!(config.rulesets.len(), 3);
        let second = config.rulesets.get(1).unwrap();
        assert_eq!(
            (second.mode, second.on_fault),
            (Mode::Enforce, OnFault::Deny)
        );
        assert_eq!(
            second
                .except
                .first()
                .unwrap()
                .exemption
                .until
                .unwrap()
                .to_string(),
            "2027-03-01T00:00:00Z"
        );
        assert_eq!(config.limits.memory, Some(32 << 20));
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_place_and_a_suggestion() {
        let text = "apiVersion: merlon.dev/v2\nrulesest: []\nrulesets:\n  - nas\n  - use: nsa\n    mode: enforced\n    grnat: [lgo]\n    grant: [lgo]\n    except: [{ until: soon }]\nlimits: { memory: 5 parsecs }\n";
        let told = problems(text);
        for wanted in [
            "unknown apiVersion",
            "no key `rulesest`",
            "no ruleset `nas`",
            "did you mean `nsa`?",
            "mode cannot be `enforced`",
            "did you mean `enforce`?",
            "no key `grnat`",
            "no capability `lgo`",
            "did you mean `log`?",
            "would cover everything",
            "needs a reason",
            "`soon` is no date",
            "merlon.yaml:10:19",
        ] {
            assert!(told.contains(wanted), "{wanted} is not in:\n{told}");
        }
    }
}
