//! Keys and signed tokens.

use merlon_sdk::Severity;

use super::{Rank, SecretRule as R};
use crate::judge;

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "private-key",
        "Private key",
        &[r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |SSH2 )?PRIVATE KEY-----((?:\s|\\n|\\r|[A-Za-z0-9+/=:,-]){40,600})"],
        "https://datatracker.ietf.org/doc/html/rfc7468",
    )
    .severity(Severity::Critical)
    .rank(Rank::Shared)
    .judge(judge::private_key),
    R::vendor(
        "encrypted-private-key",
        "Private key under a passphrase",
        &[r"-----BEGIN ENCRYPTED PRIVATE KEY-----((?:\s|\\n|\\r|[A-Za-z0-9+/=]){40,600})"],
        "https://datatracker.ietf.org/doc/html/rfc5958",
    )
    .severity(Severity::Low)
    .rank(Rank::Shared)
    .judge(judge::private_key),
    R::vendor(
        "pgp-private-key",
        "PGP private key",
        &[r"-----BEGIN PGP PRIVATE KEY BLOCK-----(?:\s|\\n)(?:(?:Version|Comment)[^\n]{0,100}\n)?((?:\s|\\n|\\r|[A-Za-z0-9+/=]){40,600})"],
        "https://datatracker.ietf.org/doc/html/rfc9580",
    )
    .severity(Severity::Critical)
    .judge(judge::private_key),
    R::vendor(
        "putty-private-key",
        "PuTTY private key",
        &[r"Private-Lines: [0-9]{1,3}\r?\n([A-Za-z0-9+/=\r\n]{40,600})"],
        "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
    )
    .severity(Severity::Critical)
    .judge(judge::private_key),
    R::vendor(
        "age-secret-key",
        "age secret key",
        &[r"\b(AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58})\b"],
        "https://age-encryption.org/v1",
    )
    .severity(Severity::Critical),
    R::vendor(
        "wireguard-private-key",
        "WireGuard private key",
        &[r"PrivateKey[ \t]{0,4}=[ \t]{0,4}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"],
        "https://www.wireguard.com/quickstart/",
    )
    .judge(judge::random),
    R::vendor(
        "json-web-token",
        "JSON Web Token",
        &[r"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,})"],
        "https://datatracker.ietf.org/doc/html/rfc7519",
    )
    .severity(Severity::Medium)
    .rank(Rank::Shared)
    .judge(judge::jwt),
    // No pattern of its own: the judge of JSON Web Tokens finds it in the claims.
    R::vendor(
        "kubernetes-service-account-token",
        "Token of a Kubernetes service account",
        &[],
        "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
    )
    .severity(Severity::Critical),
    R::vendor(
        "password-hash",
        "Hash of a password",
        &[r"[:'\x22= \t](\$(?:6|5|y|2[aby])\$[A-Za-z0-9./$=,]{30,130})"],
        "https://manpages.debian.org/crypt.5",
    )
    .severity(Severity::Medium)
    .rank(Rank::Shared)
    .judge(judge::random),
];
