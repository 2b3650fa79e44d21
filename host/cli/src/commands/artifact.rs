//! `merlon ruleset push|pull|verify`, and `list` of a name: rulesets in registries.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use merlon_artifact::Ruleset;
use merlon_model::{Rule, chain};
use merlon_registry::PushOptions;
use merlon_trust::{Candidate, SigningKey};

use crate::arguments::{Decide, Pull, Push, Reach, SignatureForm, Trust};
use crate::artifacts::{Artifacts, Fetched, Pins, read_key, reference};
use crate::config::{Config, Identity, RulesetSource, Signer, Verify};
use crate::environment::Environment;
use crate::{Exit, Failure, session};

/// Longest password file.
const PASSWORD_CAP: u64 = 4096;

/// The configuration and the registries that it reaches.
fn open(reach: &Reach, environment: &Environment) -> Result<(Config, Artifacts), Failure> {
    let decide = Decide {
        config: reach.config.clone(),
        ..Decide::default()
    };
    let config = crate::config::load(&decide, environment)?;
    let artifacts = Artifacts::open(&config, reach.network(), environment)?;
    Ok((config, artifacts))
}

pub(crate) fn tags(text: &str, reach: &Reach, environment: &Environment) -> Result<Exit, Failure> {
    let (_, artifacts) = open(reach, environment)?;
    let tags = artifacts
        .registry()
        .tags(&reference(text)?)
        .map_err(|error| Failure::incomplete(chain(&error)))?;
    for tag in tags {
        println!("{tag}");
    }
    Ok(Exit::Clean)
}

pub(crate) fn push(push: &Push, environment: &Environment) -> Result<Exit, Failure> {
    let (_, artifacts) = open(&push.reach, environment)?;
    let reference = reference(&push.reference)?;
    let ruleset = Ruleset::open(&push.directory).map_err(|error| Failure::usage(chain(&error)))?;
    let key = match &push.sign_key {
        Some(path) => Some(signing_key(path, push.sign_password.as_deref())?),
        None => None,
    };
    let mut annotations: BTreeMap<String, String> = push.annotations.iter().cloned().collect();
    let options = PushOptions {
        created: annotations.remove("org.opencontainers.image.created"),
        annotations,
    };
    let failed = |error| Failure::incomplete(chain(&error));
    let digest = artifacts
        .registry()
        .push(&ruleset, &reference, &options)
        .map_err(failed)?;
    println!("{}", reference.pinned(&digest));
    let Some(key) = key else {
        return Ok(Exit::Clean);
    };
    let unsigned =
        |error| Failure::incomplete(format!("pushed, but not signed: {}", chain(&error)));
    for candidate in signatures(&key, &push.reference, digest, push.signature_form)? {
        artifacts
            .registry()
            .attach_signature(&reference, &digest, &candidate)
            .map_err(unsigned)?;
    }
    eprintln!(
        "signed with {}",
        push.sign_key.as_deref().unwrap_or(Path::new("")).display()
    );
    Ok(Exit::Clean)
}

fn signing_key(path: &Path, password: Option<&Path>) -> Result<SigningKey, Failure> {
    let mut secret = String::new();
    if let Some(from) = password {
        let read = if from == Path::new("-") {
            std::io::stdin()
                .take(PASSWORD_CAP)
                .read_to_string(&mut secret)
        } else {
            std::fs::File::open(from)
                .and_then(|file| file.take(PASSWORD_CAP).read_to_string(&mut secret))
        };
        read.map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}", from.display()))
        })?;
    }
    SigningKey::from_pem(
        &read_key(path)?,
        secret.trim_end_matches(['\n', '\r']).as_bytes(),
    )
    .map_err(|error| Failure::usage(format!("{}: {}", path.display(), chain(&error))))
}

fn signatures(
    key: &SigningKey,
    reference: &str,
    digest: merlon_trust::Digest,
    form: SignatureForm,
) -> Result<Vec<Candidate>, Failure> {
    let failed = |error| Failure::incomplete(chain(&error));
    let mut candidates = Vec::new();
    if form != SignatureForm::Tag {
        candidates.push(Candidate::Bundle(key.sign_bundle(digest).map_err(failed)?));
    }
    if form != SignatureForm::Bundle {
        let repository = reference.trim_start_matches("oci://");
        let made = key.sign_legacy(digest, repository).map_err(failed)?;
        candidates.push(Candidate::Legacy {
            payload: made.payload,
            annotations: made.annotations,
        });
    }
    Ok(candidates)
}

pub(crate) fn verify(
    text: &str,
    trust: &Trust,
    reach: &Reach,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let (config, artifacts) = open(reach, environment)?;
    let Some(verify) = asked(trust).or_else(|| configured(&config, text)) else {
        return Err(Failure::usage(format!(
            "nothing says whose signature {text} must carry: give --key FILE, or --root, --identity and --issuer, or `verify` in merlon.yaml"
        )));
    };
    let fetched = artifacts.fetch(text, Some(&verify), Pins::Renewed)?;
    let signer = fetched.pulled.signer.as_deref().unwrap_or("nobody");
    println!("{} is signed by {signer}", pinned(&fetched));
    Ok(Exit::Clean)
}

fn pinned(fetched: &Fetched) -> String {
    let source = &fetched.pulled;
    source.reference.pinned(&source.digest).to_string()
}

