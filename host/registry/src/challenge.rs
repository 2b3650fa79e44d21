//! What a registry demands in `WWW-Authenticate`.

use ureq::http::HeaderMap;
use ureq::http::header::WWW_AUTHENTICATE;

/// Longest header that is looked at.
const HEADER_CAP: usize = 8 << 10;

/// One way to say who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    /// A token of a server elsewhere.
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

/// Every way that an answer offers and this crate knows.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|value| value.len() <= HEADER_CAP)
        .flat_map(parse)
        .collect()
}

fn parse(header: &str) -> Vec<Challenge> {
    let mut found = Vec::new();
    let mut current: Option<(String, Vec<(String, String)>)> = None;
    for part in split(header) {
        let (scheme, parameter) = scheme_and_parameter(part);
        if let Some(scheme) = scheme {
            found.extend(current.take().and_then(challenge));
            current = Some((scheme.to_ascii_lowercase(), Vec::new()));
        }
        if let (Some((name, value)), Some((_, parameters))) = (parameter, &mut current) {
            parameters.push((name.to_ascii_lowercase(), value));
        }
    }
    found.extend(current.and_then(challenge));
    found
}

fn challenge((scheme, parameters): (String, Vec<(String, String)>)) -> Option<Challenge> {
    let get = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone())
    };
    match scheme.as_str() {
        "basic" => Some(Challenge::Basic),
        "bearer" => Some(Challenge::Bearer {
            realm: get("realm")?,
            service: get("service"),
        }),
        _ => None,
    }
}

/// The parts between commas that stand outside of quotes.
fn split(header: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    header
        .split(move |character| {
            match character {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => {}
            }
            character == ',' && !quoted
        })
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// `Bearer realm="x"` is both, `service="y"` a parameter, `Basic` a scheme.
fn scheme_and_parameter(part: &str) -> (Option<&str>, Option<(String, String)>) {
    let is_token = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let (scheme, rest) = match part.split_once(char::is_whitespace) {
        Some((scheme, rest)) if is_token(scheme) => (Some(scheme), rest),
        None if is_token(part) => (Some(part), ""),
        _ => (None, part),
    };
    let parameter = rest.trim().split_once('=').map(|(name, value)| {
        let value = value.trim();
        let inner = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let value = match inner {
            Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
            None => value.to_owned(),
        };
        (name.trim().to_owned(), value)
    });
    (scheme, parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
        }
    }

    #[test]
    fn the_challenges_of_registries_are_read() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let expected = bearer("https://auth.docker.io/token", Some("registry.docker.io"));
        assert_eq!(parse(hub), [expected]);
        assert_eq!(parse(r#"Basic realm="a, b""#), [Challenge::Basic]);
        assert_eq!(parse("basic"), [Challenge::Basic]);
        let both = r#"Bearer realm="x" , service=y, Basic realm="z""#;
        assert_eq!(parse(both), [bearer("x", Some("y")), Challenge::Basic]);
    }

    #[test]
    fn what_is_no_challenge_is_none() {
        for header in [
            "",
            ",,,",
            "Bearer",
            "Bearer realm",
            "=",
            "\"",
            "Negotiate abc==",
            "Bearer service=x",
        ] {
            assert!(parse(header).is_empty(), "{header}");
        }
    }
}
