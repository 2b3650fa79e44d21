//! Files in archives are files.

use std::fs;
use std::path::Path;
use std::process::Command;

use merlon_model::{Encoding, FileType};
use merlon_scanner::{Demand, Limits, Target};

use crate::image_builder::{ImageBuilder, Packing, write_dir};
use crate::recorder::{Options, Scanned, scan, try_scan};
use crate::tarball::{Header, Tarball};
use crate::zipball::{Lengths, Member, Zipball, deflate, gzip};

pub(crate) const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

/// Scans a directory with this one file.
pub(crate) fn scan_one(name: &str, content: &[u8], options: &Options) -> Scanned {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    try_scan(&Target::Path(dir.path().to_owned()), options).unwrap()
}

fn clean(name: &str, content: &[u8]) -> Scanned {
    let scanned = scan_one(name, content, &Options::default());
    assert_eq!(scanned.problems(), "");
    scanned
}

/// Bytes that do not get smaller.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(length).collect()
}

#[test]
fn a_member_of_a_zip_is_a_file_with_its_own_place() {
    for lengths in [Lengths::Before, Lengths::Behind, Lengths::Large] {
        let zip = Zipball::new()
            .stored("empty/", "")
            .with_lengths("a/clean.txt", "nothing here", lengths)
            .with_lengths("a/leaked", KEY, lengths)
            .end();
        let scanned = clean("x.zip", &zip);
        assert_eq!(
            scanned.paths(),
            ["x.zip", "x.zip!/a/clean.txt", "x.zip!/a/leaked"]
        );
        let leaked = scanned.file("x.zip!/a/leaked");
        assert_eq!(
            (leaked.hits_of(0)[0].offset, leaked.size),
            (2, KEY.len() as u64)
        );
        assert_eq!(leaked.file_type, FileType::Text);
        assert_eq!(leaked.sha256().unwrap().len(), 64);
        assert!(scanned.file("x.zip").hits.is_empty());
        assert_eq!((scanned.stats.files, scanned.stats.members), (1, 2));
    }
}

#[test]
fn a_descriptor_that_is_announced_and_missing_hides_no_member() {
    let announced = Member {
        name: "a",
        flags: 8,
        method: 8,
        content: b"clean",
        data: &deflate(b"clean"),
        ..Member::default()
    };
    let zip = Zipball::new()
        .member(&announced)
        .with_lengths("b", KEY, Lengths::Nowhere)
        .with_lengths("c", KEY, Lengths::Nowhere)
        .end();
    let scanned = clean("x.zip", &zip);
    assert_eq!(
        scanned.paths(),
        ["x.zip", "x.zip!/a", "x.zip!/b", "x.zip!/c"]
    );
    assert_eq!(scanned.file("x.zip!/c").hits_of(0).len(), 1);
}

#[test]
fn what_is_stored_as_it_is_is_found_once() {
    let zip = Zipball::new().stored("leaked", KEY).end();
    let scanned = clean("x.zip", &zip);
    assert_eq!(scanned.file("x.zip!/leaked").hits_of(0).len(), 1);
    assert!(scanned.file("x.zip").hits.is_empty());
    let tar = Tarball::new().file("leaked", KEY).end();
    let scanned = clean("x.tar", &tar);
    assert_eq!(scanned.file("x.tar!/leaked").hits_of(0).len(), 1);
    assert!(scanned.file("x.tar").hits.is_empty());
}

#[test]
fn a_file_with_holes_is_read_as_it_is_stored() {
    let header = Header {
        name: "sparse",
        flag: b'S',
        size: KEY.len() as u64,
        ..Header::default()
    };
    let tar = Tarball::new().header(&header).data(KEY.as_bytes()).end();
    assert_eq!(
        clean("x.tar", &tar).file("x.tar!/sparse").hits_of(0).len(),
        1
    );
}

#[test]
fn what_stands_between_members_is_found_in_the_archive() {
    let zip = Zipball::new()
        .deflated("a", "a")
        .raw(KEY.as_bytes())
        .deflated("b", KEY)
        .end();
    let scanned = clean("x.apk", &zip);
    assert_eq!(scanned.paths(), ["x.apk", "x.apk!/a", "x.apk!/b"]);
    assert_eq!(scanned.file("x.apk").hits_of(0).len(), 1);
    assert_eq!(scanned.file("x.apk!/b").hits_of(0).len(), 1);
}