/// What the flags ask for.
fn asked(trust: &Trust) -> Option<Verify> {
    let signer = match (&trust.key, &trust.root, &trust.identity, &trust.issuer) {
        (Some(key), ..) => Signer::Key(key.clone()),
        (None, Some(root), Some(identity), Some(issuer)) => Signer::Keyless {
            root: root.clone(),
            identity: Identity::Exact(identity.clone()),
            issuer: issuer.clone(),
        },
        _ => return None,
    };
    Some(Verify {
        signer,
        annotations: trust.annotations.iter().cloned().collect(),
    })
}

/// What the configuration asks of that reference.
fn configured(config: &Config, text: &str) -> Option<Verify> {
    let wanted = reference(text).ok()?;
    let mut entries = config.rulesets.iter();
    let entry = entries.find(|entry| {
        matches!(&entry.source, RulesetSource::Oci(own) if reference(own).is_ok_and(|own| own == wanted))
    })?;
    entry.verify.clone()
}

pub(crate) fn pull(pull: &Pull, environment: &Environment) -> Result<Exit, Failure> {
    let (config, mut artifacts) = open(&pull.reach, environment)?;
    let wanted: Vec<(String, Option<Verify>)> = match &pull.reference {
        Some(text) => vec![(
            text.clone(),
            asked(&pull.trust).or_else(|| configured(&config, text)),
        )],
        None => {
            let entries = config.rulesets.iter();
            entries
                .filter_map(|entry| match &entry.source {
                    RulesetSource::Oci(text) => Some((text.clone(), entry.verify.clone())),
                    _ => None,
                })
                .collect()
        }
    };
    if wanted.is_empty() {
        return Err(Failure::usage(
            "the configuration has no oci:// ruleset; name one: `merlon ruleset pull oci://REF`",
        ));
    }
    for (text, verify) in &wanted {
        one(&mut artifacts, (text, verify.as_ref()), pull, environment)?;
    }
    Ok(Exit::Clean)
}

fn one(
    artifacts: &mut Artifacts,
    (text, verify): (&str, Option<&Verify>),
    pull: &Pull,
    environment: &Environment,
) -> Result<(), Failure> {
    let pins = if pull.update {
        Pins::Renewed
    } else {
        Pins::Kept
    };
    let before = artifacts.pinned(&reference(text)?);
    let fetched = artifacts.fetch(text, verify, pins)?;
    println!("{}", pinned(&fetched));
    if let Some(signer) = &fetched.pulled.signer {
        println!("  signed by {signer}");
    }
    match before {
        Some(before) if before != fetched.pulled.digest => {
            println!("  was {before}");
            let old = fetched.pulled.reference.pinned(&before).to_string();
            match artifacts.fetch(&old, None, Pins::Kept) {
                Ok(old) => changes(&old, &fetched, environment)?,
                Err(failure) => println!("  the old rules cannot be compared: {failure}"),
            }
        }
        Some(_) if pull.update => println!("  unchanged"),
        _ => {}
    }
    // A reference with a digest pins itself.
    if fetched.pulled.reference.digest().is_none() {
        artifacts.pin(&fetched.pulled)?;
        println!("  pinned in {}", artifacts.lock_path().display());
    }
    match &pull.output {
        Some(directory) => restore(&fetched.ruleset, directory),
        None => Ok(()),
    }
}

/// What an update does to the rules.
fn changes(old: &Fetched, new: &Fetched, environment: &Environment) -> Result<(), Failure> {
    let rules = |fetched: &Fetched| -> Result<BTreeMap<String, Rule>, Failure> {
        let catalog = session::catalog_of(&fetched.ruleset, serde_json::Value::Null, environment)?;
        let rules = catalog.rules();
        Ok(rules
            .map(|(_, rule)| (rule.id.to_string(), rule.clone()))
            .collect())
    };
    let (before, after) = (rules(old)?, rules(new)?);
    println!(
        "  {} {} -> {} {}",
        old.ruleset.definition.id,
        old.ruleset.definition.version,
        new.ruleset.definition.id,
        new.ruleset.definition.version
    );
    for (id, rule) in &after {
        match before.get(id) {
            None => println!("  + {id} ({}) {}", rule.severity, rule.title),
            Some(was) if was.severity != rule.severity => {
                println!("  ~ {id}: {} -> {}", was.severity, rule.severity);
            }
            Some(was) if was != rule => println!("  ~ {id}: its description"),
            Some(_) => {}
        }
    }
    for (id, rule) in &before {
        if !after.contains_key(id) {
            println!("  - {id} ({}) {}", rule.severity, rule.title);
        }
    }
    Ok(())
}

/// Writes the files of a ruleset; nothing that is there is overwritten.
fn restore(ruleset: &Ruleset, directory: &Path) -> Result<(), Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::incomplete(format!("cannot write {}: {error}", path.display()))
    };
    let paths: Vec<PathBuf> = ruleset.paths().map(|path| directory.join(path)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        return Err(Failure::usage(format!(
            "{} is there already; give an empty directory",
            path.display()
        )));
    }
    for (name, path) in ruleset.paths().zip(&paths) {
        let bytes = ruleset
            .read(name)
            .map_err(|error| Failure::incomplete(chain(&error)))?;
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above).map_err(|error| failed(above, error))?;
        }
        std::fs::write(path, bytes).map_err(|error| failed(path, error))?;
    }
    println!("  {} files in {}", paths.len(), directory.display());
    Ok(())
}
