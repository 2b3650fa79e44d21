//! What `ruleset.yaml` says.

use merlon_model::Rule;
use serde_json::Value;

use crate::capability::Capability;
use crate::limits::RulesetLimits;

/// A ruleset's description of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Definition {
    /// Lower-case words joined by `-`: `nsa`, `pod-security`.
    pub id: String,
    /// `major.minor.patch`, with a pre-release where there is one.
    pub version: String,
    /// What it is for, in one line.
    pub title: String,
    /// Metadata of its rules; empty when the plugin or the policies bring their own.
    pub rules: Vec<Rule>,
    /// The path of its component.
    pub plugin: Option<String>,
    /// The paths of its Rego policies, sorted; globs are resolved.
    pub policies: Vec<String>,
    /// The id of the ruleset whose plugin reads this one's content.
    pub engine: Option<String>,
    /// The paths of the files that the plugin may read, sorted; globs are resolved.
    pub content: Vec<String>,
    /// JSON Schema of its settings.
    pub settings: Option<Value>,
    /// What the plugin asks of the host.
    pub capabilities: Vec<Capability>,
    /// The event fields it cannot do without.
    pub fields: Vec<String>,
    /// The memory and time it asks for.
    pub limits: RulesetLimits,
}
