//! What the operator may choose, and `merlon:allow`.

use merlon_plugin_secrets::Secrets;
use merlon_sdk::json::json;
use merlon_sdk::test::Harness;

use crate::scanner::Scanner;

fn rules(settings: &str, path: &str, content: &str) -> Vec<String> {
    let (_, answers) = Scanner::new(settings).scan(path, content);
    answers.iter().map(|answer| answer.rule.clone()).collect()
}

fn aws() -> String {
    format!("key = {}{}", "AKIA", "QNZGKIQY56JQ7WML")
}

#[test]
fn a_rule_of_the_user_joins_and_one_of_the_same_id_replaces() {
    let own = json!({"rules": [
        {"id": "shop-token", "title": "Token of the shop", "severity": "critical",
         "patterns": ["\\b(shop_[a-f0-9]{16})\\b"], "rotate": "Ask the shop."},
        {"id": "aws-access-key-id", "title": "Ours", "patterns": ["\\b(AKIA[A-Z2-7]{15}Z)\\b"]},
    ]});
    let content = format!("t = shop_{}\n{}\n", "0a1b2c3d4e5f6a7b", aws());
    assert_eq!(rules(&own.to_string(), "a", &content), ["shop-token"]);
    assert_eq!(rules("{}", "a", &content), ["aws-access-key-id"]);
}

#[test]
fn a_rule_that_is_disabled_finds_nothing_and_an_unknown_one_is_an_error() {
    assert!(rules(r#"{"disable":["aws-access-key-id"]}"#, "a", &aws()).is_empty());
    let error = Harness::<Secrets>::start(r#"{"disable":["aws-acess-key"]}"#).err();
    assert_eq!(
        error.as_deref(),
        Some("disable: no rule is called `aws-acess-key`")
    );
}

#[test]
fn what_is_allowed_is_not_reported() {
    for allow in [
        json!({"allow": {"paths": ["**/testdata/**"]}}),
        json!({"allow": {"texts": ["/^AKIA.*WML$/"]}}),
        json!({"allow": {"texts": [format!("{}{}", "AKIA", "QNZGKIQY56JQ7WML")]}}),
        json!({"allow": {"stopwords": ["gkiqy"]}}),
    ] {
        let settings = allow.to_string();
        assert!(
            rules(&settings, "a/testdata/b", &aws()).is_empty(),
            "{allow}"
        );
        let other = format!("key = {}{}", "AKIA", "QZZZKIQY56JQ7WM2");
        assert_eq!(
            rules(&settings, "a", &other),
            ["aws-access-key-id"],
            "{allow}"
        );
    }
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_told_at_once() {
    let settings = json!({
        "checksums": "maybe",
        "rules": [{"id": "a", "title": "A", "patterns": ["("]}, {"id": "b", "title": "B"},
            {"id": "c", "title": "C", "patterns": ["abc"], "judge": "nobody"}],
        "allow": {"texts": ["/(/"]},
    });
    let error = Harness::<Secrets>::start(&settings.to_string());
    let error = error.err().unwrap();
    for part in [
        "checksums is `maybe`",
        "rule a: patterns: ",
        "rule b: patterns: at least one is needed",
        "rule c: judge: `nobody` is none of",
        "allow.texts[0]: ",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}

#[test]
fn a_comment_allows_the_secret_on_its_line_and_no_other() {
    let line = aws();
    let allowed = format!("{line} # merlon:allow\n");
    assert!(rules("{}", "a", &allowed).is_empty());
    let next = format!("{line} # merlon:allow aws-access-key-id, json-web-token\n{line}\n");
    assert_eq!(rules("{}", "a", &next), ["aws-access-key-id"]);
    let qualified = format!("{line} # merlon:allow secrets/aws-access-key-id because of a test\n");
    assert!(rules("{}", "a", &qualified).is_empty());
}

#[test]
fn a_new_secret_on_a_suppressed_line_is_found() {
    let line = format!(
        "{} password = 'hV7k-2Qp9zL' # merlon:allow aws-access-key-id\n",
        aws()
    );
    assert_eq!(rules("{}", "a", &line), ["generic-password"]);
}

#[test]
fn a_comment_that_allows_nothing_is_itself_reported() {
    let content = format!("x = 1 // merlon:allow\n{} // merlon:allow jwt\n", aws());
    let found = rules("{}", "a", &content);
    assert_eq!(found, ["unused-allow", "unused-allow", "aws-access-key-id"]);
    assert!(rules("{}", "README.md", "write `merlon:allow` on the line\n").is_empty());
}

#[test]
fn a_wrong_checksum_is_reported_or_required_as_the_operator_chose() {
    let line = format!("t={}{}\n", "ghp_", "q7Zp2LmX9vK4tR8wN3bY6cJ1hF5gD0sA2eU7");
    let (_, reported) = Scanner::new("{}").scan("a", &line);
    assert_eq!(reported[0].evidence("checksum"), Some("wrong"));
    let (_, required) = Scanner::new(r#"{"checksums":"require"}"#).scan("a", &line);
    assert!(required.is_empty());
    assert!(Harness::<Secrets>::start(r#"{"checksums":"maybe"}"#).is_err());
}
