//! Archives that are broken, or made to hurt: bounded in memory and time, and what was not inspected is
//! said.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use merlon_scanner::Limits;

use crate::members::{KEY, noise, scan_one};
use crate::packages::deb;
use crate::recorder::{Options, Scanned};
use crate::tarball::{Header, Tarball};
use crate::zipball::{Lengths, Member, Zipball, deflate, gzip};

fn with(limits: Limits) -> Options {
    Options {
        limits,
        ..Options::default()
    }
}

fn scanned(name: &str, content: &[u8]) -> Scanned {
    scan_one(name, content, &Options::default())
}

#[test]
fn a_file_that_only_begins_like_an_archive_is_a_file() {
    let heads: [&[u8]; 5] = [
        b"\x1f\x8b\x08\0 and then plain text",
        b"PK\x03\x04",
        b"PK\x03\x04 is what a zip begins with; this is a text about it",
        b"\xfd7zXZ\0 and no more",
        b"\x28\xb5\x2f\xfd",
    ];
    for head in heads {
        let scanned = scanned("x", &[head, KEY.as_bytes()].concat());
        assert_eq!(scanned.problems(), "", "{}", head.escape_ascii());
        assert_eq!(scanned.stats.broken_archives, 1, "{}", head.escape_ascii());
        assert_eq!(scanned.file("x").hits_of(0).len(), 1);
    }
}

#[test]
fn members_that_are_cut_off_are_found_as_far_as_they_go_and_reported() {
    let content = [KEY.as_bytes(), &noise(3 << 20)].concat();
    let zip = Zipball::new()
        .deflated("leaked", KEY)
        .deflated("noise", &content)
        .end();
    let tar = Tarball::new()
        .file("leaked", KEY)
        .file("noise", &content)
        .end();
    let gz = gzip(&content);
    let cases: [(&str, &[u8], &str); 4] = [
        ("x.zip", &zip, "x.zip!/leaked"),
        ("x.tar", &tar, "x.tar!/leaked"),
        ("x.tar.gz", &gzip(&tar), "x.tar.gz!/leaked"),
        ("x.gz", &gz, "x.gz!/x"),
    ];
    for (name, bytes, leaked) in cases {
        let scanned = scanned(name, &bytes[..bytes.len() / 2]);
        assert_eq!(scanned.file(leaked).hits_of(0).len(), 1, "{leaked}");
        let problems = scanned.problems();
        assert!(
            problems.starts_with(&format!("archive {name}: it is broken: ")),
            "{problems}"
        );
        assert_eq!(scanned.stats.problems.len(), 1);
    }
}

#[test]
fn a_broken_member_does_not_hide_the_next_one() {
    let mut bad = deflate(&noise(100_000));
    bad[70_000..].fill(0xff);
    let zip = Zipball::new()
        .member(&Member {
            name: "bad",
            method: 8,
            data: &bad,
            ..Member::default()
        })
        .deflated("leaked", KEY)
        .end();
    let scanned = scanned("x.zip", &zip);
    assert_eq!(scanned.file("x.zip!/leaked").hits_of(0).len(), 1);
    assert!(
        scanned.problems().contains("its member bad is broken"),
        "{}",
        scanned.problems()
    );
}

#[test]
fn locked_and_unknown_members_are_counted_and_said() {
    let zip = Zipball::new()
        .member(&Member {
            name: "locked",
            flags: 1,
            method: 8,
            data: &noise(500),
            ..Member::default()
        })
        .member(&Member {
            name: "locked too",
            flags: 9,
            method: 8,
            data: &noise(500),
            lengths: Lengths::Behind,
            ..Member::default()
        })
        .member(&Member {
            name: "strange",
            method: 12,
            data: &noise(500),
            ..Member::default()
        })
        .deflated("leaked", KEY)
        .end();
    let scanned = scanned("x.zip", &zip);
    assert_eq!(scanned.file("x.zip!/leaked").hits_of(0).len(), 1);
    assert_eq!(scanned.stats.encrypted_members, 2);
    assert_eq!(
        scanned.problems(),
        "archive x.zip: its member strange is packed by method 12, and was not inspected\n"
    );
}

#[test]
fn lengths_that_lie_mislead_nobody() {
    for claimed in [0, 1, u32::MAX as usize - 1] {
        let mut zip = Zipball::new().stored("a", KEY).deflated("b", KEY).end();
        zip[18..22].copy_from_slice(&u32::try_from(claimed).unwrap().to_le_bytes());
        zip[22..26].copy_from_slice(&u32::try_from(claimed).unwrap().to_le_bytes());
        let scanned = scanned("x.zip", &zip);
        let hits: usize = scanned
            .files()
            .iter()
            .map(|file| file.hits_of(0).len())
            .sum();
        assert!(hits >= 1, "{claimed}");
    }
    let header = Header {
        name: "long",
        size: 1 << 32,
        ..Header::default()
    };
    let tar = Tarball::new().header(&header).data(KEY.as_bytes()).end();
    let scanned = scanned("x.tar", &tar);
    assert!(
        scanned.problems().contains("cut off"),
        "{}",
        scanned.problems()
    );
    assert_eq!(scanned.file("x.tar!/long").hits_of(0).len(), 1);
}

