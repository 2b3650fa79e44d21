//! A plugin that was described, and what the SDK must remember of its manifest to read its batches.

use crate::bindings::merlon::plugin::types::{
    Batch as RawBatch, Finding as RawFinding, Manifest, Subscription,
};
use crate::{Batch, Plugin};

/// A live plugin.
#[derive(Debug)]
pub struct Instance<P> {
    plugin: P,
    rules: Vec<String>,
    subscriptions: Vec<Subscription>,
}

impl<P: Plugin> Instance<P> {
    /// Starts the plugin; its manifest is for the host.
    ///
    /// # Errors
    /// The plugin refuses its settings.
    pub fn start(settings: &str) -> Result<(Self, Manifest), String> {
        let plugin = P::new(settings)?;
        let manifest = plugin.manifest();
        let instance = Self {
            plugin,
            rules: manifest.rules.iter().map(|rule| rule.id.clone()).collect(),
            subscriptions: manifest.subscriptions.clone(),
        };
        Ok((instance, manifest))
    }

    /// Judges a batch.
    ///
    /// # Errors
    /// The batch is of no subscription, the plugin cannot answer, or it names a rule it never declared.
    pub fn evaluate(&mut self, raw: &RawBatch) -> Result<Vec<RawFinding>, String> {
        let place = raw.subscription as usize;
        let Some(subscription) = self.subscriptions.get(place) else {
            return Err(format!(
                "batch of subscription {place}, which does not exist"
            ));
        };
        let batch = Batch::new(raw, &subscription.kind, &subscription.fields);
        let findings = self.plugin.evaluate(&batch)?;
        findings
            .into_iter()
            .map(|finding| {
                let rule = self.place_of(finding.rule())?;
                Ok(finding.into_raw(rule))
            })
            .collect()
    }

    fn place_of(&self, rule: &str) -> Result<u32, String> {
        self.rules
            .iter()
            .position(|id| id == rule)
            .and_then(|place| u32::try_from(place).ok())
            .ok_or_else(|| format!("the manifest has no rule `{rule}`: add it there"))
    }
}
