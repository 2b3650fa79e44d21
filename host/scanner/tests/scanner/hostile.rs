//! Images made to break scanners: each is a problem with a reason, none a crash or a silence.

use std::fs;
use std::time::{Duration, Instant};

use merlon_scanner::{Limits, ScanError, Target};

use crate::image_builder::{ImageBuilder, Packing, pack, write_dir};
use crate::recorder::{Options, Scanned, try_scan};
use crate::tarball::{Header, Tarball};

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

fn scan_with(image: &ImageBuilder, limits: Limits) -> Scanned {
    let dir = tempfile::tempdir().unwrap();
    write_dir(&image.layout("app"), dir.path());
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    try_scan(&target, &options).unwrap()
}

fn raw(tar: &[u8]) -> Scanned {
    let image = ImageBuilder::new().stored(tar, pack(tar, Packing::Gzip));
    scan_with(&image, Limits::default())
}

/// The problem of a layer in which a good file comes first.
fn problem(tar: Tarball) -> String {
    let scanned = raw(&tar.0);
    assert_eq!(scanned.file("/good").hits_of(0).len(), 1);
    assert!(scanned.stats.is_partial());
    scanned.problems()
}

fn good() -> Tarball {
    Tarball::new().file("good", KEY)
}

#[test]
fn an_archive_that_is_cut_off_is_a_problem_with_what_was_found_before() {
    let cut = good().header(&Header {
        name: "cut",
        size: 5000,
        ..Header::default()
    });
    let scanned = raw(&cut.clone().0);
    assert_eq!(scanned.file("/cut").sha256(), None);
    assert!(problem(cut).contains("cut off after"));
    let mut tar = good();
    tar.0.extend_from_slice(&[b'x'; 100]);
    assert!(problem(tar).contains("cut off after"));
}

#[test]
fn an_archive_that_ends_with_its_last_file_is_whole() {
    // Some writers leave out the padding of the last file, too.
    let mut tar = good().file("last", KEY).0;
    tar.truncate(tar.len() - 512 + KEY.len());
    let scanned = raw(&tar);
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.paths(), ["/good", "/last"]);
    tar.pop();
    assert!(raw(&tar).problems().contains("cut off after"));
}

#[test]
fn a_block_that_is_no_header_is_a_problem() {
    let mut tar = good();
    tar.0.extend_from_slice(&[b'x'; 512]);
    assert!(problem(tar).contains("no valid tar header at byte 1024"));
    let mut lone_zeros = good();
    lone_zeros.0.extend_from_slice(&[0; 512]);
    let tar = lone_zeros.file("hidden-behind-zeros", KEY);
    assert!(problem(tar).contains("no valid tar header"));
}

#[test]
fn an_entry_with_a_size_beyond_all_bounds_allocates_nothing() {
    let mut tar = good().header(&Header {
        name: "huge",
        size: 0o77_777_777_777,
        ..Header::default()
    });
    tar.0.extend_from_slice(&[0; 2048]);
    assert!(problem(tar).contains("cut off"));
    let pax = good()
        .pax(&[("size", "18446744073709551615")])
        .file("x", "y");
    assert!(problem(pax).contains("cut off"));
}

#[test]
fn extended_headers_are_bounded_and_checked() {
    let long = good().extended(b'x', &vec![b'1'; 2 << 20]);
    assert!(problem(long).contains("over the limit of 1048576"));
    let name = good().extended(b'L', &vec![b'a'; 100_000]);
    assert!(problem(name).contains("over the limit of 65536"));
    let broken = good().extended(b'x', b"999 path=abc\n").file("x", "y");
    assert!(problem(broken).contains("extended header at byte 1024 is not valid"));
    let nul = good().pax(&[("path", "a\0b")]).file("x", "y");
    assert!(problem(nul).contains("is not valid"));
}

#[test]
fn a_path_that_leaves_the_image_is_refused_and_an_absolute_one_is_below_its_root() {
    let scanned = raw(&good()
        .file("../../etc/passwd", KEY)
        .file("a/../b", KEY)
        .file("/abs", KEY)
        .end());
    assert_eq!(scanned.paths(), ["/abs", "/good"]);
    let problems = scanned.problems();
    assert_eq!(
        problems.matches("leaves the image").count(),
        2,
        "{problems}"
    );
}

#[test]
fn paths_that_are_too_long_or_too_deep_are_refused() {
    let long = "x".repeat(5000);
    let deep = "d/".repeat(300);
    let scanned = raw(&good().file(&long, KEY).file(&format!("{deep}f"), KEY).end());
    assert_eq!(scanned.paths(), ["/good"]);
    let problems = scanned.problems();
    assert!(
        problems.contains("too long") && problems.contains("too deep"),
        "{problems}"
    );
    assert!(problems.len() < 2000);
}

