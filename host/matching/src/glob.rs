//! The file selector of a pattern: a path glob, translated to a regex.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// A compiled selector.
#[derive(Debug)]
pub(crate) struct Glob {
    regex: Regex,
    whole_path: bool,
}

impl Glob {
    /// Compiles a glob; `None` when a bracket or brace is left open.
    pub(crate) fn parse(glob: &str) -> Option<Self> {
        let glob = glob.strip_prefix('/').unwrap_or(glob);
        let regex = Regex::builder()
            .syntax(syntax::Config::new().unicode(true).utf8(false))
            .configure(Regex::config().nfa_size_limit(Some(1 << 20)))
            .build(&translate(glob)?)
            .ok()?;
        Some(Self {
            regex,
            whole_path: glob.contains('/') || glob.contains("**"),
        })
    }

    /// Whether the path is selected.
    pub(crate) fn selects(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or(path);
        let subject = if self.whole_path {
            path
        } else {
            path.rsplit('/').next().unwrap_or(path)
        };
        self.regex.is_match(subject)
    }
}

fn translate(glob: &str) -> Option<String> {
    let mut out = String::from(r"(?s)\A");
    let mut braces = 0usize;
    let mut chars = glob.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                // `**/x` also selects `x` itself.
                out.push_str(if chars.next_if_eq(&'/').is_some() {
                    "(?:.*/)?"
                } else {
                    ".*"
                });
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => out.push_str(&class(&mut chars)?),
            '{' => {
                braces += 1;
                out.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                out.push(')');
            }
            ',' if braces > 0 => out.push('|'),
            '\\' => out.push_str(&regex_syntax::escape(
                chars.next()?.encode_utf8(&mut [0; 4]),
            )),
            other => out.push_str(&regex_syntax::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(r"\z");
    (braces == 0).then_some(out)
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut out = String::from("[");
    if chars.next_if(|c| matches!(c, '!' | '^')).is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        match chars.next()? {
            ']' if !first => break,
            '-' => out.push('-'),
            c => {
                if !c.is_alphanumeric() {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        first = false;
    }
    out.push(']');
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(glob: &str, path: &str) -> bool {
        Glob::parse(glob).unwrap().selects(path)
    }

    #[test]
    fn a_glob_without_a_slash_is_matched_with_the_last_component() {
        assert!(selects("*.env", "/srv/app/prod.env"));
        assert!(!selects("*.env", "/srv/app.env/readme"));
    }

    #[test]
    fn one_star_stays_inside_a_component_and_two_do_not() {
        assert!(selects("etc/*/shadow", "/etc/x/shadow"));
        assert!(!selects("etc/*/shadow", "/etc/x/y/shadow"));
        assert!(selects("etc/**/shadow", "/etc/x/y/shadow"));
        assert!(selects("etc/**/shadow", "/etc/shadow"));
    }

    #[test]
    fn braces_and_classes_choose() {
        assert!(selects("*.{js,ts}", "a/b.ts"));
        assert!(!selects("*.{js,ts}", "a/b.rs"));
        assert!(selects("[!a-c]?.txt", "dx.txt"));
        assert!(!selects("[!a-c]?.txt", "bx.txt"));
    }

    #[test]
    fn an_open_bracket_or_brace_is_refused() {
        for glob in ["[abc", "{a,b", "a\\"] {
            assert!(Glob::parse(glob).is_none(), "{glob}");
        }
    }
}
