//! What is signed: the simple-signing payload of legacy signatures, the in-toto statement of bundles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, Refusal, SIGN_PREDICATE};

const SIMPLE_KIND: &str = "cosign container image signature";
const STATEMENT_KIND: &str = "https://in-toto.io/Statement/v1";

/// The payload of a legacy signature (container signature format of the containers project).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Simple {
    critical: Critical,
    #[serde(default)]
    optional: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Critical {
    identity: Identity,
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

/// An in-toto statement, version 1.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<StatementSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: Value,
}

#[derive(Debug, Serialize, Deserialize)]
struct StatementSubject {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    digest: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, Value>>,
}

/// What a policy wants a payload to say.
pub(crate) struct Wanted<'a> {
    pub(crate) subject: Digest,
    pub(crate) annotations: &'a BTreeMap<String, String>,
}

impl Simple {
    pub(crate) fn of(subject: Digest, reference: &str) -> Self {
        Self {
            critical: Critical {
                identity: Identity {
                    reference: reference.to_owned(),
                },
                image: Image {
                    digest: subject.to_string(),
                },
                kind: SIMPLE_KIND.to_owned(),
            },
            optional: None,
        }
    }

    /// The reference inside is not compared: a signature may be copied along with its artifact.
    pub(crate) fn check(bytes: &[u8], wanted: &Wanted<'_>) -> Result<(), Refusal> {
        let payload: Self = json(bytes)?;
        if payload.critical.kind != SIMPLE_KIND {
            return Err(Refusal::NotASignature {
                found: shortened(&payload.critical.kind),
            });
        }
        if payload.critical.image.digest != wanted.subject.to_string() {
            return Err(Refusal::OtherSubject {
                found: shortened(&payload.critical.image.digest),
            });
        }
        annotated(&payload.optional.unwrap_or_default(), wanted.annotations)
    }
}

impl Statement {
    pub(crate) fn of(subject: Digest) -> Self {
        Self {
            kind: STATEMENT_KIND.to_owned(),
            subject: vec![StatementSubject {
                name: String::new(),
                digest: BTreeMap::from([("sha256".to_owned(), subject.as_hex())]),
                annotations: None,
            }],
            predicate_type: SIGN_PREDICATE.to_owned(),
            predicate: Value::Object(serde_json::Map::new()),
        }
    }

    pub(crate) fn check(bytes: &[u8], wanted: &Wanted<'_>) -> Result<(), Refusal> {
        let statement: Self = json(bytes)?;
        if statement.kind != STATEMENT_KIND || statement.predicate_type != SIGN_PREDICATE {
            return Err(Refusal::NotASignature {
                found: shortened(&statement.predicate_type),
            });
        }
        let hex = wanted.subject.as_hex();
        let own = statement
            .subject
            .iter()
            .find(|subject| subject.digest.get("sha256") == Some(&hex));
        let Some(own) = own else {
            let found = statement
                .subject
                .first()
                .and_then(|subject| subject.digest.get("sha256"))
                .map_or("nothing".to_owned(), |hex| {
                    format!("sha256:{}", shortened(hex))
                });
            return Err(Refusal::OtherSubject { found });
        };
        let mut said = own.annotations.clone().unwrap_or_default();
        if let Value::Object(predicate) = statement.predicate {
            said.extend(predicate);
        }
        annotated(&said, wanted.annotations)
    }
}

fn annotated(
    said: &BTreeMap<String, Value>,
    wanted: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    for (name, value) in wanted {
        let found = said.get(name);
        if found.and_then(Value::as_str) != Some(value) {
            return Err(Refusal::Annotation {
                name: name.clone(),
                wanted: value.clone(),
                found: found.map(|found| shortened(&found.to_string())),
            });
        }
    }
    Ok(())
}

/// A stranger's text in an error stays short and on its line.
pub(crate) fn shortened(text: &str) -> String {
    text.chars()
        .take(200)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

pub(crate) fn json<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::Malformed(shortened(&error.to_string())))
}