#[test]
fn a_bomb_is_stopped_by_its_ratio_and_by_its_size() {
    let zeros = good().file("zeros", vec![0u8; 100 << 20]).end();
    for packing in [Packing::Gzip, Packing::Zstd] {
        let image = ImageBuilder::new().stored(&zeros, pack(&zeros, packing));
        let scanned = scan_with(&image, Limits::default());
        assert!(scanned.problems().contains("more than 250 times its size"));
        assert_eq!(scanned.file("/good").hits_of(0).len(), 1);
    }
    let image = ImageBuilder::new().packed(good().file("x", [7; 100_000]), Packing::Plain);
    let limits = Limits {
        unpacked: 10_000,
        ..Limits::default()
    };
    assert!(
        scan_with(&image, limits)
            .problems()
            .contains("more than 10000 bytes")
    );
}

#[test]
fn headers_without_end_are_stopped() {
    let tar = (0..5000).fold(good(), |tar, n| tar.entry(b'0', &format!("e{n}"), ""));
    let limits = Limits {
        entries: 1000,
        ..Limits::default()
    };
    let scanned = scan_with(&ImageBuilder::new().layer(tar), limits);
    assert!(scanned.problems().contains("more than 1000 entries"));
    let extended = (0..5000).fold(good(), |tar, _| tar.pax(&[("a", "b")]));
    let limits = Limits {
        entries: 1000,
        ..Limits::default()
    };
    let scanned = scan_with(&ImageBuilder::new().layer(extended), limits);
    assert!(scanned.problems().contains("more than 1000 entries"));
}

#[test]
fn a_hundred_thousand_empty_files_take_little_and_too_many_paths_are_said() {
    let mut tar = good();
    for n in 0..100_000 {
        tar = tar.entry(b'0', &format!("d{}/{n}", n % 7), "");
    }
    let started = Instant::now();
    let limits = Limits {
        paths: 50_000,
        ..Limits::default()
    };
    let scanned = scan_with(&ImageBuilder::new().layer(tar), limits);
    assert_eq!(scanned.stats.files, 100_001);
    assert!(
        scanned
            .problems()
            .contains("more paths than are remembered")
    );
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn sparse_files_are_read_as_they_are_stored_and_devices_ignored() {
    let mut map = [0u8; 512];
    map[504] = 1;
    let mut tar = good();
    let mut sparse = Tarball::new().entry(b'S', "old-gnu", "").0;
    sparse[482] = 1;
    reseal(&mut sparse);
    tar.0.extend_from_slice(&sparse);
    tar.0.extend_from_slice(&map);
    tar.0.extend_from_slice(&[0; 512]);
    let tar = tar
        .pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")])
        .file("pax-sparse", KEY)
        .entry(b'3', "dev/null", "")
        .entry(b'6', "pipe", "")
        .file("last", KEY);
    let scanned = raw(&tar.end());
    assert_eq!(
        scanned.paths(),
        ["/good", "/last", "/old-gnu", "/pax-sparse"]
    );
    assert_eq!(scanned.problems(), "");
    assert!(!scanned.file("/pax-sparse").hits.is_empty());
}

fn reseal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[test]
fn a_path_that_a_layer_brings_twice_is_judged_twice_and_counted() {
    let scanned = raw(&good().file("good", "clean").end());
    assert_eq!((scanned.files().len(), scanned.stats.duplicates), (2, 1));
}

#[test]
fn a_layer_that_is_not_what_its_digest_says_is_a_problem() {
    let image = ImageBuilder::new().layer(good());
    let dir = tempfile::tempdir().unwrap();
    let parts = image.layout("app");
    write_dir(&parts, dir.path());
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    };
    let other = pack(&good().file("more", "x").end(), Packing::Gzip);
    fs::write(dir.path().join(&parts[1].0), other).unwrap();
    let scanned = try_scan(&target, &Options::default()).unwrap();
    let problems = scanned.problems();
    assert!(problems.contains("has the content of"), "{problems}");
    assert!(
        problems.contains("its tar is not what is announced"),
        "{problems}"
    );
    assert!(problems.contains("are announced"), "{problems}");

    fs::remove_file(dir.path().join(&parts[1].0)).unwrap();
    let scanned = try_scan(&target, &Options::default()).unwrap();
    assert!(
        scanned.problems().contains("No such file"),
        "{}",
        scanned.problems()
    );
}

