//! Images: which files there are, and which of them a container sees.

use std::fs;
use std::path::PathBuf;

use merlon_model::Subject;
use merlon_scanner::{Demand, ScanError, Target};

use crate::image_builder::{ImageBuilder, Packing, archive, hex, layout_of, pack, write_dir};
use crate::recorder::{Options, Scanned, recognised, scan, try_scan};
use crate::tarball::Tarball;

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

fn layout(image: &ImageBuilder) -> (tempfile::TempDir, Target) {
    let dir = tempfile::tempdir().unwrap();
    write_dir(&image.layout("app"), dir.path());
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: None,
    };
    (dir, target)
}

fn scan_image(image: &ImageBuilder) -> Scanned {
    let (_dir, target) = layout(image);
    scan(&target)
}

fn saved(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("image.tar");
    fs::write(&path, content).unwrap();
    (dir, path)
}

fn three_layers() -> ImageBuilder {
    ImageBuilder::new()
        .packed(
            Tarball::new()
                .directory("etc/")
                .file("./etc/leaked", KEY)
                .file("etc/keep", KEY),
            Packing::Plain,
        )
        .packed(Tarball::new().file("etc/.wh.leaked", ""), Packing::Gzip)
        .packed(
            Tarball::new().file_with_mode("bin/su", "\x7fELF", 0o4755),
            Packing::Zstd,
        )
}

#[test]
fn a_file_that_a_later_layer_deleted_is_found_with_both_layers() {
    let scanned = scan_image(&three_layers());
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.paths(), ["/bin/su", "/etc/keep", "/etc/leaked"]);
    let leaked = scanned.file("/etc/leaked");
    assert_eq!((leaked.visible, leaked.deleted_by), (false, Some(1)));
    assert_eq!(leaked.hits_of(0).len(), 1);
    let layer = leaked.layer.as_ref().unwrap();
    assert_eq!(
        (layer.index, layer.created_by.as_deref()),
        (0, Some("step 0"))
    );
    let keep = scanned.file("/etc/keep");
    assert_eq!((keep.visible, keep.deleted_by), (true, None));
    let su = scanned.file("/bin/su");
    assert_eq!(
        (su.mode, su.uid, su.layer.as_ref().unwrap().index),
        (0o4755, 1000, 2)
    );
    assert_ne!(
        su.layer.as_ref().unwrap().digest,
        su.layer.as_ref().unwrap().diff_id
    );
    assert_eq!((scanned.stats.layers, scanned.stats.files), (3, 3));
}