#[test]
fn a_stored_member_of_unknown_length_is_found_in_the_archive() {
    let inner = Zipball::new().deflated("c", KEY).end();
    let zip = Zipball::new()
        .member(&Member {
            name: "a",
            flags: 8,
            content: KEY.as_bytes(),
            data: KEY.as_bytes(),
            lengths: Lengths::Behind,
            ..Member::default()
        })
        .member(&Member {
            name: "b.zip",
            flags: 8,
            content: &inner,
            data: &inner,
            lengths: Lengths::Behind,
            ..Member::default()
        })
        .deflated("d", KEY)
        .end();
    let scanned = clean("x.zip", &zip);
    assert_eq!(scanned.file("x.zip").hits_of(0).len(), 1);
    assert_eq!(scanned.paths(), ["x.zip", "x.zip!/c", "x.zip!/d"]);
    assert_eq!(scanned.file("x.zip!/d").hits_of(0).len(), 1);
}

#[test]
fn archives_lie_in_archives() {
    let jar = Zipball::new()
        .deflated("META-INF/app.properties", KEY)
        .end();
    let war = Zipball::new().stored("WEB-INF/lib/app.jar", &jar).end();
    let tar = gzip(&Tarball::new().file("srv/app.war", &war).end());
    let scanned = clean("release.tgz", &tar);
    let path = "release.tgz!/srv/app.war!/WEB-INF/lib/app.jar!/META-INF/app.properties";
    assert_eq!(scanned.file(path).hits_of(0).len(), 1);
    assert_eq!(scanned.stats.members, 3);
}

#[test]
fn a_compressed_file_has_one_member_and_a_compressed_tar_many() {
    let tar = Tarball::new()
        .file_with_mode("./a/b", KEY, 0o640)
        .file("c", KEY)
        .end();
    let zstd = |content: &[u8]| zstd::encode_all(content, 3).unwrap();
    type Pack<'p> = &'p dyn Fn(&[u8]) -> Vec<u8>;
    let packings: [(&str, Pack<'_>); 2] = [("gz", &gzip), ("zst", &zstd)];
    for (suffix, pack) in packings {
        let scanned = clean(&format!("app.log.{suffix}"), &pack(KEY.as_bytes()));
        let member = scanned.file(&format!("app.log.{suffix}!/app.log"));
        assert_eq!(member.hits_of(0).len(), 1);
        let scanned = clean(&format!("a.tar.{suffix}"), &pack(&tar));
        let member = scanned.file(&format!("a.tar.{suffix}!/a/b"));
        assert_eq!((member.mode, member.hits_of(0).len()), (0o640, 1));
        assert_eq!(scanned.stats.members, 2);
    }
}

fn tool(dir: &Path, program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .output();
    if output.is_err() {
        println!("skipped: {program} is not installed");
    }
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn what_other_tools_pack_is_read() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("leaked"), KEY).unwrap();
    fs::write(dir.path().join("noise"), noise(3 << 20)).unwrap();
    let commands: [(&str, &[&str], &str); 6] = [
        ("xz", &["--keep", "leaked"], "leaked.xz!/leaked"),
        (
            "tar",
            &["cJf", "a.tar.xz", "noise", "leaked"],
            "a.tar.xz!/leaked",
        ),
        (
            "tar",
            &["czf", "a.tar.gz", "noise", "leaked"],
            "a.tar.gz!/leaked",
        ),
        ("zip", &["a.zip", "noise", "leaked"], "a.zip!/leaked"),
        (
            "python3",
            &["-m", "zipfile", "-c", "b.zip", "noise", "leaked"],
            "b.zip!/leaked",
        ),
        ("jar", &["cf", "a.jar", "noise", "leaked"], "a.jar!/leaked"),
    ];
    let made: Vec<_> = commands
        .into_iter()
        .filter(|(program, arguments, _)| tool(dir.path(), program, arguments))
        .collect();
    let scanned = scan(&Target::Path(dir.path().to_owned()));
    assert_eq!(scanned.problems(), "");
    for (_, _, path) in made {
        assert_eq!(scanned.file(path).hits_of(0).len(), 1, "{path}");
    }
}

#[test]
fn a_member_across_any_border_is_found() {
    for border in [64 << 10, 256 << 10, 1 << 20, 3 << 20] {
        for before in [3, 21] {
            let mut content = noise(border - before);
            content.extend(KEY.as_bytes());
            content.extend(noise(200_000));
            let zip = Zipball::new()
                .deflated("deflated", &content)
                .with_lengths("behind", &content, Lengths::Behind)
                .stored("stored", &content)
                .end();
            let scanned = clean("x.zip", &zip);
            for name in ["deflated", "behind", "stored"] {
                let file = scanned.file(&format!("x.zip!/{name}"));
                assert_eq!(file.hits_of(0)[0].offset, (border - before + 2) as u64);
                assert_eq!(file.size, content.len() as u64);
            }
            assert!(scanned.file("x.zip").hits.is_empty());
            let tar = gzip(
                &Tarball::new()
                    .file("noise", noise(border - before))
                    .file("k", KEY)
                    .end(),
            );
            assert_eq!(clean("x.tgz", &tar).file("x.tgz!/k").hits_of(0).len(), 1);
        }
    }
}

#[test]
fn a_member_has_the_layer_of_its_archive() {
    let large = Zipball::new()
        .stored("noise", noise(2 << 20))
        .deflated("leaked", KEY)
        .end();
    let tar = Tarball::new()
        .file("srv/large.zip", large)
        .file("usr/share/man/man1/a.1.gz", gzip(KEY.as_bytes()));
    let dir = tempfile::tempdir().unwrap();
    let image = ImageBuilder::new().packed(tar, Packing::Gzip);
    write_dir(&image.layout("app"), dir.path());
    let scanned = scan(&Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    });
    assert_eq!(scanned.problems(), "");
    for path in ["/srv/large.zip!/leaked", "/usr/share/man/man1/a.1.gz!/a.1"] {
        let leaked = scanned.file(path);
        assert_eq!(leaked.hits_of(0).len(), 1);
        assert_eq!(leaked.layer.as_ref().unwrap().index, 0);
        assert!(leaked.visible && leaked.image.is_some());
    }
}

