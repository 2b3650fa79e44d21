//! Tokens inside texts that the host's one pass does not see: objects and image configurations. Only
//! forms that begin with a fixed prefix are looked for.

/// Which characters follow a prefix.
#[derive(Debug, Clone, Copy)]
enum Alphabet {
    Capital,
    Alphanumeric,
    Url,
    Hex,
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Capital => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Hex => byte.is_ascii_hexdigit(),
        }
    }
}

/// Rule, prefix, alphabet, fewest and most characters after the prefix.
type Form = (&'static str, &'static str, Alphabet, usize, usize);

use Alphabet::{Alphanumeric, Capital, Hex, Url};

const FORMS: &[Form] = &[
    ("aws-access-key-id", "AKIA", Capital, 16, 16),
    ("aws-access-key-id", "ASIA", Capital, 16, 16),
    ("gcp-api-key", "AIza", Url, 35, 35),
    ("gcp-oauth-client-secret", "GOCSPX-", Url, 28, 28),
    ("digitalocean-token", "dop_v1_", Hex, 64, 64),
    ("vault-token", "hvs.", Url, 24, 300),
    ("databricks-token", "dapi", Hex, 32, 32),
    ("docker-hub-token", "dckr_pat_", Url, 27, 40),
    ("grafana-service-account-token", "glsa_", Url, 41, 41),
    ("github-personal-access-token", "ghp_", Alphanumeric, 36, 36),
    ("github-oauth-token", "gho_", Alphanumeric, 36, 36),
    ("github-app-token", "ghs_", Alphanumeric, 36, 36),
    ("github-app-token", "ghu_", Alphanumeric, 36, 36),
    ("github-fine-grained-token", "github_pat_", Url, 82, 82),
    ("gitlab-personal-access-token", "glpat-", Url, 20, 80),
    ("gitlab-runner-token", "glrt-", Url, 20, 64),
    ("npm-access-token", "npm_", Alphanumeric, 36, 36),
    ("pypi-upload-token", "pypi-AgE", Url, 50, 400),
    ("slack-token", "xoxb-", Url, 20, 250),
    ("slack-token", "xoxp-", Url, 20, 250),
    ("stripe-key", "sk_live_", Alphanumeric, 10, 99),
    ("stripe-key", "rk_live_", Alphanumeric, 10, 99),
    ("sendgrid-key", "SG.", Url, 33, 97),
    ("shopify-token", "shpat_", Hex, 32, 32),
    ("openai-key", "sk-proj-", Url, 40, 200),
    ("anthropic-key", "sk-ant-", Url, 64, 140),
    ("huggingface-token", "hf_", Alphanumeric, 34, 34),
    ("newrelic-key", "NRAK-", Capital, 27, 27),
    ("age-secret-key", "AGE-SECRET-KEY-1", Capital, 58, 58),
    ("json-web-token", "eyJ", Url, 40, 8000),
];

/// A token in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The rule it belongs to, if its judge agrees.
    pub rule: &'static str,
    /// The token.
    pub text: &'a str,
}

/// The tokens of known forms, and the passwords of URLs.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = FORMS.iter().flat_map(|form| of_form(text, *form)).collect();
    found.extend(url_password(text));
    found
}

fn of_form(text: &str, form: Form) -> impl Iterator<Item = Token<'_>> {
    let (rule, prefix, alphabet, fewest, most) = form;
    text.match_indices(prefix).filter_map(move |(start, _)| {
        let before = text.as_bytes().get(start.wrapping_sub(1));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return None;
        }
        let body = text.get(start + prefix.len()..)?;
        let length = body
            .bytes()
            .take_while(|byte| alphabet.holds(*byte))
            .count();
        if !(fewest..=most).contains(&length) {
            return None;
        }
        let text = text.get(start..start + prefix.len() + length)?;
        Some(Token { rule, text })
    })
}

fn url_password(text: &str) -> Option<Token<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next()?;
    let (credentials, _) = authority.rsplit_once('@')?;
    let (_, password) = credentials.split_once(':')?;
    let web = ["http", "https", "ftp", "git", "ssh"];
    let rule = if web.iter().any(|name| scheme.ends_with(name)) {
        "basic-auth-url"
    } else {
        "database-url-password"
    };
    (password.len() >= 3).then_some(Token {
        rule,
        text: password,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_passwords_are_found_inside_a_text() {
        let text = format!(
            "--key=AKIA{} db=postgres://u:hV7k2Qp9@db/x",
            "IOSFODNN7EXAMPLE"
        );
        let found = tokens(&text);
        let rules: Vec<_> = found.iter().map(|token| token.rule).collect();
        assert_eq!(rules, ["aws-access-key-id", "database-url-password"]);
        assert_eq!(found[1].text, "hV7k2Qp9");
    }

    #[test]
    fn a_prefix_inside_a_word_or_before_too_little_is_nothing() {
        assert!(tokens("xAKIAIOSFODNN7EXAMPL1 ghp_short").is_empty());
    }
}