#[test]
fn names_that_lead_out_of_the_archive_stay_in_it() {
    let zip = Zipball::new()
        .deflated("../../etc/passwd", KEY)
        .deflated("/root/./key", KEY)
        .end();
    let scanned = scanned("x.zip", &zip);
    let paths = ["x.zip", "x.zip!/etc/passwd", "x.zip!/root/key"];
    assert_eq!(scanned.paths(), paths);
}

fn zeros(megabytes: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    for _ in 0..megabytes {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn a_bomb_is_stopped_by_its_ratio_and_reported_once() {
    let bomb = zeros(100);
    let inner = Zipball::new()
        .member(&Member {
            name: "zeros",
            method: 8,
            data: &bomb,
            ..Member::default()
        })
        .end();
    let outer = Zipball::new()
        .deflated("inner.zip", &inner)
        .deflated("again.zip", &inner)
        .deflated("leaked", KEY)
        .end();
    let scanned = scanned("outer.zip", &outer);
    assert_eq!(
        scanned.problems(),
        "archive outer.zip!/inner.zip: its members have more than 250 times its size; what follows was not inspected\n"
    );
    assert!(scanned.stats.member_bytes < 80 << 20);
}

#[test]
fn members_are_limited_in_number_and_bytes() {
    let mut zip = Zipball::new();
    for member in 0..1000 {
        zip = zip.stored(&format!("{member}"), noise(1000));
    }
    let zip = zip.end();
    let few = Limits {
        members: 100,
        ..Limits::default()
    };
    let scanned = scan_one("x.zip", &zip, &with(few));
    assert_eq!(scanned.stats.members, 100);
    assert_eq!(
        scanned.problems(),
        "archive x.zip: it has more than 100 members; what follows was not inspected\n"
    );
    let small = Limits {
        unpacked: 50_500,
        ..Limits::default()
    };
    let scanned = scan_one("x.zip", &zip, &with(small));
    assert!(scanned.stats.members <= 51);
    assert!(
        scanned.problems().contains("more than 50500 bytes"),
        "{}",
        scanned.problems()
    );
}

#[test]
fn archives_that_never_end_are_opened_so_deep() {
    let mut zip = KEY.as_bytes().to_vec();
    for level in 0..10 {
        zip = Zipball::new().stored(&format!("{level}.zip"), &zip).end();
    }
    let scanned = scanned("x.zip", &zip);
    assert_eq!(scanned.stats.members, 3);
    assert_eq!(
        scanned.problems(),
        "archive x.zip!/9.zip!/8.zip!/7.zip: it lies 3 archives deep, and its members were not inspected\n"
    );
    // Its bytes are searched all the same.
    let found: usize = scanned
        .files()
        .iter()
        .map(|file| file.hits_of(0).len())
        .sum();
    assert_eq!(found, 1);
}

/// A file of 71 bytes, as `xz` packs it.
const XZ: [u8; 128] = [
    253, 55, 122, 88, 90, 0, 0, 4, 230, 214, 180, 70, 2, 0, 33, 1, 22, 0, 0, 0, 116, 47, 229, 163,
    1, 0, 70, 115, 111, 109, 101, 32, 116, 101, 120, 116, 44, 32, 107, 101, 121, 61, 65, 75, 73,
    65, 81, 89, 76, 80, 77, 78, 53, 72, 70, 73, 81, 82, 55, 88, 89, 90, 10, 112, 97, 115, 115, 119,
    111, 114, 100, 32, 61, 32, 104, 117, 110, 116, 101, 114, 50, 104, 117, 110, 116, 101, 114, 50,
    10, 97, 110, 100, 32, 109, 111, 114, 101, 10, 0, 0, 121, 118, 155, 103, 212, 157, 182, 183, 0,
    1, 95, 71, 131, 32, 29, 245, 31, 182, 243, 125, 1, 0, 0, 0, 0, 4, 89, 90,
];

#[test]
fn xz_that_is_cut_off_or_damaged_ends() {
    let scanned = scanned("x.xz", &XZ);
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.file("x.xz!/x").size, 71);
    for place in 0..XZ.len() {
        drop(scan_one("x.xz", &XZ[..place], &Options::default()));
        for value in [0, 1, 2, 0xff, XZ[place] ^ 0x10] {
            let mut broken = XZ;
            broken[place] = value;
            drop(scan_one("x.xz", &broken, &Options::default()));
        }
    }
}

#[test]
fn any_damage_is_survived() {
    let jar = Zipball::new()
        .with_lengths("a", KEY.repeat(50), Lengths::Behind)
        .end();
    let tar = Tarball::new()
        .file("b.jar", &jar)
        .file("c.gz", gzip(&noise(900)))
        .end();
    let zip = Zipball::new()
        .stored("b.tar", &tar)
        .deflated("d", noise(300))
        .end();
    for whole in [
        gzip(&tar),
        zip,
        zstd::encode_all(tar.as_slice(), 1).unwrap(),
        deb(("data.tar", &tar)),
    ] {
        for place in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            for value in [0, 0xff, whole[place] ^ 0x10] {
                let mut broken = whole.clone();
                broken[place] = value;
                let limits = Limits {
                    retained: 1 << 10,
                    ..Limits::default()
                };
                let scanned = scan_one("x", &broken, &with(limits));
                assert_eq!(scanned.stats.files, 1);
            }
            drop(scanned("x", &whole[..place]));
        }
    }
}
