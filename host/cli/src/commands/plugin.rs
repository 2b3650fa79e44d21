//! `merlon plugin`: start one, build it, test it, look into it, measure it.

use std::path::Path;

use merlon_artifact::Ruleset;
use merlon_model::chain;
use merlon_plugin_build::Language;
use merlon_runtime::{Manifest, Plugin};

use crate::arguments::{PluginCommand, Reach};
use crate::bundle::Template;
use crate::environment::Environment;
use crate::{Exit, Failure, commands, project, session};

pub(crate) fn plugin(command: &PluginCommand, environment: &Environment) -> Result<Exit, Failure> {
    match command {
        PluginCommand::New { name, language } => new(name, (*language).into()),
        PluginCommand::Build { directory } => build(directory),
        PluginCommand::Test { directory } => {
            commands::ruleset::test(&[directory_name(directory)], &Reach::default(), environment)
        }
        PluginCommand::Inspect { ruleset } => inspect(ruleset, environment),
        PluginCommand::Bench { ruleset, duration } => {
            commands::bench::bench(ruleset, *duration, environment)
        }
    }
}

/// A directory is told from the id of a bundled ruleset by its slash.
fn directory_name(directory: &Path) -> String {
    format!("./{}", directory.display()).replacen(".//", "/", 1)
}

fn new(name: &str, language: Language) -> Result<Exit, Failure> {
    let directory = project::create(Path::new("."), name, Template::Plugin(language))?;
    println!(
        "{} is a plugin in {}; next:\n\n  cd {name}\n  merlon plugin build\n  merlon plugin test",
        directory.display(),
        language.title()
    );
    Ok(Exit::Clean)
}

fn build(directory: &Path) -> Result<Exit, Failure> {
    let path = merlon_plugin_build::build_ruleset(directory, &mut |line| eprintln!("{line}"))
        .map_err(|error| Failure::incomplete(chain(&error)))?;
    let size = std::fs::metadata(&path).map_or(0, |about| about.len());
    println!("{} ({} KiB)", path.display(), size.div_ceil(1024));
    Ok(Exit::Clean)
}

fn inspect(name: &str, environment: &Environment) -> Result<Exit, Failure> {
    let (set, _) = session::open_ruleset(name, &Reach::default(), environment)?;
    let plugin = session::plugin_of(&set, environment)?;
    header(&set, &plugin);
    rules(plugin.manifest());
    subscriptions(plugin.manifest());
    Ok(Exit::Clean)
}

fn header(set: &Ruleset, plugin: &Plugin) {
    let definition = &set.definition;
    let line = |name: &str, value: &str| println!("{name:<13} {value}");
    line(
        "ruleset",
        &format!("{} {}", definition.id, definition.version),
    );
    line("digest", &set.digest);
    line("kind", "WebAssembly component, merlon:plugin@0.1.0");
    let size = set.plugin().map_or(0, <[u8]>::len);
    line("size", &format!("{} KiB", size.div_ceil(1024)));
    let language = set.plugin().and_then(merlon_plugin_build::language);
    line("language", language.as_deref().unwrap_or("unknown"));
    line(
        "memory",
        &format!("{} KiB after describe", plugin.memory().div_ceil(1024)),
    );
    line("imports", &plugin.imports().join(", "));
    let asked: Vec<&str> = definition.capabilities.iter().map(|c| c.name()).collect();
    let asked = match asked.as_slice() {
        [] => "nothing".to_owned(),
        asked => format!("grant: [{}]", asked.join(", ")),
    };
    line("needs", &asked);
}

fn rules(manifest: &Manifest) {
    println!("\n{} rules", manifest.rules.len());
    for rule in &manifest.rules {
        println!("  {:<9} {:<32} {}", rule.severity, rule.id, rule.title);
    }
}

fn subscriptions(manifest: &Manifest) {
    println!(
        "\n{} patterns\n{} subscriptions",
        manifest.patterns.len(),
        manifest.subscriptions.len()
    );
    for subscription in &manifest.subscriptions {
        let fields: Vec<_> = subscription.fields.iter().map(|field| field.name).collect();
        println!("  {} [{}]", subscription.kind.name(), fields.join(", "));
        if let Some(filter) = &subscription.filter {
            println!("    where {filter}");
        }
    }
}
