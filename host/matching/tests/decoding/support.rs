use merlon_matching::{
    Budget, CaseRule, DecodeBudget, DecodeScratch, Decoded, Pattern, PatternSet, Source,
};
use merlon_model::{Encoding, Hit};

pub(crate) const SECRET: &str = "AKIAQYLPMN5HFIQR7XYZ";
pub(crate) const LINE: &str = "aws_access_key_id = AKIAQYLPMN5HFIQR7XYZ # of the build server\n";
const PATH: &str = "etc/app.conf";

pub(crate) fn patterns() -> PatternSet {
    let regex = |id, regex: &str| Pattern {
        ruleset: 0,
        id,
        source: Source::Regex(regex.to_owned()),
        case: CaseRule::Sensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    };
    let patterns = vec![
        regex(1, r"\bAKIA[A-Z2-7]{16}\b"),
        regex(2, r#"(?i)password\s*[=:]\s*"?([^\s"]{8,})"#),
    ];
    PatternSet::compile(patterns, &Budget::default()).0
}

pub(crate) fn whole(content: &[u8]) -> Vec<Hit> {
    flat(patterns().decode(PATH, content, &mut DecodeScratch::default()))
}

pub(crate) fn in_pieces(content: &[u8], sizes: impl IntoIterator<Item = usize>) -> Vec<Hit> {
    let set = patterns();
    let mut memory = DecodeScratch::default();
    let mut decoding = set.decoding(PATH, DecodeBudget::default(), &mut memory);
    let mut rest = content;
    for size in sizes {
        let (now, later) = rest.split_at(size.min(rest.len()));
        decoding.push(now);
        rest = later;
    }
    decoding.push(rest);
    flat(decoding.finish())
}

pub(crate) fn flat(decoded: Decoded) -> Vec<Hit> {
    assert_eq!(decoded.skipped, 0);
    decoded
        .hits
        .into_iter()
        .flat_map(|hits| hits.hits)
        .collect()
}

/// The one hit is the secret, in that encoding, and its bytes in the file are those.
#[track_caller]
pub(crate) fn assert_found(content: &[u8], encoding: Encoding, encoded: &[u8]) {
    let hits = whole(content);
    let [hit] = hits.as_slice() else {
        panic!("{} hits: {hits:?}", hits.len());
    };
    assert_eq!((hit.text.as_str(), hit.encoding), (SECRET, Some(encoding)));
    let start = usize::try_from(hit.offset).unwrap();
    let bytes = &content[start..start + hit.length as usize];
    assert_eq!(
        bytes.escape_ascii().to_string(),
        encoded.escape_ascii().to_string()
    );
    let before = &content[..start];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count()
        + 1;
    assert_eq!((hit.line as usize, hit.column as usize), (line, column));
}

pub(crate) fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub(crate) fn utf16be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

const STANDARD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0, |bits: u32, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = STANDARD[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > group.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
}

/// Lines of `width` characters.
pub(crate) fn wrapped(text: &str, width: usize, line_break: &str) -> String {
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(line_break)
}

/// Numbers that look random and are the same in every run.
pub(crate) fn noise(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}
