//! Whether a hit is a secret.

pub mod encoded;
pub mod environment;
pub mod form;
pub mod generic;
pub mod key;
pub mod password;

use crate::candidate::{Candidate, Judgement};
use crate::entropy::{classes, entropy};

/// What a judge does.
type Check = fn(&Candidate<'_>) -> Judgement;

/// A judge: the least randomness of a secret, and a check.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    check: Check,
    entropy: f64,
    classes: f64,
}

/// The checks by the names that rules call them.
const CHECKS: &[(&str, Check)] = &[
    ("form", form::form),
    ("random", form::random),
    ("binary", form::binary),
    ("aws-key-id", form::aws_key_id),
    ("crc32-base62", form::crc32_base62),
    ("crc32-hex", form::crc32_hex),
    ("gitlab", form::gitlab),
    ("matrix", form::matrix),
    ("bech32", form::bech32),
    ("macaroon", encoded::macaroon),
    ("base64-json", encoded::base64_json),
    ("base64-pem", encoded::base64_pem),
    ("jwt", encoded::jwt),
    ("docker-auth", encoded::docker_auth),
    ("kubernetes-secret", encoded::kubernetes_secret),
    ("private-key", key::private_key),
    ("key-store", key::key_store),
    ("seed-phrase", key::seed_phrase),
    ("password", password::password),
    ("shell-password", password::shell_password),
    ("url-password", password::url_password),
    ("authorization", password::authorization),
    ("environment", environment::assigned),
    ("generic-secret", generic::secret),
    ("generic-password", generic::password),
];

impl Judge {
    /// The judge of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, check) = CHECKS.iter().find(|(known, _)| *known == name)?;
        Some(Self {
            check: *check,
            entropy: 0.0,
            classes: 0.0,
        })
    }

    /// The names, for a message.
    #[must_use]
    pub fn names() -> String {
        let names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// A judge that also asks for so many bits per character, of so many classes of characters.
    #[must_use]
    pub fn at_least(self, entropy: f64, classes: f64) -> Self {
        Self {
            entropy,
            classes,
            ..self
        }
    }

    /// What it says.
    #[must_use]
    pub fn judge(&self, candidate: &Candidate<'_>) -> Judgement {
        let text = candidate.text;
        if entropy(text) < self.entropy || f64::from(classes(text)) < self.classes {
            return Judgement::Reject;
        }
        (self.check)(candidate)
    }
}

impl Default for Judge {
    /// Only fillers are rejected.
    fn default() -> Self {
        Self {
            check: form::form,
            entropy: 0.0,
            classes: 0.0,
        }
    }
}
