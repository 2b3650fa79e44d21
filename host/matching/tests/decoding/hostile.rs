use std::time::Instant;

use merlon_matching::{DecodeBudget, DecodeScratch};

use crate::support::{LINE, base64, flat, in_pieces, noise, patterns, percent, utf16le, whole};

#[test]
fn any_bytes_can_be_decoded() {
    let mut noise = noise(3);
    for alphabet in [
        &b"A%41\0\n\\/+-_ "[..],
        b"\0A",
        b"%4",
        b"\n\\rnA=",
        b"0a\xff\xfe\xd8\0",
    ] {
        for length in (0..300).chain([70_000]) {
            let byte = |n: u64| alphabet[usize::try_from(n).unwrap() % alphabet.len()];
            let content: Vec<u8> = noise.by_ref().take(length).map(|n| byte(n >> 7)).collect();
            assert_eq!(in_pieces(&content, (1..).take(40)), whole(&content));
        }
    }
}

#[test]
fn what_is_over_the_budget_is_counted() {
    let content = base64(LINE.repeat(10_000).as_bytes());
    let set = patterns();
    let mut memory = DecodeScratch::default();
    let budget = DecodeBudget {
        bytes: 200_000,
        hits: 10,
    };
    let mut decoding = set.decoding("a", budget, &mut memory);
    decoding.push(content.as_bytes());
    let decoded = decoding.finish();
    assert!(decoded.skipped > 300_000, "{}", decoded.skipped);
    assert_eq!(decoded.hits[0].hits.len(), 10);
    assert!(decoded.hits[0].suppressed > 100);
}

#[test]
fn the_worst_takes_no_minutes() {
    let size = 2 << 20;
    let percent = percent(LINE.as_bytes());
    let worst: [Vec<u8>; 7] = [
        vec![b'A'; size],
        vec![b'%'; size],
        b"%41%41%41 ".repeat(size / 10),
        utf16le(&"a".repeat(size / 2)),
        b"A\0B\0C\0D\0E\0F\0G\0H\0I\0\xff".repeat(size / 19),
        [b'Q'; 39]
            .iter()
            .chain(b"\n")
            .copied()
            .collect::<Vec<_>>()
            .repeat(size / 40),
        percent.as_bytes().repeat(size / percent.len()),
    ];
    let set = patterns();
    let mut memory = DecodeScratch::default();
    for content in worst {
        let started = Instant::now();
        let decoded = set.decode("a", &content, &mut memory);
        assert!(started.elapsed().as_secs() < 60, "{:?}", &content[..40]);
        drop(decoded);
    }
    assert!(flat(set.decode("a", b"", &mut memory)).is_empty());
}