#[test]
fn members_can_be_left_alone() {
    let options = Options {
        limits: Limits {
            depth: 0,
            ..Limits::default()
        },
        ..Options::default()
    };
    let scanned = scan_one("x.gz", &gzip(KEY.as_bytes()), &options);
    assert_eq!(scanned.paths(), ["x.gz"]);
    assert_eq!(scanned.problems(), "");
}

#[test]
fn only_members_with_hits_become_events_when_nothing_else_is_wanted() {
    let zip = Zipball::new()
        .deflated("a", "clean")
        .deflated("b", KEY)
        .end();
    let options = Options {
        demand: Demand::OnlyHits,
        ..Options::default()
    };
    let scanned = scan_one("x.zip", &zip, &options);
    assert_eq!(scanned.paths(), ["x.zip!/b"]);
    assert_eq!(scanned.stats.members, 2);
}

#[test]
fn encoded_text_is_found_in_files_of_any_size_and_in_members() {
    let hex: String = KEY
        .repeat(3)
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for padding in [0, 2 << 20] {
        let mut content = b"plain text ".repeat(padding / 11);
        content.extend(hex.bytes());
        let scanned = clean("dump", &content);
        let hits = scanned.file("dump").hits_of(0).to_vec();
        assert_eq!(hits.len(), 3);
        assert_eq!(
            (hits[0].encoding, hits[0].length),
            (Some(Encoding::Hex), 40)
        );
        assert_eq!(hits[0].offset as usize, content.len() - hex.len() + 4);
        let scanned = clean("dump.gz", &gzip(&content));
        assert_eq!(scanned.file("dump.gz!/dump").hits_of(0), hits);
    }
}

#[test]
fn strings_in_programs_need_no_decoder() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("settings.py");
    fs::write(&source, "KEY = 'AKIAIOSFODNN7EXAMPLE'\n").unwrap();
    fs::write(dir.path().join("a.c"), "char k[] = \"AKIAIOSFODNN7EXAMPLE\"; const char *c = \"AKIAIOSFODNN7EXAMPLF\"; int main() { return k[0] + c[1]; }").unwrap();
    let python = tool(
        dir.path(),
        "python3",
        &["-m", "compileall", "-q", "-b", "settings.py"],
    );
    let c = tool(dir.path(), "cc", &["-o", "program", "a.c"]);
    fs::remove_file(source).unwrap();
    fs::remove_file(dir.path().join("a.c")).unwrap();
    let scanned = scan(&Target::Path(dir.path().to_owned()));
    if python {
        assert_eq!(scanned.file("settings.pyc").hits_of(0).len(), 1);
    }
    if c {
        assert_eq!(scanned.file("program").hits_of(0).len(), 2);
    }
}
