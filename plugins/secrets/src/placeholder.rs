//! Texts that stand where a secret would, and are none.

/// Parts of values that people write for others to replace.
const WORDS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change_it",
    "changeit",
    "placeholder",
    "replace",
    "your-",
    "your_",
    "yourpass",
    "yoursecret",
    "yourkey",
    "yourtoken",
    "mysecret",
    "mypassword",
    "my-secret",
    "my_secret",
    "my-password",
    "my_password",
    "example",
    "sample",
    "dummy",
    "redacted",
    "insert",
    "fixme",
    "notreal",
    "not-real",
    "undefined",
    "password",
    "passwd",
    "passphrase",
    "secretkey",
    "secret_key",
    "secret-key",
    "api_key",
    "api-key",
    "apikey",
    "access_token",
    "accesstoken",
    "s3cr3t",
    "supersecret",
    "topsecret",
    "foobar",
    "foo-bar",
    "testing",
    "test123",
    "test-",
    "test_",
    "1234567",
    "abcdefg",
    "qwerty",
    "deadbeef",
    "localhost",
    "process.env",
    "os.environ",
    "getenv",
    "lorem",
];

/// Beginnings of references to a secret that is kept elsewhere.
const REFERENCES: &[&str] = &[
    "$",
    "{",
    "<",
    "%",
    "@",
    "#",
    "[",
    "(",
    "*",
    "&",
    "env.",
    "env:",
    "vault:",
    "arn:",
    "ref+",
    "enc[",
    "secret:",
    "file:",
    "file/",
    "ssm:",
    "op://",
    "keyring:",
    "data.",
    "var.",
    "local.",
    "module.",
    "config.",
    "self.",
    "this.",
    "settings.",
    "system.",
    "os.",
    "process.",
    "http://",
    "https://",
    "projects/",
];

/// Values that specifications show: RFC 6749, 7519, 7617.
const PUBLISHED: &[&str] = &[
    "2YotnFZFEjr1zCsicMWpAA",
    "tGzv3JOkF0XG5Qx2TlKWIA",
    "gX1fBat3bV",
    "7Fjfp0ZBr1KtDRbnfVdmIw",
    "open sesame",
    "45ghiukldjahdnhzdauz",
];

/// The value refers to a secret or waits for one.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    if PUBLISHED.contains(&value) {
        return true;
    }
    let value = value.to_ascii_lowercase();
    REFERENCES.iter().any(|start| value.starts_with(start))
        || WORDS.iter().any(|word| value.contains(word))
        || ["true", "false", "null", "none", "nil", "unset"].contains(&value.as_str())
        || is_filler(&value)
}

/// A token of the right form whose random part is `xxxx`, `****`, dots or one character repeated.
#[must_use]
pub fn is_filler(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if ["xxxx", "****", "....", "____", "<", "${", "{{"]
        .iter()
        .any(|filler| lower.contains(filler))
    {
        return true;
    }
    let mut run = 0;
    let mut last = None;
    for c in lower.chars() {
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        if run >= 8 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_secret_is_told_from_one() {
        for value in [
            "${DB_PASSWORD}",
            "<your-token>",
            "changeme",
            "xxxxxxxxxxxx",
            "{{ .Values.x }}",
            "AAAAAAAAAAAA",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["hV7k2Qp9", "tr0ub4dor&3"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn a_documented_example_of_the_right_form_is_no_filler() {
        assert!(!is_filler(concat!("AKIA", "IOSFODNN7EXAMPLE")));
        assert!(is_filler(concat!("AKIA", "XXXXXXXXXXXXXXXX")));
    }
}
