//! Secrets in files and in Kubernetes objects. The texts of an image's configuration come as files.
//!
//! The host looks for the patterns of [`rules`]; this plugin judges each hit (checksum, entropy,
//! placeholder, context), keeps the most specific rule of each secret, and never repeats a secret.

pub mod base64;
pub mod candidate;
pub mod checksum;
pub mod definition;
pub mod entropy;
pub mod exemption;
pub mod file;
pub mod finder;
pub mod identity;
pub mod inline;
pub mod judge;
pub mod object;
pub mod placeholder;
pub mod redact;
pub mod rules;
pub mod settings;

use merlon_sdk::prelude::*;

use finder::Finder;
use rules::SecretRule;
use settings::Settings;

/// The plugin.
pub struct Secrets {
    settings: Settings,
    rules: Vec<SecretRule>,
    /// The rule of each pattern; a pattern's place is its id, and the one behind the last is that of
    /// [`inline`].
    owners: Vec<usize>,
    finder: Finder,
}

impl Plugin for Secrets {
    fn new(settings: &str) -> Result<Self, String> {
        let settings = Settings::parse(settings)?;
        let rules = rules::chosen(settings.rules.clone(), &settings.disable)?;
        let owners = (0..).zip(&rules);
        let owners = owners.flat_map(|(place, rule)| rule.patterns.iter().map(move |_| place));
        Ok(Self {
            owners: owners.collect(),
            finder: Finder::new(&rules),
            settings,
            rules,
        })
    }

    fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new()
            .rules(self.rules.iter().map(SecretRule::rule))
            .rule(inline::rule())
            .subscribe_where(file::KIND, file::FIELDS, "hits > 0")
            .subscribe_where("k8s.object", &["object"], r#"kind != "Secret""#);
        let patterns = self
            .rules
            .iter()
            .flat_map(|rule| rule.patterns.iter().map(move |regex| (rule, regex)));
        let mut next = 0;
        for (rule, regex) in patterns {
            manifest = manifest.pattern(rule.pattern(next, regex));
            next += 1;
        }
        manifest.pattern(Pattern::regex(next, inline::PATTERN))
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let judge: fn(&Self, Row<'_>) -> Vec<Finding> = match batch.kind() {
            file::KIND => file::findings,
            _ => object::findings,
        };
        Ok(batch.rows().flat_map(|row| judge(self, row)).collect())
    }
}

impl Secrets {
    /// The rules, in the order of the manifest.
    #[must_use]
    pub fn rules(&self) -> &[SecretRule] {
        &self.rules
    }

    /// The rule of a pattern; none for the one of [`inline`].
    #[must_use]
    pub fn owner(&self, pattern: u32) -> Option<&SecretRule> {
        let place = self.owners.get(usize::try_from(pattern).ok()?)?;
        self.rules.get(*place)
    }

    /// What finds secrets in texts that are no files.
    #[must_use]
    pub fn finder(&self) -> &Finder {
        &self.finder
    }

    /// What the operator chose.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

merlon_sdk::plugin!(Secrets);
