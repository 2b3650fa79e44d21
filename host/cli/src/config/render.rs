//! The effective configuration as YAML, each ruleset with the place that said so.

use merlon_artifact::format_duration;

use super::{Config, Identity, RulesetEntry, RulesetSource, Said, Signer, Verify};

/// Writes the configuration.
pub(super) fn render(config: &Config) -> String {
    let mut text = match &config.file {
        Some(file) => format!("# {}\n", file.display()),
        None => "# built in: no merlon.yaml here or in the user's config directory\n".to_owned(),
    };
    text += "apiVersion: merlon.dev/v1\nrulesets:\n";
    for entry in &config.rulesets {
        text += &ruleset(entry);
    }
    if !config.registries.is_empty() {
        text += "registries:\n";
    }
    for registry in &config.registries {
        text += &format!("  - host: {}\n", registry.host);
        if let Some(plain) = registry.plain_http {
            text += &format!("    plain_http: {plain}\n");
        }
        if let Some(ca) = &registry.ca {
            text += &format!("    ca: {}\n", ca.display());
        }
        if !registry.mirrors.is_empty() {
            text += &format!("    mirrors: [{}]\n", registry.mirrors.join(", "));
        }
    }
    let defaults = merlon_runtime::Limits::default();
    let memory = config.limits.memory.unwrap_or(defaults.memory as u64) >> 20;
    let deadline = format_duration(config.limits.deadline.unwrap_or(defaults.deadline));
    text += &format!("limits: {{ memory: {memory}MiB, deadline: {deadline} }}\n");
    text
}

fn ruleset(entry: &RulesetEntry) -> String {
    let name = match &entry.source {
        RulesetSource::Bundled(id) => id.clone(),
        RulesetSource::Path(path) => path.display().to_string(),
        RulesetSource::Oci(layout) if layout.starts_with("oci:") => layout.clone(),
        RulesetSource::Oci(reference) => format!("oci://{reference}"),
    };
    let origin = match &entry.said {
        Said::BuiltIn => "built in".to_owned(),
        Said::File { file, line } => format!("{file}:{line}"),
        Said::Flag(flag) => (*flag).to_owned(),
    };
    let mut text = format!("  - use: {name}  # {origin}\n");
    text += &format!(
        "    mode: {:?}\n    on_fault: {:?}\n",
        entry.mode, entry.on_fault
    )
    .to_lowercase();
    if entry
        .settings
        .as_object()
        .is_some_and(|settings| !settings.is_empty())
    {
        text += &format!("    settings: {}\n", entry.settings);
    }
    if let Some(grant) = &entry.grant {
        let names: Vec<_> = grant.iter().map(|capability| capability.name()).collect();
        text += &format!("    grant: [{}]\n", names.join(", "));
    }
    if let Some(verify) = &entry.verify {
        text += &format!("    verify: {}\n", verified(verify));
    }
    for except in &entry.except {
        let exemption = &except.exemption;
        let until = exemption
            .until
            .map_or(String::new(), |until| format!(" until {until}"));
        text += &format!(
            "    # except {}{until}: {}\n",
            except.covers(),
            exemption.reason
        );
    }
    text
}

fn verified(verify: &Verify) -> String {
    let signer = match &verify.signer {
        Signer::Key(path) => format!("key: {}", path.display()),
        Signer::Keyless {
            root,
            identity,
            issuer,
        } => {
            let identity = match identity {
                Identity::Exact(text) => format!("identity: {text}"),
                Identity::Regexp(text) => format!("identity_regexp: {text}"),
            };
            format!("root: {}, {identity}, issuer: {issuer}", root.display())
        }
    };
    let annotations: Vec<String> = verify
        .annotations
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    match annotations.as_slice() {
        [] => format!("{{ {signer} }}"),
        all => format!("{{ {signer}, annotations: {{ {} }} }}", all.join(", ")),
    }
}
