//! Passwords and secrets that only their surroundings give away.

use merlon_sdk::Severity;

use super::{Rank, SecretRule as R};
use crate::judge;

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "database-url-password",
        "Password in the URL of a database or queue",
        &[r#"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|nats|mqtts?|jdbc:[a-z]{2,12})(?:\+[a-z0-9]{2,12})?://[^\s:@/'"]{0,64}:([^\s:@/'"<>`]{3,128})@[A-Za-z0-9.\[_-]"#],
        "",
    )
    .rank(Rank::Shared)
    .judge(judge::url_password),
    R::vendor(
        "basic-auth-url",
        "Password in a URL",
        &[r#"\b(?:https?|ftps?|sftp|ssh|git|svn|ldaps?|smtps?|imaps?|wss?|socks5h?)://[^\s:@/'"<>`]{1,64}:([^\s:@/'"<>`]{3,128})@[A-Za-z0-9.\[_-]"#],
        "https://datatracker.ietf.org/doc/html/rfc3986#section-3.2.1",
    )
    .rank(Rank::Shared)
    .judge(judge::url_password),
    R::vendor(
        "connection-string-password",
        "Password in a connection string",
        &[r#"(?i:server|data source|host)=[^;\n"']{1,100};[^\n"']{0,200}(?i:password|pwd)=([^;"'\s]{4,128})"#],
        "",
    )
    .rank(Rank::Shared)
    .judge(judge::password),
    R::vendor(
        "netrc-password",
        "Password in .netrc",
        &[r"login\s{1,8}[^\s]{1,64}\s{1,8}password\s{1,8}([^\s]{3,128})"],
        "https://everything.curl.dev/usingcurl/netrc.html",
    )
    .rank(Rank::Shared)
    .judge(judge::netrc),
    R::vendor(
        "curl-password",
        "Password on a command line of curl",
        &[r#"\bcurl\b[^\n]{0,120}\s(?:-u|--user)[ =]{0,2}["']?[^\s:"'$]{1,64}:([^\s"'$]{4,64})"#],
        "",
    )
    .rank(Rank::Shared)
    .judge(judge::password),
    R::vendor(
        "authorization-header",
        "Credentials in an authorization header",
        &[r#"(?i:authorization)["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?i:bearer|basic|token)[ \t]{1,3}([A-Za-z0-9+/=._~-]{16,400})"#],
        "https://datatracker.ietf.org/doc/html/rfc9110#section-11.6.2",
    )
    .severity(Severity::Medium)
    .rank(Rank::Shared)
    .judge(judge::random),
    R::vendor(
        "generic-secret",
        "Value of something that is called a secret",
        &[r#"(?i:secret|token|api_?-?key|access_?-?key|private_?-?key|signing_?-?key|encryption_?-?key|credential)[A-Za-z0-9_-]{0,12}["'\]]{0,2}[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}["'`]?([A-Za-z0-9+/_=.~-]{16,150})"#],
        "",
    )
    .severity(Severity::Medium)
    .rank(Rank::Generic)
    .judge(judge::generic_secret),
    R::vendor(
        "generic-password",
        "Value of something that is called a password",
        &[
            r#"(?i:passw(?:or)?d|passphrase|pwd)[A-Za-z0-9_-]{0,12}["'\]]{0,2}[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}["'`]([^"'`\s]{8,128})["'`]"#,
            r#"(?:PASSW(?:OR)?D|PASSPHRASE|passw(?:or)?d)[ \t]{0,2}[=:][ \t]{0,2}([^\s"'`$<{(;,&]{8,128})"#,
        ],
        "",
    )
    .severity(Severity::Medium)
    .rank(Rank::Generic)
    .judge(judge::generic_password),
    // No pattern of its own: found by the names of variables in objects and image configurations.
    R::vendor(
        "secret-in-environment",
        "Secret as the plain value of an environment variable",
        &[],
        "https://kubernetes.io/docs/concepts/configuration/secret/",
    )
    .severity(Severity::Medium)
    .rank(Rank::Generic)
    .judge(judge::generic_secret),
];
