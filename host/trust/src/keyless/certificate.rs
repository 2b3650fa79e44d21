//! Certificates as Fulcio issues them (sigstore/fulcio, docs/oid-info.md).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use serde_json::Value;
use spki::ObjectIdentifier;
use spki::der::asn1::Utf8StringRef;
use spki::der::{Decode, Encode};
use webpki::{EndEntityCert, KeyUsage};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::TrustRoot;
use crate::bundle::decoded;
use crate::payload::shortened;
use crate::{PublicKey, Refusal};

/// The purpose of a certificate that signs code, 1.3.6.1.5.5.7.3.3 in DER.
const CODE_SIGNING: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 3];
/// Who vouched for the identity, as DER.
const ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.8");
/// The same as bare bytes, in older certificates.
const ISSUER_V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1.1");
/// Names of one certificate that are compared.
const NAMES: usize = 32;
/// Certificates of one chain.
const MOST: usize = 8;

/// One certificate.
#[derive(Debug)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
}

/// The chain of a bundle, leaf first.
pub(crate) fn of_material(material: &Value) -> Result<Vec<Certificate>, Refusal> {
    let mut raw: Vec<&Value> = Vec::new();
    raw.extend(material.pointer("/certificate/rawBytes"));
    if let Some(chain) = material
        .pointer("/x509CertificateChain/certificates")
        .and_then(Value::as_array)
    {
        raw.extend(chain.iter().filter_map(|one| one.get("rawBytes")));
    }
    if raw.is_empty() {
        return Err(Refusal::NoCertificate);
    }
    raw.into_iter()
        .take(MOST)
        .map(|one| {
            let text = one.as_str().unwrap_or_default();
            Certificate::parse(decoded(text, "a certificate")?)
        })
        .collect()
}

/// A chain as PEM, leaf first.
pub(crate) fn of_pem(text: &str) -> Result<Vec<Certificate>, Refusal> {
    let mut chain = Vec::new();
    for part in text.split_inclusive("-----END CERTIFICATE-----").take(MOST) {
        if part.trim().is_empty() {
            continue;
        }
        let (label, der) = pem_rfc7468::decode_vec(part.trim().as_bytes())
            .map_err(|error| Refusal::Certificate(error.to_string()))?;
        if label != "CERTIFICATE" {
            return Err(Refusal::Certificate(format!(
                "its label is {}",
                shortened(label)
            )));
        }
        chain.push(Certificate::parse(der)?);
    }
    Ok(chain)
}

impl Certificate {
    pub(crate) fn parse(der: Vec<u8>) -> Result<Self, Refusal> {
        let parsed = x509_cert::Certificate::from_der(&der).map_err(unacceptable)?;
        Ok(Self { der, parsed })
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether a root vouches for it, for signing, at that time.
    pub(crate) fn chains_to(
        &self,
        above: &[Self],
        root: &TrustRoot,
        time: u64,
    ) -> Result<(), Refusal> {
        let leaf = CertificateDer::from(self.der.as_slice());
        let leaf = EndEntityCert::try_from(&leaf).map_err(unacceptable)?;
        let between: Vec<CertificateDer<'_>> = above
            .iter()
            .map(|one| one.der.as_slice())
            .chain(root.intermediates(time))
            .map(CertificateDer::from)
            .collect();
        let anchors = root.anchors(time);
        let time = UnixTime::since_unix_epoch(Duration::from_secs(time));
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &between,
            time,
            KeyUsage::required(CODE_SIGNING),
            None,
            None,
        )
        .map(|_path| ())
        .map_err(unacceptable)
    }

    pub(crate) fn key(&self) -> Result<PublicKey, Refusal> {
        let info = self.parsed.tbs_certificate().subject_public_key_info();
        let der = info.to_der().map_err(unacceptable)?;
        PublicKey::from_der(&der).map_err(unacceptable)
    }

    /// The mail addresses and URIs that it names.
    pub(crate) fn names(&self) -> Result<Vec<String>, Refusal> {
        let found = self
            .parsed
            .tbs_certificate()
            .get_extension::<SubjectAltName>()
            .map_err(unacceptable)?;
        let names = found.map(|(_, names)| names.0).unwrap_or_default();
        let names: Vec<String> = names
            .iter()
            .take(NAMES)
            .filter_map(|name| match name {
                GeneralName::Rfc822Name(text) => Some(text.to_string()),
                GeneralName::UniformResourceIdentifier(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        if names.is_empty() {
            return Err(Refusal::Certificate("it names nobody".to_owned()));
        }
        Ok(names)
    }

    /// Who vouched for its names.
    pub(crate) fn issuer(&self) -> Result<String, Refusal> {
        let value = |oid: ObjectIdentifier| {
            let extensions = self.parsed.tbs_certificate().extensions()?;
            let own = extensions.iter().find(|one| one.extn_id == oid)?;
            Some(own.extn_value.as_bytes())
        };
        if let Some(bytes) = value(ISSUER) {
            let text = Utf8StringRef::from_der(bytes).map_err(unacceptable)?;
            return Ok(text.as_str().to_owned());
        }
        let bytes = value(ISSUER_V1)
            .ok_or_else(|| Refusal::Certificate("it does not say who vouched".to_owned()))?;
        String::from_utf8(bytes.to_vec()).map_err(unacceptable)
    }
}

fn unacceptable(error: impl std::fmt::Display) -> Refusal {
    Refusal::Certificate(shortened(&error.to_string()))
}
