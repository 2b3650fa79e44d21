//! `merlon plugin`: build a plugin, look into one.

use std::path::Path;

use serde_json::Value;

use merlon_model::chain;

use crate::arguments::PluginCommand;
use crate::environment::Environment;
use crate::{Exit, Failure, session};

pub(crate) fn plugin(command: &PluginCommand, environment: &Environment) -> Result<Exit, Failure> {
    match command {
        PluginCommand::Build { directory } => build(directory),
        PluginCommand::Inspect { ruleset } => inspect(ruleset, environment),
    }
}

fn build(directory: &Path) -> Result<Exit, Failure> {
    let path = merlon_plugin_build::build_ruleset(directory, &mut |line| eprintln!("{line}"))
        .map_err(|error| Failure::incomplete(chain(&error)))?;
    let size = std::fs::metadata(&path).map_or(0, |about| about.len());
    println!("{} ({} KiB)", path.display(), size.div_ceil(1024));
    Ok(Exit::Clean)
}

fn inspect(name: &str, environment: &Environment) -> Result<Exit, Failure> {
    let (set, _) = session::open_ruleset(name)?;
    let catalog = session::catalog_of(&set, Value::Null, environment)?;
    let definition = &set.definition;
    println!("ruleset       {} {}", definition.id, definition.version);
    println!("digest        {}", set.digest);
    let capabilities: Vec<_> = definition.capabilities.iter().map(|c| c.name()).collect();
    println!("capabilities  {}", capabilities.join(", "));
    for plugin in catalog.plugins() {
        println!("rules         {}", plugin.rules.len());
        println!("patterns      {}", plugin.patterns.len());
        for subscription in &plugin.subscriptions {
            let fields: Vec<_> = subscription.fields.iter().map(|field| field.name).collect();
            println!(
                "subscription  {} [{}]",
                subscription.kind.name(),
                fields.join(", ")
            );
            if let Some(filter) = &subscription.filter {
                println!("  where       {filter}");
            }
        }
    }
    Ok(Exit::Clean)
}
