//! Packages of Debian are opened; what cannot be opened is counted.

use std::collections::BTreeMap;

use merlon_scanner::Limits;

use crate::image_builder::{Packing, pack};
use crate::members::{KEY, scan_one};
use crate::recorder::{Options, Scanned};
use crate::tarball::Tarball;
use crate::zipball::{Zipball, deflate};

/// An `ar` archive.
fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ar = b"!<arch>\n".to_vec();
    for (name, content) in members {
        ar.extend(header(name, &content.len().to_string()));
        ar.extend(*content);
        ar.extend(vec![b'\n'; content.len() % 2]);
    }
    ar
}

fn header(name: &str, size: &str) -> Vec<u8> {
    format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, 0, 100_644
    )
    .into_bytes()
}

/// A package with these data.
pub(crate) fn deb(data: (&str, &[u8])) -> Vec<u8> {
    let control = Tarball::new().file("./postinst", KEY).end();
    let control = pack(&control, Packing::Gzip);
    ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &control),
        data,
    ])
}

fn scanned(content: &[u8]) -> Scanned {
    scan_one("x.deb", content, &Options::default())
}

#[test]
fn the_files_of_a_package_are_files() {
    let tar = Tarball::new()
        .file("./etc/app.conf", KEY)
        .file("./b", "b")
        .end();
    for (name, data) in [
        ("data.tar.gz", pack(&tar, Packing::Gzip)),
        ("data.tar.zst/", pack(&tar, Packing::Zstd)),
        ("data.tar", tar.clone()),
    ] {
        let scanned = scanned(&deb((name, &data)));
        assert_eq!(scanned.problems(), "");
        let name = name.trim_end_matches('/');
        let expected = [
            "x.deb".to_owned(),
            "x.deb!/control.tar.gz".to_owned(),
            "x.deb!/control.tar.gz!/postinst".to_owned(),
            format!("x.deb!/{name}"),
            format!("x.deb!/{name}!/b"),
            format!("x.deb!/{name}!/etc/app.conf"),
            "x.deb!/debian-binary".to_owned(),
        ];
        assert_eq!(scanned.paths(), expected);
        let found = scanned.file(&format!("x.deb!/{name}!/etc/app.conf"));
        assert_eq!(found.hits_of(0).len(), 1);
        assert!(scanned.file("x.deb").hits.is_empty());
    }
}

#[test]
fn a_package_that_lies_or_is_cut_off_is_read_as_far_as_it_goes_and_reported() {
    let data = pack(&Tarball::new().file("a", KEY).end(), Packing::Gzip);
    let whole = deb(("data.tar.gz", &data));
    let with = |more: &[u8]| [&whole, more].concat();
    let hostile = [
        with(&header("huge", "9999999999")),
        with(&header("signed", "-1")),
        with(&header("no-number", "")),
        with(&header("", "0")),
        with(&header("letters", "0x10")),
        with(&[0xff; 60]),
        with(b"too short"),
        whole[..whole.len() - 20].to_vec(),
    ];
    for (number, deb) in hostile.iter().enumerate() {
        let scanned = scanned(deb);
        let problems = scanned.problems();
        assert!(problems.contains("broken"), "{number}: {problems}");
        let script = scanned.file("x.deb!/control.tar.gz!/postinst");
        assert_eq!(script.hits_of(0).len(), 1, "{number}");
    }
}

#[test]
fn a_package_of_endless_empty_members_is_stopped() {
    let mut deb = deb(("data.tar", b""));
    for _ in 0..1000 {
        deb.extend(header("empty", "0"));
    }
    let options = Options {
        limits: Limits {
            members: 100,
            ..Limits::default()
        },
        ..Options::default()
    };
    let scanned = scan_one("x.deb", &deb, &options);
    assert_eq!(scanned.stats.members, 100);
    assert!(scanned.problems().contains("more than 100 members"));
}

#[test]
fn a_library_of_a_linker_is_one_file() {
    let library = ar(&[("a.o/", KEY.as_bytes()), ("b.o/", b"b")]);
    let scanned = scanned(&library);
    assert_eq!(scanned.paths(), ["x.deb"]);
    assert_eq!(scanned.file("x.deb").hits_of(0).len(), 1);
}

#[test]
fn archives_that_are_not_opened_are_counted_by_kind() {
    let rar = b"Rar!\x1a\x07\x01\0...";
    let zip = Zipball::new()
        .deflated("a.bz2", b"BZh91AY&SY...")
        .deflated("b.bz2", b"BZh11AY&SY...")
        .deflated("c.7z", b"7z\xbc\xaf\x27\x1c\0\x04")
        .deflated("d.rar", [rar.as_slice(), KEY.as_bytes()].concat())
        .deflated("e.txt", "BZh is how bzip2 begins")
        .end();
    let scanned = scanned(&zip);
    assert_eq!(scanned.problems(), "");
    let counted = [("bzip2", 2), ("7z", 1), ("rar", 1)];
    let counted = counted.map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(scanned.stats.unopened_archives, BTreeMap::from(counted));
    let searched = scanned.file("x.deb!/d.rar");
    assert_eq!(searched.hits_of(0).len(), 1);
}

#[test]
fn a_checksum_that_is_wrong_is_a_problem_and_what_was_found_stays() {
    use crate::zipball::{Lengths, Member};
    let member = |name, lengths, flags, method, data| Member {
        name,
        flags,
        method,
        content: KEY.as_bytes(),
        data,
        lengths,
        wrong_crc: Some(7),
    };
    let packed = deflate(KEY.as_bytes());
    let zip = Zipball::new()
        .member(&member("a", Lengths::Before, 0, 8, &packed))
        .member(&member("b", Lengths::Behind, 8, 8, &packed))
        .member(&member("c", Lengths::Before, 0, 0, KEY.as_bytes()))
        .deflated("d", KEY)
        .end();
    let scanned = scan_one("x.zip", &zip, &Options::default());
    let expected = ["a", "b", "c"].map(|name| {
        format!(
            "archive x.zip: its member {name} was inspected, but its checksum is wrong, it is damaged or was changed"
        )
    });
    let problems: Vec<_> = scanned
        .stats
        .problems
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(problems, expected);
    for name in ["a", "b", "c", "d"] {
        let found = scanned.file(&format!("x.zip!/{name}"));
        assert_eq!(found.hits_of(0).len(), 1);
    }
    assert!(scanned.file("x.zip").hits.is_empty());
}

#[test]
fn a_gzip_whose_checksum_or_length_is_wrong_is_a_problem_and_what_was_found_stays() {
    let tar = Tarball::new().file("a", KEY).end();
    for (content, name) in [(KEY.as_bytes(), "x.gz!/x"), (&tar, "x.gz!/a")] {
        let whole = pack(content, Packing::Gzip);
        for from_end in [1, 8] {
            let mut wrong = whole.clone();
            let at = wrong.len() - from_end;
            wrong[at] ^= 0x10;
            let scanned = scan_one("x.gz", &wrong, &Options::default());
            let problems = scanned.problems();
            assert!(problems.contains("its checksum is wrong"), "{problems}");
            assert_eq!(scanned.file(name).hits_of(0).len(), 1);
        }
        let twice = [whole.as_slice(), &whole].concat();
        let scanned = scan_one("x.gz", &twice, &Options::default());
        assert_eq!(scanned.problems(), "");
    }
}
