//! Patterns are untrusted, and so are files.

use crate::secrets::regex;
use merlon_matching::{Budget, CaseRule, Pattern, PatternSet, Reason, Scratch, Source};
use merlon_model::Hits;

fn literal(text: &str, case: CaseRule) -> Pattern {
    Pattern {
        source: Source::Literal(text.into()),
        case,
        ..regex(0, "")
    }
}

fn scan(patterns: Vec<Pattern>, path: &str, content: &[u8]) -> Vec<Hits> {
    let (set, refusals) = PatternSet::compile(patterns, &Budget::default());
    assert!(refusals.is_empty(), "{refusals:?}");
    set.scan(path, content, &mut Scratch::new())
}

fn reason(pattern: Pattern) -> Reason {
    let (set, mut refusals) = PatternSet::compile(vec![pattern], &Budget::default());
    assert!(set.is_empty());
    refusals.remove(0).reason
}

#[test]
fn a_refusal_says_which_pattern_and_why() {
    assert!(matches!(reason(regex(7, "(")), Reason::Syntax(_)));
    assert!(matches!(reason(regex(7, "a*")), Reason::MatchesEmpty));
    assert!(matches!(
        reason(regex(7, r"(?:\w{1000}){1000}")),
        Reason::Compile { .. }
    ));
    assert!(matches!(
        reason(regex(7, &"x".repeat(9000))),
        Reason::TooLong { .. }
    ));
    assert!(matches!(
        reason(regex(7, &"(".repeat(8000))),
        Reason::Syntax(_)
    ));
    assert!(matches!(
        reason(literal("x", CaseRule::Sensitive)),
        Reason::TooShort
    ));
    let glob = Pattern {
        files: Some("{a".into()),
        ..regex(7, "abc")
    };
    assert!(matches!(reason(glob), Reason::Glob { .. }));
    let (_, refusals) = PatternSet::compile(vec![regex(7, "(")], &Budget::default());
    assert_eq!(refusals[0].to_string(), "pattern 7 of ruleset 0 is refused");
}

#[test]
fn a_ruleset_with_too_many_patterns_keeps_the_first_ones() {
    let budget = Budget {
        patterns_per_ruleset: 2,
        ..Budget::default()
    };
    let patterns = (0..5).map(|id| regex(id, "abc")).collect();
    let (set, refusals) = PatternSet::compile(patterns, &budget);
    assert_eq!((set.len(), refusals.len()), (2, 3));
}

#[test]
fn hits_over_the_cap_are_counted_and_not_kept() {
    let hits = scan(
        vec![regex(1, "key=[0-9]+")],
        "x",
        "key=1 ".repeat(1000).as_bytes(),
    );
    assert_eq!((hits[0].hits.len(), hits[0].suppressed), (100, 900));
}

#[test]
fn an_expression_that_tries_long_windows_everywhere_is_stopped_and_counted() {
    let flood = vec![b'a'; 200_000];
    let hits = scan(vec![regex(1, "aaa[^b]{4000,}b")], "x", &flood);
    assert!(
        hits[0].hits.is_empty() && hits[0].suppressed > 0,
        "{hits:?}"
    );
}

#[test]
fn an_expression_without_a_literal_that_tries_the_rest_everywhere_is_stopped_and_counted() {
    // From everywhere to the next `b`, which is mostly farther away than a match may be long.
    let mut content = vec![b'a'; 200_000];
    content
        .iter_mut()
        .skip(65_535)
        .step_by(65_536)
        .for_each(|byte| *byte = b'b');
    let hits = scan(vec![regex(1, "(?s).+b")], "x", &content);
    assert!(hits[0].suppressed > 0);
}

#[test]
fn a_budget_ends_at_the_same_place_however_the_file_comes() {
    let floods = || {
        vec![
            regex(1, "(?s).b{0,9}"),
            regex(2, "(?s).+b"),
            regex(3, "[0-9]{9}"),
        ]
    };
    let budget = Budget {
        ungated_bytes: 400_000,
        ..Budget::default()
    };
    let (set, _) = PatternSet::compile(floods(), &budget);
    let mut content = vec![b'\n'; 1_000_000];
    content
        .iter_mut()
        .step_by(65_521)
        .for_each(|byte| *byte = b'b');
    let mut scratch = Scratch::new();
    let whole = set.scan("x", &content, &mut scratch);
    assert!(whole[0].suppressed > 3);
    for size in [15_036, 65_536, 300_000, content.len()] {
        let mut stream = set.stream("x", &mut scratch);
        content.chunks(size).for_each(|piece| stream.push(piece));
        assert!(stream.finish() == whole, "pieces of {size}");
    }
}

