//! Signatures by certificate: whom a certificate names, vouched for by a trust root that the operator
//! gave, at a time that a transparency log vouches for. Nothing is asked over the network.
//!
//! Not checked: the certificate's own log (signed certificate timestamps); a root that issues
//! certificates in secret is trusted to issue any.

mod certificate;
mod entry;
mod matcher;
mod proof;
mod root;

pub use matcher::IdentityMatcher;
pub use root::TrustRoot;

use std::collections::BTreeMap;

use serde_json::Value;

use self::certificate::Certificate;
use self::entry::{Entry, Signed};
use crate::bundle::Bundle;
use crate::payload::{Simple, Statement, Wanted, shortened};
use crate::{Candidate, Refusal, Signer};

/// The annotations of a legacy layer that hold the certificate, its chain and the log entry.
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";

/// Whom a keyless policy trusts.
#[derive(Clone, Copy)]
pub(crate) struct Trusted<'a> {
    pub(crate) root: &'a TrustRoot,
    pub(crate) identity: &'a IdentityMatcher,
    pub(crate) issuer: &'a str,
}

impl Trusted<'_> {
    pub(crate) fn check(
        &self,
        candidate: &Candidate,
        wanted: &Wanted<'_>,
    ) -> Result<Signer, Refusal> {
        match candidate {
            Candidate::Bundle(bytes) => self.bundle(bytes, wanted),
            Candidate::Legacy {
                payload,
                annotations,
            } => self.legacy(payload, annotations, wanted),
        }
    }

    fn bundle(&self, bytes: &[u8], wanted: &Wanted<'_>) -> Result<Signer, Refusal> {
        let bundle = Bundle::parse(bytes)?;
        let signed = bundle.signed()?;
        let chain = certificate::of_material(&bundle.material)?;
        let signature = Signed {
            message: &signed.message,
            payload: &signed.payload,
            signature: &signed.signature,
        };
        // One entry that is good is enough.
        let mut refusal = Refusal::Log("it carries no log entry".to_owned());
        let mut signer = None;
        for entry in entry::of_material(&bundle.material)? {
            match entry.and_then(|entry| self.signature(&chain, &entry, &signature)) {
                Ok(found) => signer = signer.or(Some(found)),
                Err(why) => refusal = why,
            }
        }
        let signer = signer.ok_or(refusal)?;
        Statement::check(&signed.payload, wanted)?;
        Ok(signer)
    }

    fn legacy(
        &self,
        payload: &[u8],
        annotations: &BTreeMap<String, String>,
        wanted: &Wanted<'_>,
    ) -> Result<Signer, Refusal> {
        let pem = annotations.get(CERTIFICATE).ok_or(Refusal::NoCertificate)?;
        let above = annotations.get(CHAIN).map_or("", String::as_str);
        let chain = certificate::of_pem(&format!("{pem}\n{above}"))?;
        let entry = annotations
            .get(LOG_ENTRY)
            .ok_or_else(|| Refusal::Log("it carries no log entry".to_owned()))?;
        let entry: Value = crate::payload::json(entry.as_bytes())?;
        let entry = Entry::of_annotation(&entry)?;
        let text = annotations
            .get(crate::policy::SIGNATURE)
            .ok_or_else(|| Refusal::Malformed("it carries no signature".to_owned()))?;
        let signature = crate::bundle::decoded(text, "the signature")?;
        let signer = self.signature(
            &chain,
            &entry,
            &Signed {
                message: payload,
                payload,
                signature: &signature,
            },
        )?;
        Simple::check(payload, wanted)?;
        Ok(signer)
    }

    /// The log says when and what, the chain says who, the certificate's key says that it was he.
    fn signature(
        &self,
        chain: &[Certificate],
        entry: &Entry,
        signed: &Signed<'_>,
    ) -> Result<Signer, Refusal> {
        let [leaf, above @ ..] = chain else {
            return Err(Refusal::NoCertificate);
        };
        let time = entry.logged_at(self.root)?;
        entry.is_about(signed, leaf)?;
        leaf.chains_to(above, self.root, time)?;
        if !leaf.key()?.signed(signed.message, signed.signature) {
            return Err(Refusal::WrongKey);
        }
        let identity = self.identity_of(leaf)?;
        let issuer = leaf.issuer()?;
        if issuer != self.issuer {
            return Err(Refusal::OtherIssuer {
                found: shortened(&issuer),
                wanted: self.issuer.to_owned(),
            });
        }
        Ok(Signer::Certificate { identity, issuer })
    }

    fn identity_of(&self, leaf: &Certificate) -> Result<String, Refusal> {
        let names = leaf.names()?;
        match names.iter().find(|name| self.identity.matches(name)) {
            Some(name) => Ok(name.clone()),
            None => Err(Refusal::OtherIdentity {
                found: shortened(&names.join(", ")),
                wanted: self.identity.to_string(),
            }),
        }
    }
}
