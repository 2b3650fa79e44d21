//! What happens with rule files as they are found in the wild.

use merlon_sdk::Severity;

use crate::host::{Host, evidence};

const BOT: &str = r#"
rule Bot_A : botnet linux {
  meta:
    description = "A bot"
    family = "Kaiten"
    severity = "critical"
    mitre = "T1059.004"
    reference = "https://example.org/bot"
  strings:
    $kill = "KILLALL_BOTS" nocase
    $irc = { 4e 4f 54 49 43 45 ?? 25 73 }
  condition:
    all of them
}
"#;

#[test]
fn a_match_becomes_a_finding_with_its_places() {
    let mut host = Host::with(&[("linux/bot.yar", BOT)]);
    let rule = &host.manifest.rules[0];
    assert_eq!((rule.id.as_str(), rule.title.as_str()), ("bot-a", "A bot"));
    assert_eq!(
        (rule.severity, rule.attack[0].as_str()),
        (Severity::Critical, "T1059.004")
    );
    assert_eq!(
        host.manifest.subscriptions[0].where_.as_deref(),
        Some("hits > 0")
    );
    let findings = host.judge("bin/bot", b"..NOTICE:%s...killall_bots");
    assert_eq!(findings[0].message, "Kaiten: rule Bot_A");
    let location = findings[0].location.unwrap();
    assert_eq!((location.offset, location.length), (Some(2), Some(9)));
    let said = evidence(&findings[0]);
    assert_eq!(said["strings"], "$irc@0x2 $kill@0xe");
    assert_eq!(
        (said["tags"], said["namespace"]),
        ("botnet linux", "linux/bot.yar")
    );
    assert!(host.judge("bin/ls", b"killall_bots").is_empty());
}

#[test]
fn a_file_without_hits_is_never_read() {
    let mut host = Host::with(&[("a.yar", BOT)]);
    assert!(host.hits(b"nothing of the sort").is_empty());
    assert!(host.judge("f", b"nothing of the sort").is_empty());
}

#[test]
fn private_and_global_rules_decide_but_are_not_reported() {
    let text = r#"
private global rule small { condition: filesize < 40 }
private rule marker { strings: $m = "MARKER" condition: $m }
rule user { strings: $u = "payload" condition: marker and $u }
rule both { condition: all of (marker, user) }
"#;
    let mut host = Host::with(&[("a.yar", text)]);
    assert_eq!(host.ids(), ["user", "both"]);
    assert_eq!(host.rules("f", b"MARKER payload"), ["both", "user"]);
    assert!(host.rules("f", b"payload").is_empty());
    assert!(
        host.rules("f", &[b"MARKER payload".as_slice(), &[0; 40]].concat())
            .is_empty()
    );
}

#[test]
fn includes_are_followed_and_an_index_is_not_a_second_copy() {
    let files = [
        (
            "index.yar",
            "include \"./sub/one.yar\"\ninclude \"two.yar\"",
        ),
        (
            "sub/one.yar",
            "include \"../lib/marks.yar\"\nrule one { condition: mark }",
        ),
        (
            "two.yar",
            "rule one { strings: $a = \"second\" condition: $a }",
        ),
        (
            "lib/marks.yar",
            "private rule mark { strings: $m = \"MARKER\" condition: $m }",
        ),
    ];
    let mut host = Host::with(&files);
    assert_eq!(host.log, Vec::<String>::new());
    assert_eq!(host.ids(), ["one", "one-two"]);
    assert_eq!(host.rules("f", b"a MARKER"), ["one"]);
    assert_eq!(host.rules("f", b"the second"), ["one-two"]);
}

#[test]
fn a_rule_that_two_files_include_is_reported_once() {
    let files = [
        ("a.yar", "include \"lib.yar\"\nrule a { condition: mark }"),
        ("b.yar", "include \"lib.yar\"\nrule b { condition: mark }"),
        (
            "lib.yar",
            "rule mark { strings: $m = \"MARKER\" condition: $m }",
        ),
    ];
    let mut host = Host::with(&files);
    assert_eq!(host.ids(), ["mark", "a", "b"]);
    assert_eq!(host.rules("f", b"a MARKER"), ["a", "b", "mark"]);
}

