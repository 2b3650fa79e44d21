//! Secrets in files, in the configuration of images and in Kubernetes objects.
//!
//! The host looks for the patterns of [`rules`]; this plugin judges each hit (checksum, entropy,
//! placeholder, context), keeps the most specific rule of each secret, and never repeats a secret.

pub mod base64;
pub mod candidate;
pub mod checksum;
pub mod entropy;
pub mod file;
pub mod identity;
pub mod judge;
pub mod object;
pub mod placeholder;
pub mod redact;
pub mod rules;
pub mod settings;
pub mod token;

use merlon_sdk::prelude::*;

use rules::SecretRule;
use settings::Settings;

/// The plugin.
pub struct Secrets {
    settings: Settings,
    rules: Vec<SecretRule>,
}

impl Plugin for Secrets {
    fn new(settings: &str) -> Result<Self, String> {
        Ok(Self {
            settings: Settings::parse(settings)?,
            rules: rules::all(),
        })
    }

    fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new()
            .rules(self.rules.iter().map(SecretRule::rule))
            .subscribe_where(file::KIND, file::FIELDS, "hits > 0")
            .subscribe("image.config", &["config"])
            .subscribe_where("k8s.object", &["object"], r#"kind != "Secret""#);
        for (id, (_, regex)) in (0..).zip(rules::patterns(&self.rules)) {
            manifest = manifest.pattern(Pattern::regex(id, regex));
        }
        manifest
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let judge: fn(&Self, Row<'_>) -> Vec<Finding> = match batch.kind() {
            file::KIND => file::findings,
            "image.config" => object::image_findings,
            _ => object::object_findings,
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

    /// What the operator chose.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

merlon_sdk::plugin!(Secrets);