#[test]
fn the_configuration_comes_first_and_as_it_is_stored() {
    let scanned = scan_image(&three_layers());
    let config = scanned.config();
    assert!(config.json.contains(r#""User":"root""#));
    assert!(config.image.digest.starts_with("sha256:"));
    assert!(config.image.reference.starts_with("oci:/"));
    assert_eq!(
        *scanned.file("/etc/keep").image.as_ref().unwrap(),
        config.image
    );
}

#[test]
fn texts_of_the_configuration_are_searched_like_files() {
    let image = three_layers()
        .env("PATH=/bin")
        .env("KEY=AKIAIOSFODNN7EXAMPLE")
        .label("org.example/key", "AKIAIOSFODNN7LABELED")
        .step("RUN aws --key AKIAIOSFODNN7HISTORY");
    let (_dir, target) = layout(&image);
    let scanned = scan(&target);
    let texts: Vec<_> = scanned
        .events
        .iter()
        .filter_map(|event| match Subject::of(event) {
            Subject::Image(image) if !image.config_path.is_empty() => {
                Some((image.config_path, event.file()?.hits_of(0).to_vec()))
            }
            _ => None,
        })
        .collect();
    let places: Vec<_> = texts.iter().map(|(place, _)| place.as_str()).collect();
    let expected = [
        "config.Env[1]",
        r#"config.Labels["org.example/key"]"#,
        "history[6].created_by",
    ];
    assert_eq!(places, expected);
    assert_eq!(texts[2].1[0].text, "AKIAIOSFODNN7HISTORY");
    assert_eq!((texts[2].1[0].line, texts[2].1[0].column), (1, 15));
    assert_eq!(scanned.stats.files, 3);
}

#[test]
fn layers_of_the_base_are_told_from_own_ones_when_its_manifest_is_there() {
    let base = ImageBuilder::new().layer(Tarball::new().file("base", KEY));
    let base_parts = base.layout("base");
    let digest = format!("sha256:{}", hex(&base_parts[base_parts.len() - 2].1));
    let own = base
        .layer(Tarball::new().file("own", KEY))
        .annotation("org.opencontainers.image.base.digest", &digest);
    let is_base = |scanned: &Scanned, path| scanned.file(path).layer.as_ref().unwrap().base;

    let (dir, target) = layout(&own);
    let scanned = scan(&target);
    assert_eq!(is_base(&scanned, "/base"), None);
    write_dir(&base_parts[1..base_parts.len() - 1], dir.path());
    let scanned = scan(&target);
    assert_eq!(is_base(&scanned, "/base"), Some(true));
    assert_eq!(is_base(&scanned, "/own"), Some(false));

    // What only claims to be built on it is not.
    let other = ImageBuilder::new()
        .layer(Tarball::new().file("base", "other"))
        .annotation("org.opencontainers.image.base.digest", &digest);
    let (dir, target) = layout(&other);
    write_dir(&base_parts[1..base_parts.len() - 1], dir.path());
    assert_eq!(is_base(&scan(&target), "/base"), None);
}

#[test]
fn every_way_to_save_an_image_gives_the_same_files() {
    let image = three_layers();
    let expected = scan_image(&image).paths();
    let archives = [
        archive(&image.layout("app")),
        archive(&image.docker_new("app:1")),
        archive(&image.docker_old("app:1")),
        pack(&archive(&image.docker_old("app:1")), Packing::Gzip),
        pack(&archive(&image.layout("app")), Packing::Zstd),
    ];
    for (number, content) in archives.iter().enumerate() {
        let (_dir, path) = saved(content);
        let target = Target::recognise(&path).unwrap();
        assert!(
            !matches!(target, Target::Path(_)),
            "archive {number}: {target:?}"
        );
        let scanned = recognised(&path, &Options::default());
        assert_eq!(scanned.problems(), "", "archive {number}");
        assert_eq!(scanned.paths(), expected, "archive {number}");
        assert_eq!(scanned.file("/etc/leaked").deleted_by, Some(1));
    }
}

#[test]
fn a_layer_that_docker_saved_as_a_link_is_found() {
    let layer = Tarball::new().file("a", KEY);
    let image = ImageBuilder::new().packed(layer, Packing::Plain);
    let mut tar = Tarball::new();
    for (name, content) in image.docker_old("app:1") {
        tar = match name.strip_suffix("/layer.tar") {
            Some(_) => tar.file("blobs-of-layers/x.tar", content).entry(
                b'2',
                &name,
                "../blobs-of-layers/x.tar",
            ),
            None => tar.file(&name, content),
        };
    }
    let (_dir, file) = saved(&tar.end());
    let scanned = scan(&Target::DockerArchive { file, tag: None });
    assert_eq!(scanned.paths(), ["/a"]);
}

#[test]
fn a_saved_image_is_recognised_by_its_content_and_not_by_names() {
    // Some builders name the parts as they like, and put the list of images last.
    let image = ImageBuilder::new().packed(Tarball::new().file("a", KEY), Packing::Plain);
    let mut tar = Tarball::new();
    for (name, content) in image.docker_old("app:1") {
        let name = match name.as_str() {
            "manifest.json" => name,
            _ if name.ends_with("/layer.tar") => "l1/layer.tar".to_owned(),
            _ => "config".to_owned(),
        };
        let list = br#"[{"Config":"config","RepoTags":["app:1"],"Layers":["l1/layer.tar"]}]"#;
        tar = match name.as_str() {
            "manifest.json" => tar.file(&name, list),
            _ => tar.file(&name, content),
        };
    }
    let (_dir, path) = saved(&tar.end());
    assert_eq!(recognised(&path, &Options::default()).paths(), ["/a"]);
}

#[test]
fn an_archive_of_something_else_is_a_file() {
    for content in [
        Tarball::new()
            .file("manifest.json", r#"{"manifest_version": 3}"#)
            .file("background.js", "x")
            .end(),
        Tarball::new()
            .file("README", "x")
            .file("index.json", "{}")
            .end(),
        pack(
            &Tarball::new().file("src/main.rs", "x").end(),
            Packing::Gzip,
        ),
        b"\x1f\x8b broken".to_vec(),
    ] {
        let (_dir, path) = saved(&content);
        assert_eq!(Target::recognise(&path).unwrap(), Target::Path(path));
    }
}

#[test]
fn a_directory_of_a_layout_is_recognised() {
    let (dir, target) = layout(&three_layers());
    assert_eq!(Target::recognise(dir.path()).unwrap(), target);
}

#[test]
fn an_opaque_directory_hides_what_lower_layers_have_there() {
    let image = ImageBuilder::new()
        .layer(
            Tarball::new()
                .file("srv/old", KEY)
                .file("srv/deep/old", KEY)
                .file("other", KEY),
        )
        .layer(
            Tarball::new()
                .file("srv/.wh..wh..opq", "")
                .file("srv/new", KEY),
        );
    let scanned = scan_image(&image);
    for (path, deleted_by) in [
        ("/srv/old", Some(1)),
        ("/srv/deep/old", Some(1)),
        ("/srv/new", None),
        ("/other", None),
    ] {
        let file = scanned.file(path);
        assert_eq!(
            (file.deleted_by, file.visible),
            (deleted_by, deleted_by.is_none()),
            "{path}"
        );
    }
}

#[test]
fn a_secret_rotated_at_the_same_path_is_two_files_of_which_one_is_visible() {
    let image = ImageBuilder::new()
        .layer(Tarball::new().file("key", KEY))
        .layer(Tarball::new().file("key", "k=AKIAIOSFODNN7CHANGED\n"));
    let scanned = scan_image(&image);
    let keys: Vec<_> = scanned
        .files()
        .iter()
        .map(|f| (f.visible, f.deleted_by))
        .collect();
    assert_eq!(keys, [(true, None), (false, Some(1))]);
}

#[test]
fn a_file_in_place_of_a_directory_hides_all_that_was_in_it_and_the_other_way_round() {
    let image = ImageBuilder::new()
        .layer(Tarball::new().file("d/x/y", KEY).file("f", KEY))
        .layer(
            Tarball::new()
                .entry(b'2', "d", "/elsewhere")
                .file("f/inside", KEY),
        );
    let scanned = scan_image(&image);
    assert_eq!(scanned.file("/d/x/y").deleted_by, Some(1));
    assert_eq!(scanned.file("/f").deleted_by, Some(1));
    assert!(scanned.file("/f/inside").visible);
}

#[test]
fn a_file_that_is_deleted_and_comes_back_is_visible_only_in_the_last_layer() {
    let image = ImageBuilder::new()
        .layer(Tarball::new().file("a", KEY))
        .layer(Tarball::new().file(".wh.a", ""))
        .layer(Tarball::new().file("a", KEY));
    let scanned = scan_image(&image);
    let seen: Vec<_> = scanned
        .files()
        .iter()
        .map(|f| (f.visible, f.deleted_by))
        .collect();
    assert_eq!(seen, [(true, None), (false, Some(1))]);
}

#[test]
fn a_hard_link_has_the_findings_of_its_target() {
    let image = ImageBuilder::new()
        .layer(
            Tarball::new()
                .file("a", KEY)
                .entry(b'1', "b", "a")
                .entry(b'1', "c", "nowhere"),
        )
        .layer(Tarball::new().file(".wh.a", ""));
    let scanned = scan_image(&image);
    let (a, b) = (scanned.file("/a"), scanned.file("/b"));
    assert_eq!(a.sha256(), b.sha256());
    assert_eq!(a.hits, b.hits);
    assert_eq!((a.visible, b.visible), (false, true));
    assert_eq!(scanned.stats.links_elsewhere, 1);
}

#[test]
fn long_names_of_both_kinds_are_read() {
    let long = format!("{}/leaf", ["component-of-a-path"; 12].join("/"));
    let gnu = format!("gnu/{long}");
    let tar = Tarball::new()
        .file(&long, KEY)
        .extended(b'L', format!("{gnu}\0").as_bytes())
        .file("cut-off", KEY);
    let scanned = scan_image(&ImageBuilder::new().layer(tar));
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.paths(), [format!("/{long}"), format!("/{gnu}")]);
}

#[test]
fn gzip_members_and_what_follows_them_are_understood() {
    let tar = Tarball::new().file("a", KEY).file("b", KEY).end();
    let (first, second) = tar.split_at(700);
    let mut stored = pack(first, Packing::Gzip);
    stored.extend(pack(second, Packing::Gzip));
    stored.extend_from_slice(&[0; 100]);
    let scanned = scan_image(&ImageBuilder::new().stored(&tar, stored));
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.paths(), ["/a", "/b"]);
}

#[test]
fn the_platform_chooses_from_a_nested_index() {
    let dir = tempfile::tempdir().unwrap();
    write_dir(
        &three_layers().for_platforms(&["amd64", "arm64"]),
        dir.path(),
    );
    let target = Target::OciLayout {
        dir: dir.path().to_owned(),
        tag: Some("multi".into()),
    };
    let on = |platform| {
        try_scan(
            &target,
            &Options {
                platform: Some(platform),
                ..Options::default()
            },
        )
    };
    assert!(on("linux/arm64").unwrap().config().json.contains("arm64"));
    let error = on("linux/s390x").err().unwrap();
    assert!(matches!(error, ScanError::NoPlatform { .. }));
    assert!(
        error
            .to_string()
            .ends_with("one of: linux/amd64, linux/arm64"),
        "{error}"
    );
}

#[test]
fn an_image_for_one_platform_is_refused_when_another_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let image = three_layers();
    let (oci, docker) = (dir.path().join("oci.tar"), dir.path().join("docker.tar"));
    write_dir(&image.layout("one"), &dir.path().join("oci"));
    fs::write(&oci, archive(&image.layout("one"))).unwrap();
    fs::write(&docker, archive(&image.docker_old("one"))).unwrap();
    let (layout, tag) = (dir.path().join("oci"), None);
    let targets = [
        Target::OciLayout { dir: layout, tag },
        Target::OciArchive {
            file: oci,
            tag: None,
        },
        Target::DockerArchive {
            file: docker,
            tag: None,
        },
    ];
    for target in targets {
        let on = |platform| {
            let options = Options {
                platform,
                ..Options::default()
            };
            try_scan(&target, &options)
        };
        for platform in ["linux/arm64", "windows/amd64"] {
            let error = on(Some(platform)).err().unwrap().to_string();
            let expected = format!(
                "the image has no {platform} variant; ask with --platform for one of: linux/amd64"
            );
            assert_eq!(error, expected);
        }
        for platform in [None, Some("linux/amd64"), Some("linux/amd64/v2")] {
            assert!(on(platform).is_ok(), "{platform:?}");
        }
    }
}

