use merlon_model::Encoding;

use crate::support::{
    LINE, SECRET, assert_found, base64, hex, percent, utf16be, utf16le, whole, wrapped,
};

#[test]
fn a_utf16_file_with_a_mark_is_read_whole() {
    let text = format!("Ключ доступа\r\nпароль не нужен: {LINE}");
    let le = [b"\xff\xfe".to_vec(), utf16le(&text)].concat();
    assert_found(&le, Encoding::Utf16Le, &utf16le(SECRET));
    let be = [b"\xfe\xff".to_vec(), utf16be(&text)].concat();
    assert_found(&be, Encoding::Utf16Be, &utf16be(SECRET));
    let context = &whole(&le)[0].context;
    assert!(
        context.starts_with("пароль не нужен: aws_access"),
        "{context}"
    );
}

#[test]
fn a_utf16_file_may_be_cut_off_in_a_unit() {
    let mut content = [b"\xff\xfe".to_vec(), utf16le("password = hunter2hunter2")].concat();
    content.pop();
    let hits = whole(&content);
    let end = usize::try_from(hits[0].offset).unwrap() + hits[0].length as usize;
    assert_eq!(
        (hits[0].text.as_str(), end),
        ("hunter2hunter2", content.len())
    );
}

#[test]
fn utf16_needs_no_mark() {
    assert_found(&utf16le(LINE), Encoding::Utf16Le, &utf16le(SECRET));
    assert_found(&utf16be(LINE), Encoding::Utf16Be, &utf16be(SECRET));
}

#[test]
fn a_utf16_string_in_a_program_is_found_at_any_place() {
    for before in 0..40 {
        let mut content = vec![0x90; before];
        content.extend(utf16le(SECRET));
        content.extend([0xe8; 64]);
        assert_found(&content, Encoding::Utf16Le, &utf16le(SECRET));
        let mut content = vec![0; before];
        content.extend(utf16le(SECRET));
        content.extend([0; 64]);
        assert_eq!(whole(&content)[0].text, SECRET);
    }
}

#[test]
fn base64_is_found_in_any_place_of_a_line() {
    for before in 0..60 {
        let padded = format!("{}{LINE}", "-".repeat(before));
        let encoded = base64(padded.as_bytes());
        let content = format!("kind: Secret\ndata:\n  config: {encoded}\nmore: text\n");
        let hits = whole(content.as_bytes());
        assert_eq!(hits.len(), 1, "{before}");
        assert_eq!((hits[0].text.as_str(), hits[0].line), (SECRET, 3));
        assert_eq!(hits[0].encoding, Some(Encoding::Base64));
        let start = usize::try_from(hits[0].offset).unwrap();
        let bits = (before + LINE.find(SECRET).unwrap()) * 8;
        assert_eq!(start - content.find(&encoded).unwrap(), bits / 6);
    }
}

#[test]
fn whole_groups_are_exactly_the_encoded_bytes() {
    let encoded = base64(
        &[
            b"key = ".as_slice(),
            SECRET.as_bytes(),
            b"\n and more of it",
        ]
        .concat(),
    );
    let group = &encoded.as_bytes()[8..8 + 27];
    assert_found(encoded.as_bytes(), Encoding::Base64, group);
}

#[test]
fn what_stands_before_base64_does_not_shift_it() {
    let encoded = base64(LINE.repeat(2).as_bytes());
    for prefix in [
        "a/",
        "ab/",
        "abc/",
        "abcd/",
        "https://host/some/path-of/",
        "x+y-",
    ] {
        let content = format!("{prefix}{encoded}");
        assert_eq!(whole(content.as_bytes()).len(), 2, "{prefix}");
    }
}

#[test]
fn base64_of_urls_is_base64() {
    let text = format!("??>>~~?? {LINE} ?>?>?>~~~");
    let url = base64(text.as_bytes()).replace('+', "-").replace('/', "_");
    assert!(url.contains('_') || url.contains('-'));
    assert_eq!(
        whole(url.trim_end_matches('=').as_bytes())[0].encoding,
        Some(Encoding::Base64Url)
    );
}

