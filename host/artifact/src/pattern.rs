//! The paths that `ruleset.yaml` names: plain ones and globs, always below the ruleset's directory.

use globset::{GlobBuilder, GlobMatcher};

/// Why a text cannot name files of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("a path inside the ruleset is relative and has no `..`, no `\\` and no empty part")]
    Outside,
    #[error("this is no valid glob")]
    Glob,
}

/// A path or a glob: `*` and `?` stay inside one directory, `**` crosses directories.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: String,
    matcher: Option<GlobMatcher>,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        if !is_inside(text) {
            return Err(PatternError::Outside);
        }
        if !is_glob(text) {
            return Ok(Self {
                text: text.to_owned(),
                matcher: None,
            });
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(false)
            .build();
        Ok(Self {
            text: text.to_owned(),
            matcher: Some(glob.or(Err(PatternError::Glob))?.compile_matcher()),
        })
    }

    /// The path itself, when it is no glob.
    pub(crate) fn literal(&self) -> Option<&str> {
        self.matcher.is_none().then_some(&*self.text)
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Some(matcher) => matcher.is_match(path),
            None => self.text == path,
        }
    }

    /// The directory that holds everything the glob can match; empty for the ruleset's own.
    pub(crate) fn base(&self) -> &str {
        let mut end = 0;
        for (at, _) in self.text.match_indices('/') {
            match self.text.get(..at) {
                Some(head) if !is_glob(head) => end = at,
                _ => break,
            }
        }
        self.text.get(..end).unwrap_or("")
    }

    /// How many directories below `base` the glob can reach; `None` has no bound of its own.
    pub(crate) fn depth(&self) -> Option<usize> {
        if self.text.contains("**") {
            return None;
        }
        let below = self.text.get(self.base().len()..).unwrap_or("");
        Some(below.trim_start_matches('/').matches('/').count())
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

pub(crate) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_reaches_no_further_than_it_says() {
        let here = Pattern::parse("*.rego").unwrap();
        assert!(here.matches("a.rego") && !here.matches("deep/a.rego"));
        assert_eq!((here.base(), here.depth()), ("", Some(0)));

        let one = Pattern::parse("rules/*/x.yaml").unwrap();
        assert!(one.matches("rules/a/x.yaml") && !one.matches("rules/a/b/x.yaml"));
        assert_eq!((one.base(), one.depth()), ("rules", Some(1)));

        let all = Pattern::parse("rules/deep/**/*.yaml").unwrap();
        assert!(all.matches("rules/deep/x.yaml") && all.matches("rules/deep/a/b/x.yaml"));
        assert_eq!((all.base(), all.depth()), ("rules/deep", None));
    }

    #[test]
    fn a_path_outside_the_ruleset_is_refused() {
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "./a",
            "a//b",
            "a\\b",
            "c:x",
        ] {
            assert!(Pattern::parse(path).is_err(), "{path}");
        }
    }
}