#[test]
fn several_images_need_a_tag_and_a_wrong_one_is_answered_with_the_right_ones() {
    let one = ImageBuilder::new().layer(Tarball::new().file("one", KEY));
    let two = ImageBuilder::new().layer(Tarball::new().file("two", KEY));
    let images = ["one", "two"].into_iter().zip([&one, &two]);
    let images = images.map(|(tag, image)| (tag, image.layout("x")[1..4].to_vec()));
    let dir = tempfile::tempdir().unwrap();
    write_dir(&layout_of(images.collect()), dir.path());
    let with = |tag: Option<&str>| {
        let target = Target::OciLayout {
            dir: dir.path().to_owned(),
            tag: tag.map(str::to_owned),
        };
        try_scan(&target, &Options::default())
    };
    assert_eq!(with(Some("two")).unwrap().paths(), ["/two"]);
    let error = with(None).err().unwrap().to_string();
    assert_eq!(error, "there are several images, name one of: one, two");
    let error = with(Some("three")).err().unwrap().to_string();
    assert_eq!(error, "there is no image three; there are: one, two");
}

#[test]
fn a_large_file_of_a_layer_keeps_its_beginning() {
    let mut content = vec![b'.'; 3_000_000];
    content[2_000_000..2_000_020].copy_from_slice(b"AKIAIOSFODNN7EXAMPLE");
    let image = ImageBuilder::new().layer(Tarball::new().file("large", &content));
    let (_dir, target) = layout(&image);
    let options = Options {
        demand: Demand::OnlyHits,
        ..Options::default()
    };
    let file = try_scan(&target, &options).unwrap().file("/large");
    assert_eq!(
        (file.size, file.hits_of(0)[0].offset),
        (3_000_000, 2_000_000)
    );
    let kept = file.content.as_ref().unwrap();
    let mut into = [0; 64];
    assert_eq!(kept.read(1_000_000, &mut into).unwrap(), 64);
    let error = kept.read(2_000_000, &mut into).unwrap_err().to_string();
    assert_eq!(error, "bytes 2000000..2000064 were not kept");
    assert_eq!(kept.read(3_000_000, &mut into).unwrap(), 0);
}
