//! Any bytes through the decoders: the file whole and the file in pieces give the same hits, and every
//! hit lies in the file, at the place that it names.
//!
//! Now and then the bytes are repeated until they are longer than what is decoded at once.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use merlon_matching::{
    Budget, CaseRule, DecodeBudget, DecodeScratch, Decoded, Pattern, PatternSet, Source,
};
use merlon_model::Hit;

const PATH: &str = "etc/app/config.yaml";
/// More than is looked at at once.
const LONG: usize = 300 << 10;

static PATTERNS: LazyLock<PatternSet> = LazyLock::new(|| {
    let pattern = |id, source| Pattern {
        ruleset: 0,
        id,
        source,
        case: CaseRule::Insensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    };
    let patterns = vec![
        pattern(1, Source::Literal(b"key".to_vec())),
        pattern(2, Source::Regex(r"\bpass\w*\s*=\s*(\S+)".to_owned())),
    ];
    PatternSet::compile(patterns, &Budget::default()).0
});

fuzz_target!(|data: &[u8]| {
    let Some((kind, content)) = data.split_first() else {
        return;
    };
    let mut memory = DecodeScratch::default();
    if *kind == b'!' && !content.is_empty() {
        let times = LONG / content.len() + 1;
        agree(
            &content.repeat(times),
            usize::from(*kind) * 997 + 1,
            &mut memory,
        );
    } else {
        agree(content, usize::from(*kind) + 1, &mut memory);
    }
});

fn agree(content: &[u8], size: usize, memory: &mut DecodeScratch) {
    let whole = flat(PATTERNS.decode(PATH, content, memory));
    for hit in &whole {
        let offset = usize::try_from(hit.offset).unwrap();
        assert!(
            hit.length > 0 && offset + hit.length as usize <= content.len(),
            "{hit:?}"
        );
        assert!(hit.encoding.is_some());
        let before = &content[..offset];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let column = before.len() - start + 1;
        assert_eq!((hit.line as usize, hit.column as usize), (line, column));
    }
    let mut decoding = PATTERNS.decoding(PATH, DecodeBudget::default(), memory);
    for piece in content.chunks(size) {
        decoding.push(piece);
    }
    assert_eq!(flat(decoding.finish()), whole, "in pieces of {size}");
}

fn flat(decoded: Decoded) -> Vec<Hit> {
    decoded
        .hits
        .into_iter()
        .flat_map(|hits| hits.hits)
        .collect()
}
