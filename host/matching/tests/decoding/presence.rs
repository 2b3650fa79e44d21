use merlon_matching::{Budget, CaseRule, DecodeScratch, Detail, Pattern, PatternSet, Source};

use crate::support::{LINE, SECRET, base64};

#[test]
fn a_pattern_of_which_only_presence_counts_is_not_looked_for_in_encoded_text() {
    let pattern = |id, detail| Pattern {
        ruleset: 0,
        id,
        source: Source::Literal(SECRET.into()),
        case: CaseRule::Sensitive,
        files: None,
        detail,
    };
    let patterns = vec![pattern(1, Detail::Presence), pattern(2, Detail::Places)];
    let (set, _) = PatternSet::compile(patterns, &Budget::default());
    let content = base64(LINE.as_bytes());
    let decoded = set.decode("a", content.as_bytes(), &mut DecodeScratch::default());
    let found: Vec<_> = decoded.hits[0].hits.iter().map(|hit| hit.pattern).collect();
    assert_eq!(found, [2]);
}
