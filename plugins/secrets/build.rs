//! Makes one JSON text of the rules in `rules/`: a guest reads JSON, people read YAML.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use merlon_yaml::{Limits, Node, parse};

/// What only tests and readers need.
const EXAMPLES: [&str; 2] = ["example", "counter_example"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=rules");
    let mut files: Vec<PathBuf> = fs::read_dir("rules")?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.sort();
    let mut rules = Vec::new();
    for file in &files {
        rules.extend(rules_of(file)?);
    }
    let out = PathBuf::from(env_text("OUT_DIR")?).join("rules.json");
    fs::write(out, format!("[{}]", rules.join(",")))?;
    Ok(())
}

fn rules_of(file: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    let parsed = parse(&text, &file.display().to_string(), &Limits::default());
    if let Some(problem) = parsed.problems.first() {
        return Err(format!("{}: {problem:?}", file.display()).into());
    }
    let rules = parsed.documents.iter().flat_map(Node::items);
    let texts = rules.map(|rule| {
        let mut json = rule.to_json();
        if let Some(fields) = json.as_object_mut() {
            for name in EXAMPLES {
                fields.remove(name);
            }
        }
        json.to_string()
    });
    Ok(texts.collect())
}

#[allow(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]
fn env_text(name: &str) -> Result<String, env::VarError> {
    env::var(name)
}
