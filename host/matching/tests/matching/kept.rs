//! What was found out of patterns is kept from run to run.

use merlon_matching::{Analyses, Budget, PatternSet, Scratch};

use crate::secrets;

fn found_out() -> Analyses {
    let mut known = Analyses::default();
    let (set, _) = PatternSet::compile_again(secrets::patterns(), &Budget::default(), &mut known);
    assert!(!set.is_empty() && known.has_grown());
    known
}

fn again(known: &Analyses) -> Analyses {
    serde_json::from_slice(&serde_json::to_vec(known).unwrap()).unwrap()
}

#[test]
fn a_set_made_of_what_was_kept_finds_the_same() {
    let mut known = again(&found_out());
    let (kept, _) = PatternSet::compile_again(secrets::patterns(), &Budget::default(), &mut known);
    assert!(!known.has_grown());
    let (fresh, _) = PatternSet::compile(secrets::patterns(), &Budget::default());
    let content = secrets::text(7, 300_000);
    let mut scratch = Scratch::new();
    let hits = fresh.scan("x", &content, &mut scratch);
    assert!(!hits.is_empty());
    assert!(kept.scan("x", &content, &mut scratch) == hits);
}

#[test]
fn another_way_to_find_out_has_another_form() {
    let bytes = serde_json::to_vec(&found_out()).unwrap();
    // FNV-1a, for a digest that no version of Rust changes.
    let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(
        (Analyses::FORM, digest),
        (1, 10_170_876_762_830_690_808),
        "raise `Analyses::FORM`, so that caches forget; then write both here"
    );
}
