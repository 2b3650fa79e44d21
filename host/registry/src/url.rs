//! Absolute addresses, and what a server's `Location` and `Link` make of them.

use ureq::http::Uri;

/// The scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `https` or `http`.
    pub(crate) scheme: String,
    /// `host` or `host:port`.
    pub(crate) host: String,
}

/// What an address is rooted in; nothing for one that is not absolute or not HTTP.
pub(crate) fn origin(uri: &Uri) -> Option<Origin> {
    let scheme = uri
        .scheme_str()
        .filter(|scheme| matches!(*scheme, "https" | "http"))?;
    let authority = uri.authority()?.as_str();
    // A name and a password in an address would be sent to its host.
    if authority.contains('@') {
        return None;
    }
    Some(Origin {
        scheme: scheme.to_owned(),
        host: authority.to_ascii_lowercase(),
    })
}

/// Whether both addresses are the same host, port and scheme.
pub(crate) fn same_origin(one: &Uri, other: &Uri) -> bool {
    let normal = |uri: &Uri| {
        let origin = origin(uri)?;
        let default = if origin.scheme == "https" {
            ":443"
        } else {
            ":80"
        };
        let host = origin.host.strip_suffix(default).map(str::to_owned);
        Some((origin.scheme, host.unwrap_or(origin.host)))
    };
    normal(one).is_some() && normal(one) == normal(other)
}

/// The address that `location` means in an answer from `base`.
pub(crate) fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next()?;
    let absolute = if location.contains("://") {
        location.to_owned()
    } else {
        let origin = origin(base)?;
        let root = format!("{}://{}", origin.scheme, origin.host);
        let path = base.path();
        if let Some(rest) = location.strip_prefix("//") {
            format!("{}://{rest}", origin.scheme)
        } else if location.starts_with('/') {
            format!("{root}{location}")
        } else if location.starts_with('?') {
            format!("{root}{path}{location}")
        } else {
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            format!("{root}{directory}/{location}")
        }
    };
    absolute.parse().ok()
}

/// The address of a `Link: <...>; rel="next"` header.
pub(crate) fn next_link(header: &str) -> Option<&str> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| {
            let parameter = parameter.trim().to_ascii_lowercase();
            matches!(parameter.as_str(), "rel=next" | "rel=\"next\"")
        };
        parameters.split(';').any(is_next).then_some(target)
    })
}

/// A text as part of a query: everything but letters, digits and `-._~` is escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_as_browsers_read_it() {
        let base: Uri = "https://h:1/v2/n/tags/list?n=1".parse().unwrap();
        for (location, absolute) in [
            ("http://other/x", "http://other/x"),
            ("//other/x", "https://other/x"),
            ("/v2/x", "https://h:1/v2/x"),
            ("?last=a", "https://h:1/v2/n/tags/list?last=a"),
            ("list?last=a#f", "https://h:1/v2/n/tags/list?last=a"),
        ] {
            assert_eq!(resolve(&base, location).unwrap(), absolute);
        }
        assert!(resolve(&base, "http://a b/").is_none());
        assert!(origin(&"ftp://h/x".parse().unwrap()).is_none());
        assert!(origin(&"https://u:p@h/x".parse().unwrap()).is_none());
    }

    #[test]
    fn the_default_port_is_the_same_origin() {
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        assert!(same_origin(&uri("https://h/a"), &uri("https://H:443/b")));
        assert!(!same_origin(&uri("https://h/a"), &uri("http://h/a")));
        assert!(!same_origin(&uri("https://h/a"), &uri("https://h:8443/a")));
    }

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(
            next_link("</v2/n?last=x>; rel=\"next\""),
            Some("/v2/n?last=x")
        );
        assert_eq!(next_link("<a>; rel=prev, <b>; rel=next"), Some("b"));
        assert_eq!(next_link("<a>; rel=prev"), None);
        assert_eq!(next_link("rel=next"), None);
    }

    #[test]
    fn a_query_is_escaped() {
        assert_eq!(escape("repository:a/b:pull"), "repository%3Aa%2Fb%3Apull");
    }
}
