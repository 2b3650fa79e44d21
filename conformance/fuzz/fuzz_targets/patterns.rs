//! Patterns of a stranger over content of a stranger: the file whole and the file in pieces give the
//! same hits, every hit lies in the file, and of a literal none is missed.
//!
//! The input is lines of patterns, an empty line, and the content. A line is `l` or `i` (a literal,
//! with or without case), `r` or `f` (an expression, likewise) and the pattern.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merlon_matching::{Budget, CaseRule, Detail, Pattern, PatternSet, Scratch, Source};
use merlon_model::Hits;

/// The matcher goes through a file in steps of so many bytes.
const STEP: usize = 64 << 10;
const PATH: &str = "etc/app/config.yaml";

fuzz_target!(|data: &[u8]| {
    let Some(end) = memchr::memmem::find(data, b"\n\n") else {
        return;
    };
    let (declared, content) = (&data[..end], &data[end + 2..]);
    let patterns: Vec<Pattern> = declared
        .split(|byte| *byte == b'\n')
        .take(6)
        .zip(0..)
        .filter_map(pattern)
        .collect();
    let budget = Budget {
        compiled_size: 64 << 10,
        ..Budget::default()
    };
    let (set, _) = PatternSet::compile(patterns.clone(), &budget);
    let mut scratch = Scratch::new();
    agree(&set, content, &mut scratch);
    literals(&patterns, &set, content, &mut scratch);
    // The same across the end of a step.
    if let Some(shift) = content.first().filter(|first| *first % 4 == 1) {
        let mut far = vec![b'\n'; STEP - usize::from(*shift).min(content.len())];
        far.extend_from_slice(content);
        agree(&set, &far, &mut scratch);
    }
});

fn pattern((line, id): (&[u8], u32)) -> Option<Pattern> {
    let (kind, text) = line.split_first()?;
    let case = match kind {
        b'l' | b'r' => CaseRule::Sensitive,
        _ => CaseRule::Insensitive,
    };
    let source = match kind {
        b'l' | b'i' => Source::Literal(text.to_vec()),
        b'r' | b'f' => Source::Regex(std::str::from_utf8(text).ok()?.to_owned()),
        _ => return None,
    };
    Some(Pattern {
        ruleset: text.len() % 3,
        id,
        source,
        case,
        files: (text.len() % 7 == 6).then(|| "*.{yaml,yml}".to_owned()),
        detail: Detail::Places,
    })
}

fn agree(set: &PatternSet, content: &[u8], scratch: &mut Scratch) {
    let whole = set.scan(PATH, content, scratch);
    for hit in whole.iter().flat_map(|hits| &hits.hits) {
        let end = usize::try_from(hit.offset).unwrap() + hit.length as usize;
        assert!(hit.length > 0 && end <= content.len(), "{hit:?}");
        assert!(hit.text.len() <= 4 << 10 && hit.context.len() <= 1 << 10);
        assert_eq!(
            (hit.line, hit.column),
            place(content, hit.offset),
            "{hit:?}"
        );
    }
    let size = usize::from(content.last().copied().unwrap_or(0)) * 97 + 1;
    let mut stream = set.stream(PATH, scratch);
    for piece in content.chunks(size) {
        stream.push(piece);
    }
    assert_eq!(stream.finish(), whole, "in pieces of {size}");
}

fn place(content: &[u8], offset: u64) -> (u32, u32) {
    let before = &content[..usize::try_from(offset).unwrap()];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    (
        u32::try_from(line).unwrap(),
        u32::try_from(before.len() - start + 1).unwrap(),
    )
}

/// Every place of a literal, one after the other, as a search that knows nothing else finds them.
fn literals(patterns: &[Pattern], set: &PatternSet, content: &[u8], scratch: &mut Scratch) {
    let found = set.scan(PATH, content, scratch);
    for pattern in patterns {
        let Source::Literal(text) = &pattern.source else {
            continue;
        };
        if text.len() < 2 || pattern.case == CaseRule::Insensitive {
            continue;
        }
        let wanted: Vec<u64> = memchr::memmem::find_iter(content, text)
            .map(|at| at as u64)
            .take(100)
            .collect();
        assert_eq!(places(&found, pattern), wanted, "{pattern:?}");
    }
}

fn places(found: &[Hits], pattern: &Pattern) -> Vec<u64> {
    found
        .iter()
        .filter(|hits| hits.ruleset == pattern.ruleset)
        .flat_map(|hits| &hits.hits)
        .filter(|hit| hit.pattern == pattern.id)
        .map(|hit| hit.offset)
        .collect()
}
