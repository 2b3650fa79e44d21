//! Which names are meant.

use std::fmt;

use crate::KeyError;

/// Memory that a compiled pattern may take.
const PATTERN_CAP: usize = 1 << 20;

/// A name in a certificate, or a pattern for it.
#[derive(Debug, Clone)]
pub struct IdentityMatcher(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Exact(String),
    Pattern(regex::Regex),
}

impl IdentityMatcher {
    /// This name and no other.
    #[must_use]
    pub fn exact(name: &str) -> Self {
        Self(Kind::Exact(name.to_owned()))
    }

    /// Names that match the whole pattern: without `.*` around it, it is not searched for inside a name,
    /// so that `me@example.org` does not let `not-me@example.org.evil` in.
    ///
    /// # Errors
    /// When it is no pattern.
    pub fn regex(pattern: &str) -> Result<Self, KeyError> {
        let compiled = |text: &str| {
            regex::RegexBuilder::new(text)
                .size_limit(PATTERN_CAP)
                .build()
                .map_err(|error| KeyError::Pattern(error.to_string()))
        };
        // By itself first: `a)|(?:.*` would close the group that the anchors stand around.
        compiled(pattern)?;
        compiled(&format!("^(?:{pattern})$")).map(|pattern| Self(Kind::Pattern(pattern)))
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        match &self.0 {
            Kind::Exact(exact) => exact == name,
            Kind::Pattern(pattern) => pattern.is_match(name),
        }
    }
}

impl fmt::Display for IdentityMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Exact(exact) => f.write_str(exact),
            Kind::Pattern(pattern) => f.write_str(pattern.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_the_whole_name() {
        let matcher = IdentityMatcher::regex("me@example\\.org").unwrap();
        assert!(matcher.matches("me@example.org"));
        for name in [
            "not-me@example.org",
            "me@example.org.evil",
            "me@example.org\n",
        ] {
            assert!(!matcher.matches(name), "{name:?}");
        }
        for pattern in ["(", "me@example\\.org)|(?:.*"] {
            assert!(IdentityMatcher::regex(pattern).is_err(), "{pattern}");
        }
    }
}