#[test]
fn a_configuration_that_is_not_what_its_digest_says_fails_the_image() {
    let dir = tempfile::tempdir().unwrap();
    let parts = ImageBuilder::new().layer(good()).layout("app");
    write_dir(&parts, dir.path());
    fs::write(dir.path().join(&parts[2].0), "{}").unwrap();
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    };
    let error = try_scan(&target, &Options::default()).err().unwrap();
    assert!(
        matches!(
            error,
            ScanError::Digest {
                what: "configuration",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_broken_compression_is_a_problem_with_what_was_found_before() {
    let tar = good().file("noise", noise(300_000)).end();
    for packing in [Packing::Gzip, Packing::Zstd] {
        let mut stored = pack(&tar, packing);
        stored.truncate(stored.len() - 1000);
        let scanned = scan_with(&ImageBuilder::new().stored(&tar, stored), Limits::default());
        assert!(
            scanned.problems().contains("cannot be unpacked"),
            "{}",
            scanned.problems()
        );
    }
}

#[test]
fn links_in_circles_end() {
    let tar = good()
        .entry(b'2', "s/a", "b")
        .entry(b'2', "s/b", "a")
        .entry(b'2', "s/self", "self")
        .entry(b'2', "up", "../../../..")
        .file("s/a/below-a-link", KEY)
        .entry(b'1', "h/a", "h/b")
        .entry(b'1', "h/b", "h/a")
        .entry(b'1', "h/self", "h/self")
        .entry(b'1', "h/out", "../../etc/shadow")
        .entry(b'1', "h/good", "good");
    let scanned = raw(&tar.end());
    assert_eq!(scanned.paths(), ["/good", "/h/good", "/s/a/below-a-link"]);
    let problems = scanned.problems();
    assert_eq!(
        problems.matches("hard link to outside").count(),
        1,
        "{problems}"
    );
}

#[test]
fn a_name_that_is_set_in_every_way_is_the_one_that_extractors_use() {
    let tar = Tarball::new()
        .extended(b'g', b"20 path=/global/pa\n")
        .extended(b'L', b"long-name\0")
        .pax(&[("path", "pax-name")])
        .file("header-name", KEY)
        .file("next", KEY);
    let scanned = raw(&tar.end());
    assert!(
        scanned.paths().contains(&"/pax-name".to_owned()),
        "{:?}",
        scanned.paths()
    );
    assert!(
        scanned.paths().contains(&"/next".to_owned()),
        "{:?}",
        scanned.paths()
    );
    assert_eq!(scanned.files().len(), 2);
}

#[test]
fn a_size_that_is_set_twice_hides_nothing() {
    // Readers that disagree about the size see other files: the later, more specific one counts.
    let hidden = Tarball::new().file("hidden", KEY).0;
    let size = hidden.len().to_string();
    let tar = good()
        .pax(&[("size", &size)])
        .header(&Header {
            name: "outer",
            size: 0,
            ..Header::default()
        })
        .data(&hidden)
        .file("after", KEY);
    let scanned = raw(&tar.end());
    let paths = ["/after", "/good", "/outer", "/outer!/hidden"];
    assert_eq!(scanned.paths(), paths);
}

#[test]
fn all_layers_together_unpack_to_no_more_than_the_limit() {
    let layer = || Tarball::new().file("x", vec![7; 40_000]);
    let image = (0..5).fold(ImageBuilder::new(), |image, _| image.layer(layer()));
    let limits = Limits {
        unpacked: 100_000,
        ..Limits::default()
    };
    let problems = scan_with(&image, limits).problems();
    // Two fit, one after the other; side by side it may be only one.
    let stopped = problems.matches("all in all it unpacks").count();
    assert!(stopped >= 3, "{problems}");
}

#[test]
fn an_image_of_too_many_layers_and_documents_that_are_too_large_are_refused() {
    let refused = |image: &ImageBuilder, limits: Limits| {
        let dir = tempfile::tempdir().unwrap();
        write_dir(&image.layout("app"), dir.path());
        let target = Target::OciLayout {
            dir: dir.path().to_owned(),
            tag: None,
        };
        let options = Options {
            limits,
            ..Options::default()
        };
        try_scan(&target, &options).err().unwrap().to_string()
    };
    let many = (0..6).fold(ImageBuilder::new(), |image, _| image.layer(good()));
    let limits = Limits {
        layers: 5,
        ..Limits::default()
    };
    assert!(refused(&many, limits).contains("6 layers, over the limit of 5"));
    let large = ImageBuilder::new().env(&"x".repeat(100_000));
    let limits = Limits {
        document: 10_000,
        ..Limits::default()
    };
    assert!(refused(&large, limits).contains("larger than 10000 bytes"));
}

#[test]
fn a_configuration_of_countless_texts_is_read_in_part_and_that_is_said() {
    let image = (0..25_000).fold(ImageBuilder::new(), |image, n| {
        image.env(&format!("V{n}=1"))
    });
    let scanned = scan_with(&image, Limits::default());
    let problems = scanned.problems();
    assert!(
        problems.contains("texts of its configuration were not inspected"),
        "{problems}"
    );
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn damage_anywhere_never_panics() {
    let tar = good()
        .pax(&[("path", "p")])
        .file("x", "y")
        .extended(b'L', b"long\0")
        .file("z", KEY)
        .entry(b'1', "l", "good")
        .end();
    for at in 0..tar.len() {
        for byte in [0, 0xff, tar[at] ^ 1] {
            let mut damaged = tar.clone();
            damaged[at] = byte;
            if at % 41 == 0 {
                raw_plain(&damaged);
            }
        }
    }
}

fn raw_plain(tar: &[u8]) {
    let image = ImageBuilder::new().stored(tar, tar.to_vec());
    scan_with(&image, Limits::default());
}
