//! The pass agrees with every expression run over the whole file.

use merlon_matching::{Budget, PatternSet, Scratch};
use merlon_model::Hits;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::secrets;

fn budget() -> Budget {
    Budget {
        hits_per_pattern_and_file: usize::MAX,
        ..Budget::default()
    }
}

fn places(hits: &[Hits]) -> Vec<(u32, usize, usize)> {
    let hits = hits.iter().flat_map(|hits| &hits.hits);
    let mut places: Vec<_> = hits
        .map(|hit| (hit.pattern, hit.offset as usize, hit.length as usize))
        .collect();
    places.sort_unstable();
    places
}

fn whole_file(content: &[u8]) -> Vec<(u32, usize, usize)> {
    let mut places = Vec::new();
    for (id, text) in secrets::expressions().into_iter().enumerate() {
        let regex = Regex::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(text)
            .unwrap();
        for found in regex.find_iter(content) {
            places.push((id as u32, found.start(), found.len()));
        }
    }
    places.sort_unstable();
    places
}

fn line_and_column(content: &[u8], offset: usize) -> (u32, u32) {
    let before = &content[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    (line as u32, (offset - start + 1) as u32)
}

#[test]
fn every_hit_of_the_whole_file_is_found_and_no_other() {
    let (set, refusals) = PatternSet::compile(secrets::patterns(), &budget());
    assert!(refusals.is_empty(), "{refusals:?}");
    let mut scratch = Scratch::new();
    let mut total = 0;
    for seed in 1..13 {
        let content = secrets::text(seed * 7919, 20_000);
        let expected = whole_file(&content);
        assert_eq!(
            places(&set.scan("x", &content, &mut scratch)),
            expected,
            "seed {seed}"
        );
        total += expected.len();
    }
    assert!(total > 500, "{total} hits say little");
}

#[test]
fn pieces_of_any_size_give_the_same_hits_as_the_whole() {
    let (set, _) = PatternSet::compile(secrets::patterns(), &budget());
    let mut scratch = Scratch::new();
    let content = secrets::text(4242, 600_000);
    let whole = set.scan("x", &content, &mut scratch);
    for size in [4096, 65_537, 300_000, content.len()] {
        let mut stream = set.stream("x", &mut scratch);
        for piece in content.chunks(size) {
            stream.push(piece);
        }
        assert!(stream.finish() == whole, "pieces of {size}");
    }
    for hit in &whole[0].hits {
        let (line, column) = (hit.line, hit.column);
        let expected = line_and_column(&content, hit.offset as usize);
        assert_eq!((line, column), expected, "at {}", hit.offset);
    }
}

#[test]
fn expressions_without_a_literal_are_reported() {
    let (set, _) = PatternSet::compile(secrets::patterns(), &budget());
    let ungated: Vec<&str> = set
        .ungated()
        .iter()
        .map(|ungated| secrets::expressions()[ungated.pattern as usize])
        .collect();
    assert_eq!(ungated.len(), 2, "{ungated:#?}");
}
