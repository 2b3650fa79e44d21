//! Building what a plugin says about itself: rules, subscriptions, patterns.

use crate::bindings::merlon::plugin::types::{
    Manifest, Pattern, PatternSource, Rule, Subscription,
};

impl Manifest {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rules: Vec::new(),
            subscriptions: Vec::new(),
            patterns: Vec::new(),
        }
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules.
    #[must_use]
    pub fn rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Asks for every event of a kind.
    #[must_use]
    pub fn subscribe(self, kind: &str, fields: &[&str]) -> Self {
        self.add_subscription(kind, fields, None)
    }

    /// Asks for the events of a kind for which `filter` holds; the host tests it, so that the others
    /// cost nothing here: `container.id exists and exe.name in ("sh", "bash")`.
    #[must_use]
    pub fn subscribe_where(self, kind: &str, fields: &[&str], filter: &str) -> Self {
        self.add_subscription(kind, fields, Some(filter.to_owned()))
    }

    /// Adds a pattern; a hit of it reaches the subscription to `file.content`.
    #[must_use]
    pub fn pattern(mut self, pattern: Pattern) -> Self {
        self.patterns.push(pattern);
        self
    }

    fn add_subscription(mut self, kind: &str, fields: &[&str], where_: Option<String>) -> Self {
        self.subscriptions.push(Subscription {
            kind: kind.to_owned(),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
            where_,
        });
        self
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Self::new()
    }
}

impl Pattern {
    /// Bytes to look for. `id` is the plugin's choice; hits carry it.
    #[must_use]
    pub fn literal(id: u32, bytes: &[u8]) -> Self {
        Self::of(id, PatternSource::Literal(bytes.to_vec()))
    }

    /// A regular expression in RE2 syntax over bytes; its first capture group, if it has one, is the
    /// text of the hit. One that must contain three fixed bytes is searched for much faster.
    #[must_use]
    pub fn regex(id: u32, regex: &str) -> Self {
        Self::of(id, PatternSource::Regex(regex.to_owned()))
    }

    /// Upper and lower case are the same.
    #[must_use]
    pub fn ignore_case(mut self) -> Self {
        self.nocase = true;
        self
    }

    /// Only in files whose path matches the glob.
    #[must_use]
    pub fn in_files(mut self, glob: &str) -> Self {
        self.files = Some(glob.to_owned());
        self
    }

    fn of(id: u32, source: PatternSource) -> Self {
        Self {
            id,
            source,
            nocase: false,
            files: None,
        }
    }
}
