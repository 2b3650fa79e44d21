//! Rulesets that a registry names by a tag: whether the tag means another digest than it did.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use merlon_model::chain;
use merlon_registry::{Network, Reference};

use super::watch::{Look, Looks, Source};
use crate::artifacts::{self, Artifacts};
use crate::config::{Config, RulesetSource};
use crate::environment::Environment;

/// Between two questions to a registry.
const INTERVAL: Duration = Duration::from_secs(60);

/// The tags of a configuration. A reference with a digest cannot change, and what the lock pins changes
/// with the lock.
pub(super) struct References {
    artifacts: Artifacts,
    references: Vec<Reference>,
    answers: RefCell<Option<(Instant, Looks)>>,
}

impl References {
    /// Nothing when no tag is to be asked for.
    pub(super) fn of(config: &Config, environment: &Environment) -> Option<Self> {
        let texts = config.rulesets.iter().filter_map(|entry| {
            let RulesetSource::Oci(text) = &entry.source else {
                return None;
            };
            Some(text)
        });
        let mut references: Vec<Reference> = texts
            .filter_map(|text| artifacts::reference(text).ok())
            .filter(|reference| reference.digest().is_none())
            .collect();
        if references.is_empty() {
            return None;
        }
        // A configuration that reaches no registry says so when its rulesets are opened.
        let artifacts = Artifacts::open(config, Network::Online, environment).ok()?;
        references.retain(|reference| artifacts.pinned(reference).is_none());
        (!references.is_empty()).then(|| Self {
            artifacts,
            references,
            answers: RefCell::default(),
        })
    }

    fn ask(&self) -> Looks {
        let ask = |reference: &Reference| match self.artifacts.registry().resolve(reference) {
            Ok(digest) => Look::Digest(digest.to_string()),
            Err(error) => {
                eprintln!(
                    "reload: {reference} cannot be looked up, asked again in {} s: {}",
                    INTERVAL.as_secs(),
                    chain(&error)
                );
                Look::Unknown
            }
        };
        let references = self.references.iter();
        references
            .map(|reference| (reference.to_string(), ask(reference)))
            .collect()
    }
}

impl Source for References {
    fn look(&self, into: &mut Looks) {
        let mut answers = self.answers.borrow_mut();
        let due = answers
            .as_ref()
            .is_none_or(|(asked, _)| asked.elapsed() >= INTERVAL);
        if due {
            *answers = Some((Instant::now(), self.ask()));
        }
        if let Some((_, looks)) = &*answers {
            into.extend(looks.clone());
        }
    }
}
