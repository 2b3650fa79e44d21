//! Images of ten layers, made by umoci and skopeo of a Debian tree; and the table that has Trivy in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::corpus;
use crate::hits::{self, Hits};
use crate::measure::Run;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant};
use crate::{place, rivals};

const TIMES_TRIVY: f64 = 5.0;
const LAYERS: usize = 10;

/// Two images in one layout: `app` and `next`, which share all layers but the uppermost.
pub(crate) struct Image {
    dir: PathBuf,
}

impl Image {
    /// With about so many megabytes in its layers.
    pub(crate) fn debian(megabytes: u64) -> Self {
        let dir = place::made_once(&format!("image-{megabytes}"), |work| {
            make(megabytes, work);
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
fn make(megabytes: u64, work: &Path) {
    let tree = corpus::debian(megabytes);
    let links = work.join("links");
    let parts = corpus::split(&tree, &links, LAYERS as u64 + 1);
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program)
            .current_dir(work)
            .args(arguments)
            .status()
            .unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        assert!(status.success(), "{program} {arguments:?}: {status}");
    };
    let insert = |tag: &str, part: usize| {
        let from = parts[part].to_str().unwrap();
        run(
            "umoci",
            &["insert", "--image", &format!("layout:{tag}"), from, "/"],
        );
    };
    run("umoci", &["init", "--layout", "layout"]);
    run("umoci", &["new", "--image", "layout:app"]);
    (0..LAYERS - 1).for_each(|part| insert("app", part));
    run("umoci", &["tag", "--image", "layout:app", "next"]);
    insert("app", LAYERS - 1);
    insert("next", LAYERS);
    run(
        "skopeo",
        &[
            "copy",
            "--quiet",
            "oci:layout:app",
            "docker-archive:app.tar:bench:app",
        ],
    );
    std::fs::remove_dir_all(links).unwrap();
}

pub(crate) fn print() {
    let image = Image::debian(400);
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
    table::print("secrets in a saved image", image.bytes(), &all);
    let [ours, theirs] = &all[..] else { return };
    table::at_least("times trivy", TIMES_TRIVY, theirs.cpu() / ours.cpu());
    let (outside, inside) = hits::without_members(&ours.hits);
    println!("merlon has {inside} more in members of archives");
    hits::compare(("merlon", &outside), ("trivy", &theirs.hits), "image.tsv");
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
            hits.insert((file, secret["StartLine"].to_string()));
        }
    }
    rooted(hits)
}

/// Paths in an image begin with a slash or do not; here they do not.
fn rooted(hits: Hits) -> Hits {
    hits.into_iter()
        .map(|(file, line)| (file.trim_start_matches('/').to_owned(), line))
        .collect()
}