#[test]
fn a_large_expression_without_a_literal_is_refused() {
    let (set, refusals) = PatternSet::compile(vec![regex(1, "a.[^b]{4000,}b")], &Budget::default());
    assert!(set.is_empty());
    let reason = refusals[0].reason.to_string();
    assert!(reason.contains("no literal of 3 bytes"), "{reason}");
}

#[test]
fn an_expression_without_a_literal_stops_at_its_share_of_a_file() {
    let budget = Budget {
        ungated_bytes: 100_000,
        ..Budget::default()
    };
    let (set, _) = PatternSet::compile(vec![regex(1, "[0-9]{9}")], &budget);
    assert_eq!(set.ungated().len(), 1);
    let mut content = vec![b'x'; 400_000];
    content[50_000..50_009].fill(b'1');
    content[350_000..350_009].fill(b'1');
    let hits = set.scan("x", &content, &mut Scratch::new());
    assert_eq!((hits[0].hits.len(), hits[0].suppressed), (1, 1));
}

#[test]
fn a_thousand_patterns_with_one_literal_share_the_candidates_of_a_flood() {
    let patterns = (0..1000).map(|id| regex(id, "aaaa[0-9]")).collect();
    assert!(scan(patterns, "x", &vec![b'a'; 20_000]).is_empty());
}

#[test]
fn a_match_is_never_longer_than_the_window() {
    let content = format!("token={}", "x".repeat(100_000));
    let hits = scan(vec![regex(1, "token=(x+)")], "x", content.as_bytes());
    assert_eq!(hits[0].hits.len(), 1);
    assert_eq!(hits[0].hits[0].length, 8 << 10);
    assert_eq!(hits[0].hits[0].text.len(), 4 << 10);
}

#[test]
fn the_case_rule_holds_for_literals_and_expressions() {
    let sensitive = || literal("SecretWord", CaseRule::Sensitive);
    let insensitive = || literal("SecretWord", CaseRule::Insensitive);
    assert!(scan(vec![sensitive()], "x", b"secretword").is_empty());
    assert_eq!(
        scan(vec![sensitive()], "x", b"-SecretWord-")[0].hits[0].offset,
        1
    );
    assert_eq!(
        scan(vec![insensitive()], "x", b"SECRETWORD")[0].hits.len(),
        1
    );
    let nocase = Pattern {
        case: CaseRule::Insensitive,
        ..regex(1, "AbC[0-9]")
    };
    assert_eq!(scan(vec![nocase], "x", b"abc1")[0].hits.len(), 1);
    assert!(scan(vec![regex(1, "AbC[0-9]")], "x", b"abc1").is_empty());
}

#[test]
fn a_long_literal_is_compared_to_its_end() {
    let text = "the quick brown fox jumps over the lazy dog and comes back";
    let pattern = || vec![literal(text, CaseRule::Sensitive)];
    assert_eq!(scan(pattern(), "x", text.as_bytes())[0].hits.len(), 1);
    assert!(scan(pattern(), "x", text.replace("back", "home").as_bytes()).is_empty());
}

#[test]
fn the_text_of_a_hit_is_the_first_group() {
    let hits = scan(
        vec![regex(9, r#"pass="(\w+)""#)],
        "x",
        b"a\n  pass=\"hunter2\" # x\n",
    );
    let hit = &hits[0].hits[0];
    assert_eq!((hit.pattern, hit.offset, hit.length), (9, 4, 14));
    assert_eq!((hit.line, hit.column), (2, 3));
    assert_eq!(
        (&*hit.text, &*hit.context),
        ("hunter2", "  pass=\"hunter2\" # x")
    );
}

#[test]
fn a_pattern_looks_only_at_the_files_that_it_selects() {
    let pattern = || {
        vec![Pattern {
            files: Some("*.{env,yaml}".into()),
            ..regex(1, "key=[0-9]")
        }]
    };
    assert_eq!(scan(pattern(), "/srv/prod.env", b"key=1").len(), 1);
    assert!(scan(pattern(), "/srv/prod.txt", b"key=1").is_empty());
}

#[test]
fn rulesets_get_their_own_hits_and_one_scratch_serves_many_sets() {
    let of = |ruleset| Pattern {
        ruleset,
        ..regex(1, "key=[0-9]")
    };
    let (both, _) = PatternSet::compile(vec![of(3), of(1)], &Budget::default());
    let (other, _) = PatternSet::compile(vec![regex(1, "[a-z]{3}=[0-9]")], &Budget::default());
    let mut scratch = Scratch::new();
    for _ in 0..2 {
        let hits = both.scan("x", b"key=1", &mut scratch);
        assert_eq!(hits.iter().map(|h| h.ruleset).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(other.scan("x", b"key=1", &mut scratch)[0].hits.len(), 1);
    }
}
