//! Images of ten layers, made by umoci and skopeo of a Debian tree; and the table that has Trivy in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::corpus;
use crate::hits::{self, Hits};
use crate::measure::Run;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant};
use crate::{place, planted, rivals};

const TIMES_TRIVY: f64 = 5.0;
const LAYERS: usize = 10;

/// Two images in one layout: `app` and `next`, which share all layers but the uppermost.
pub(crate) struct Image {
    dir: PathBuf,
}

impl Image {
    /// With about so many megabytes in its layers, where Debian has them.
    pub(crate) fn debian(megabytes: u64) -> Self {
        Self::at(megabytes, "usr")
    }

    /// The same files in another directory than `/usr`.
    fn at(megabytes: u64, place: &str) -> Self {
        let dir = place::made_once(&format!("image-{megabytes}-{place}"), |work| {
            make(megabytes, place, work);
        });
        Self { dir }
    }

    pub(crate) fn layout(&self) -> PathBuf {
        self.dir.join("layout")
    }

    /// Layers as gzip made them smaller.
    pub(crate) fn oci(&self, tag: &str) -> String {
        format!("oci:{}:{tag}", self.layout().display())
    }

    /// `app` as `docker save` writes it: layers as they are.
    pub(crate) fn saved(&self) -> PathBuf {
        self.dir.join("app.tar")
    }

    /// All layers of one of the two, inflated.
    pub(crate) fn bytes(&self) -> u64 {
        self.saved().metadata().unwrap().len()
    }
}

/// Nine layers, and a tenth for each of the two.
fn make(megabytes: u64, place: &str, work: &Path) {
    let files = work.join("files/all");
    corpus::sample(megabytes, &files);
    let parts = corpus::split(&files, LAYERS as u64 + 1);
    planted::write(&parts[1]);
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program)
            .current_dir(work)
            .args(arguments)
            .status()
            .unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        assert!(status.success(), "{program} {arguments:?}: {status}");
    };
    let add = |tag: &str, part: usize| {
        let from = parts[part].to_str().unwrap();
        let moved = format!("--transform=s,^./usr,./{place},");
        let file = "--file=layer.tar";
        run(
            "tar",
            &[
                "-c",
                "--sort=name",
                "--mtime=@0",
                &moved,
                file,
                "-C",
                from,
                ".",
            ],
        );
        let image = format!("layout:{tag}");
        run(
            "umoci",
            &["raw", "add-layer", "--image", &image, "layer.tar"],
        );
    };
    run("umoci", &["init", "--layout", "layout"]);
    run("umoci", &["new", "--image", "layout:app"]);
    (0..LAYERS - 1).for_each(|part| add("app", part));
    run("umoci", &["tag", "--image", "layout:app", "next"]);
    add("app", LAYERS - 1);
    add("next", LAYERS);
    std::fs::remove_file(work.join("layer.tar")).unwrap();
    std::fs::remove_dir_all(work.join("files")).unwrap();
    let saved = "docker-archive:app.tar:bench:app";
    run("skopeo", &["copy", "--quiet", "oci:layout:app", saved]);
}

/// Trivy passes over `/usr/lib`, `/usr/share` and the like, whatever is in them: the same files stand in
/// another place once more, so that both read them.
pub(crate) fn print() {
    for place in ["usr", "srv"] {
        one(place, &Image::at(400, place));
    }
}

fn one(place: &str, image: &Image) {
    let rulesets = ["secrets", "nsa"].map(str::to_owned);
    let cache = Cache::prepare(&rulesets);
    let target = format!("docker-archive:{}", image.saved().display());
    let ours = || merlon::scan(&target, &rulesets, &cache.fresh());
    let mut contestants = vec![Contestant {
        name: "merlon, secrets and nsa",
        command: &ours,
        hits: &|run| rooted(merlon::lines(run)),
    }];
    let trivy = rivals::find("trivy");
    let theirs = || command(trivy.as_deref().unwrap(), &image.saved());
    if trivy.is_some() {
        contestants.push(Contestant {
            name: "trivy image --scanners secret",
            command: &theirs,
            hits: &read,
        });
    }
    let all = table::interleave(&contestants);
    let what = format!("secrets in a saved image, files in /{place}");
    table::print(&what, image.bytes(), &all);
    let [ours, theirs] = &all[..] else { return };
    table::at_least("times trivy", TIMES_TRIVY, theirs.cpu() / ours.cpu());
    let (outside, inside) = hits::without_members(&ours.hits);
    println!("merlon has {inside} more in members of archives");
    hits::print_common_files(&outside, &theirs.hits);
    hits::compare(
        ("merlon", &outside),
        ("trivy", &theirs.hits),
        &format!("image-{place}.tsv"),
    );
}

/// Without a cache: a second round must not be a look-up.
fn command(trivy: &Path, saved: &Path) -> Command {
    let mut command = Command::new(trivy);
    command
        .args([
            "image",
            "--quiet",
            "--scanners",
            "secret",
            "--format",
            "json",
        ])
        .args(["--cache-backend", "memory", "--offline-scan"])
        .args(["--skip-check-update", "--skip-version-check", "--input"])
        .arg(saved);
    command
}

/// (file, line).
fn read(run: &Run) -> Hits {
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut hits = Hits::new();
    for result in list(&report, "Results") {
        for secret in list(&result, "Secrets") {
            let file = result["Target"].as_str().unwrap_or_default().to_owned();
            let rule = secret["RuleID"].as_str().unwrap_or_default().to_owned();
            hits.insert((file, secret["StartLine"].to_string()), rule);
        }
    }
    rooted(hits)
}

/// Paths in an image begin with a slash or do not; here they do not.
fn rooted(hits: Hits) -> Hits {
    hits.into_iter()
        .map(|((file, line), rule)| ((file.trim_start_matches('/').to_owned(), line), rule))
        .collect()
}
