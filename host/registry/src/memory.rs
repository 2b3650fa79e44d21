//! Signatures that were seen, for when the network is off. Remembered or fresh, they are claims.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::error::RegistryError;
use crate::manifest::{encode, json};
use crate::registry::Registry;
use crate::signature::Signatures;
use merlon_trust::{Candidate, Digest};

const KIND: &str = "signatures";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Remembered {
    Legacy(String, BTreeMap<String, String>),
    Bundle(String),
}

impl Registry {
    pub(crate) fn remember_signatures(
        &self,
        subject: &Digest,
        found: &Signatures,
    ) -> Result<(), RegistryError> {
        let all: Vec<Remembered> = found.candidates.iter().map(remembered).collect();
        let note = encode(&all, "the signatures in the cache")?;
        self.store.keep_note(KIND, &subject.to_string(), &note)
    }

    pub(crate) fn remembered_signatures(
        &self,
        subject: &Digest,
    ) -> Result<Signatures, RegistryError> {
        let what = format!("whether {subject} is signed");
        let Some(note) = self.store.note(KIND, &subject.to_string()) else {
            return Err(RegistryError::Offline { what });
        };
        let all: Vec<Remembered> = json(&note, &what)?;
        Ok(Signatures {
            candidates: all.into_iter().filter_map(candidate).collect(),
            unreadable: Vec::new(),
        })
    }
}

fn remembered(candidate: &Candidate) -> Remembered {
    match candidate {
        Candidate::Legacy {
            payload,
            annotations,
        } => Remembered::Legacy(STANDARD.encode(payload), annotations.clone()),
        Candidate::Bundle(bundle) => Remembered::Bundle(STANDARD.encode(bundle)),
    }
}

fn candidate(remembered: Remembered) -> Option<Candidate> {
    Some(match remembered {
        Remembered::Legacy(payload, annotations) => Candidate::Legacy {
            payload: STANDARD.decode(payload).ok()?,
            annotations,
        },
        Remembered::Bundle(bundle) => Candidate::Bundle(STANDARD.decode(bundle).ok()?),
    })
}