#[test]
fn base64_in_lines_is_one_text() {
    for before in 0..20 {
        let text = format!(
            "{} {LINE}{}",
            "#".repeat(before),
            "and the rest of the file\n".repeat(9)
        );
        for (width, line_break) in [
            (64, "\n"),
            (76, "\r\n"),
            (60, "\n    "),
            (50, "\\n"),
            (41, "\n\t"),
        ] {
            let content = wrapped(&base64(text.as_bytes()), width, line_break);
            let hits = whole(content.as_bytes());
            assert_eq!(hits.len(), 1, "{before} {width} {line_break:?}");
            assert_eq!(hits[0].text, SECRET);
        }
    }
}

#[test]
fn the_last_line_of_base64_may_be_short() {
    let text = format!("{} key: {SECRET} ", "0123456789".repeat(4));
    let encoded = base64(text.as_bytes());
    let content = wrapped(&encoded, encoded.len() - 10, "\n");
    assert_eq!(whole(format!("{content}\nend\n").as_bytes()).len(), 1);
}

#[test]
fn base64_of_utf16_is_one_encoding() {
    for before in 0..12 {
        let text = format!("{}{LINE}", " ".repeat(before));
        let content = format!("powershell -enc {}", base64(&utf16le(&text)));
        let hits = whole(content.as_bytes());
        assert_eq!(hits.len(), 1, "{before}");
        assert_eq!(
            (hits[0].text.as_str(), hits[0].encoding),
            (SECRET, Some(Encoding::Base64))
        );
        let bits = 16 + (before + LINE.find(SECRET).unwrap()) * 16 / 6;
        assert_eq!(usize::try_from(hits[0].offset).unwrap(), bits);
    }
}

#[test]
fn base64_is_decoded_once() {
    let twice = base64(base64(LINE.as_bytes()).as_bytes());
    assert!(whole(twice.as_bytes()).is_empty());
}

#[test]
fn hex_is_found_with_and_without_a_prefix() {
    let encoded = hex(LINE.as_bytes());
    let secret = hex(SECRET.as_bytes());
    assert_found(encoded.as_bytes(), Encoding::Hex, secret.as_bytes());
    assert_found(
        encoded.to_uppercase().as_bytes(),
        Encoding::Hex,
        secret.to_uppercase().as_bytes(),
    );
    let content = format!("blob_value_{encoded}_end");
    assert_found(content.as_bytes(), Encoding::Hex, secret.as_bytes());
    let content = format!("0x{encoded}\n");
    assert_found(content.as_bytes(), Encoding::Hex, secret.as_bytes());
}

#[test]
fn hex_in_lines_is_one_text() {
    let content = wrapped(&hex(LINE.repeat(3).as_bytes()), 60, "\n");
    assert_eq!(whole(content.as_bytes()).len(), 3);
}

#[test]
fn percent_encoding_is_found() {
    let all = percent(LINE.as_bytes());
    assert_found(
        format!("GET /?q={all} HTTP/1.1").as_bytes(),
        Encoding::Percent,
        percent(SECRET.as_bytes()).as_bytes(),
    );
    let some = "curl https://host/login?a=1&form=user%3Dbob%26password%3Dhun%74er2hunter2%26x%3D1";
    let hits = whole(some.as_bytes());
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].text, "hunter2hunter2&x=1");
}

#[test]
fn a_hit_of_plain_bytes_is_not_found_again() {
    let content = format!("/?key={SECRET}&text=a%20b%20c%20d%20e");
    assert!(whole(content.as_bytes()).is_empty());
}

#[test]
fn digests_names_and_paths_are_no_text() {
    let content = format!(
        "{}\n{}\n/usr/lib/python3/dist-packages/some_module/with_a_long_name/and_more\n{}",
        hex(&[0x8f; 32]),
        "_ZNSt6vectorINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESaIS5_EE9push_back",
        base64(&[0xfb; 300]),
    );
    assert!(whole(content.as_bytes()).is_empty());
}
