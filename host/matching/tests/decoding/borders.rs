use merlon_model::Hit;

use crate::support::{
    LINE, SECRET, base64, hex, in_pieces, noise, percent, utf16be, utf16le, whole, wrapped,
};

fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("utf-16le", utf16le(text)),
        ("utf-16be", utf16be(text)),
        ("base64", base64(text.as_bytes()).into_bytes()),
        (
            "lines",
            wrapped(&base64(text.as_bytes()), 76, "\n").into_bytes(),
        ),
        ("hex", hex(text.as_bytes()).into_bytes()),
        ("percent", percent(text.as_bytes()).into_bytes()),
    ]
}

#[test]
fn a_secret_across_a_border_is_found_once() {
    let filler = "nothing to see here, move on\n".repeat(2);
    for border in [64 << 10, 128 << 10, 256 << 10, 1 << 20] {
        for (name, encoded) in encodings(&format!("{filler}{LINE}{filler}")) {
            for before in [1, encoded.len() / 3, encoded.len() / 2, encoded.len() - 5] {
                let mut content = b"plain text, ".repeat(border / 12 + 1);
                content.truncate(border - before);
                *content.last_mut().unwrap() = b'\n';
                content.extend(&encoded);
                content.extend(b"\nand plain text again\n".repeat(3000));
                let hits = whole(&content);
                assert_eq!(hits.len(), 1, "{name} {border} {before}");
                assert_eq!(hits[0].text, SECRET);
                assert_eq!(
                    in_pieces(&content, [border]),
                    hits,
                    "{name} {border} {before}"
                );
            }
        }
    }
}

#[test]
fn a_long_stretch_is_read_in_parts_that_lose_nothing() {
    let mut text = String::new();
    for line in 0..12_000 {
        text.push_str(&format!("line {line} of a long file, "));
        if line % 32 == 0 {
            text.push_str(LINE);
        }
    }
    for (name, encoded) in encodings(&text) {
        let hits = whole(&encoded);
        assert_eq!(hits.len(), 375, "{name}");
        let mut places: Vec<_> = hits.iter().map(|hit| hit.offset).collect();
        places.dedup();
        assert_eq!(places.len(), 375, "{name}");
        assert_eq!(
            in_pieces(&encoded, noise(7).map(|n| n as usize % 300_000).take(20)),
            hits,
            "{name}"
        );
    }
}

/// A file of many kinds of text, some of it encoded, some of it cut off.
fn mixture(seed: u64) -> Vec<u8> {
    let mut noise = noise(seed);
    let mut next = |below: u64| usize::try_from(noise.next().unwrap() % below).unwrap();
    let mut content = Vec::new();
    while content.len() < 600_000 {
        let text = format!(
            "{}{LINE}{}",
            "x, ".repeat(next(30)),
            "tail ".repeat(next(2000))
        );
        let mut kinds = encodings(&text);
        let (_, mut encoded) = kinds.swap_remove(next(6));
        if next(4) == 0 {
            encoded.truncate(next(encoded.len() as u64));
        }
        content.extend(encoded);
        match next(4) {
            0 => content.extend(vec![0; next(5000)]),
            1 => content.extend(b"some plain text, which is long enough ".repeat(next(1000))),
            2 => content.extend((0..next(9000)).map(|n| (n * n / 7) as u8)),
            _ => content.extend([b' '; 3]),
        }
    }
    content
}

#[test]
fn pieces_give_the_hits_of_the_whole() {
    for seed in 1..=5 {
        let content = mixture(seed);
        let hits: Vec<Hit> = whole(&content);
        assert!(hits.len() > 20, "{}", hits.len());
        for most in [50_000, 262_144, 400_000] {
            let sizes = noise(seed + most).map(|n| usize::try_from(n % most).unwrap());
            assert_eq!(in_pieces(&content, sizes.take(200)), hits, "{seed} {most}");
        }
    }
}
