//! Secrets that are encoded texts: what is inside decides.

use merlon_sdk::json::{self, Value};

use crate::base64::decode;
use crate::candidate::{Candidate, Judgement};
use crate::judge::password::password;
use crate::placeholder::{is_filler, is_placeholder};

/// PyPI: a macaroon, whose first packet is the place that issued it.
#[must_use]
pub fn macaroon(candidate: &Candidate<'_>) -> Judgement {
    let body = candidate.text.split_once('-').map(|(_, body)| body);
    let place = body.and_then(decode).and_then(|bytes| {
        // Version 2, field 1 (location), its length, its bytes.
        let [2, 1, length, rest @ ..] = bytes.as_slice() else {
            return None;
        };
        let place = rest.get(..usize::from(*length))?;
        String::from_utf8(place.to_vec()).ok()
    });
    match place {
        Some(place) if !is_filler(candidate.text) => Judgement::Note("issuer", place),
        _ => Judgement::Reject,
    }
}

/// A token whose readable half is a JSON map in base64.
#[must_use]
pub fn base64_json(candidate: &Candidate<'_>) -> Judgement {
    // `{"` in base64.
    let start = candidate.text.find("eyJ").unwrap_or(0);
    let map = candidate.text.get(start..).and_then(json_of);
    Judgement::from(map.is_some_and(|value| value.is_object()) && !is_filler(candidate.text))
}

/// A PEM text in base64, as in a kubeconfig.
#[must_use]
pub fn base64_pem(candidate: &Candidate<'_>) -> Judgement {
    let whole = candidate.text.len() / 4 * 4;
    let bytes = candidate.text.get(..whole).and_then(decode);
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Judgement::from(text.is_some_and(|text| text.contains("PRIVATE KEY-----")))
}

/// JSON Web Tokens: the header must be one; a service account's token is a rule of its own.
#[must_use]
pub fn jwt(candidate: &Candidate<'_>) -> Judgement {
    let mut parts = candidate.text.split('.');
    let Some(header) = parts.next().and_then(json_of) else {
        return Judgement::Reject;
    };
    if header.get("alg").is_none() {
        return Judgement::Reject;
    }
    let claims = parts.next().and_then(json_of).unwrap_or(Value::Null);
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("");
    let (issuer, subject) = (claim("iss"), claim("sub"));
    if subject.starts_with("system:serviceaccount:") || issuer.starts_with("kubernetes/") {
        let note = ("subject", subject.to_owned());
        return Judgement::Other("kubernetes-service-account-token", note);
    }
    // The token of every local Supabase, and the one that the documentation of JWT shows.
    let known = ["SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"];
    if issuer == "supabase-demo" || known.iter().any(|end| candidate.text.ends_with(end)) {
        return Judgement::Reject;
    }
    if issuer.is_empty() {
        return Judgement::Accept;
    }
    Judgement::Note("issuer", issuer.to_owned())
}

/// Docker's `auth`: user and password in base64.
#[must_use]
pub fn docker_auth(candidate: &Candidate<'_>) -> Judgement {
    let Some(text) = text_of(candidate.text) else {
        return Judgement::Reject;
    };
    let Some((user, password)) = text.split_once(':') else {
        return Judgement::Reject;
    };
    Judgement::from(!user.is_empty() && password.len() >= 4 && !is_placeholder(password))
}

/// A value of a Secret: in base64 under `data`, plain under `stringData`.
#[must_use]
pub fn kubernetes_secret(candidate: &Candidate<'_>) -> Judgement {
    let plain = text_of(candidate.text);
    password(&Candidate {
        text: plain.as_deref().unwrap_or(candidate.text),
        ..*candidate
    })
}

fn json_of(base64: &str) -> Option<Value> {
    json::from_slice(&decode(base64)?).ok()
}

/// The text that the base64 of a printable text stands for.
#[must_use]
pub fn text_of(base64: &str) -> Option<String> {
    let text = String::from_utf8(decode(base64)?).ok()?;
    let printable = text.chars().all(|c| !c.is_control() || c == '\n');
    printable.then_some(text)
}