#[test]
fn what_is_wrong_with_a_rule_is_shown_and_the_rest_runs() {
    let text = "import \"magic\"\nrule broken { strings: $a = \"unclosed\n condition: $a }\nrule unknown { condition: nobody }\nrule depends { condition: unknown }\ninclude \"gone.yar\"\nrule good { strings: $a = \"good one\" condition: $a }\nrule good { condition: true }\n";
    let mut host = Host::with(&[("a.yar", text)]);
    let shown = host.log.join("\n");
    for line in [
        "refused a.yar:1:1 import magic: there is no such module here",
        "refused a.yar:2:",
        "refused a.yar:4:27 unknown: unknown identifier",
        "\nrule unknown { condition: nobody }\n                          ^",
        "refused a.yar:5:27 depends: ",
        "refused a.yar:6:1 include gone.yar: the content has no such file",
        "refused a.yar:8:1 good: the namespace has a rule of that name",
    ] {
        assert!(shown.contains(line), "{line}\n---\n{shown}");
    }
    assert_eq!(host.rules("f", b"a good one"), ["good"]);
}

#[test]
fn the_manifest_is_the_same_without_the_check() {
    let text = format!("{BOT} rule unknown {{ condition: nobody }}");
    let full = Host::with_settings(&[("a.yar", &text)], "{}");
    let quick = Host::with_settings(&[("a.yar", &text)], r#"{"check": "none"}"#);
    assert_eq!(full.ids(), quick.ids());
    assert_eq!(full.manifest.patterns.len(), quick.manifest.patterns.len());
    assert_eq!(quick.log, Vec::<String>::new());
    assert!(
        full.manifest.rules[1]
            .title
            .starts_with("Refused: unknown identifier")
    );
}

#[test]
fn rules_that_hold_without_hits_are_tried_on_the_files_they_leave() {
    let text = r#"
import "elf"
rule tiny_elf { condition: uint32(0) == 0x464c457f and filesize < 100 }
rule executable { strings: $x = "xy" condition: elf.type == elf.ET_EXEC and not $x }
"#;
    let mut host = Host::with(&[("a.yar", text)]);
    assert_eq!(
        host.manifest.subscriptions[0].where_.as_deref(),
        Some(r#"hits > 0 or type in ("elf")"#)
    );
    assert_eq!(
        host.log[0],
        "Level::Info: ungated tiny_elf: it can hold without any 3 fixed bytes; it is tried on files with type in (\"elf\") and size <= 99"
    );
    assert_eq!(host.rules("f", b"\x7fELF.........."), ["tiny-elf"]);
    assert!(host.rules("f", b"MZ.............").is_empty());
}

#[test]
fn the_names_that_other_scanners_define_have_values() {
    let text = r#"rule shell {
  strings: $a = "evalme"
  condition: $a and filename == "x.php" and extension == ".php" and filepath startswith "/var/" and filetype == "TEXT" and owner == "0"
}"#;
    let mut host = Host::with(&[("a.yar", text)]);
    assert_eq!(host.rules("var/www/x.php", b"evalme"), ["shell"]);
    assert!(host.rules("var/www/y.php", b"evalme").is_empty());
}

#[test]
fn modules_for_files_are_there() {
    let text = r#"
import "hash" import "math" import "string" import "console" import "pe" import "macho" import "dotnet"
rule hashed { strings: $a = "hello" condition: $a and hash.md5(0, filesize) == "5d41402abc4b2a76b9719d911017c592" }
rule entropy { strings: $a = "hello" condition: $a and math.entropy(0, filesize) < 4.0 and console.log("seen") and string.length("ab") == 2 }
"#;
    let mut host = Host::with(&[("a.yar", text)]);
    assert_eq!(host.rules("f", b"hello"), ["entropy", "hashed"]);
}
