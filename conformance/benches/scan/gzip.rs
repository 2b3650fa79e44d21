//! A gzip image with all engines on, beside the least that anybody can do with it: inflate its layers and
//! take their SHA-256, on the same cores, with the same libraries.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::hits::Hits;
use crate::image::Image;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant};

/// First argument of the process that only inflates.
pub(crate) const WORD: &str = "inflate";

/// Its second: SHA-256 of what comes out, or of what goes in as well, which whoever distrusts a registry
/// has to take. The goal is measured against the first.
const OUT: &str = "out";
const BOTH: &str = "both";

const TIMES_INFLATE: f64 = 1.25;
const BUFFER: usize = 256 << 10;

pub(crate) fn print() {
    let image = Image::debian(400);
    let rulesets = merlon::all_rulesets();
    let cache = Cache::prepare(&rulesets);
    let layout = image.layout();
    let inflate = |sides: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(WORD).arg(sides).arg(&layout);
        command
    };
    let (least, both) = (|| inflate(OUT), || inflate(BOTH));
    let ours = || merlon::scan(&image.oci("app"), &rulesets, &cache.fresh());
    let name = format!("merlon, {}", rulesets.join(" "));
    let contestants = [
        Contestant {
            name: "inflate and SHA-256, nothing else",
            command: &least,
            hits: &|_| Hits::new(),
        },
        Contestant {
            name: "the same, SHA-256 of the gzip too",
            command: &both,
            hits: &|_| Hits::new(),
        },
        Contestant {
            name: &name,
            command: &ours,
            hits: &merlon::lines,
        },
    ];
    let all = table::interleave(&contestants);
    table::print("a gzip image, all engines", image.bytes(), &all);
    table::at_most(
        "times inflate, wall",
        TIMES_INFLATE,
        all[2].wall() / all[0].wall(),
    );
    table::at_most(
        "times inflate, cpu",
        TIMES_INFLATE,
        all[2].cpu() / all[0].cpu(),
    );
}

/// The process that only inflates: a thread for each core takes one layer after the other, and every
/// layer must have the digest that the image names.
pub(crate) fn inflate(sides: &str, layout: &Path) {
    let layers = layers(layout);
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((path, wanted)) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    assert_eq!(content(path, sides), *wanted, "{}", path.display());
                }
            });
        }
    });
}

/// A file that is hashed while it is read, if it is to be.
struct Hashed {
    file: File,
    hash: Option<Sha256>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..count]);
        }
        Ok(count)
    }
}

/// The digest of the inflated layer; the layer's own must be its name, if it is taken.
fn content(path: &Path, sides: &str) -> String {
    let hashed = Hashed {
        file: File::open(path).unwrap(),
        hash: (sides == BOTH).then(Sha256::new),
    };
    let mut inflated = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, hashed));
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        let count = inflated.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
    }
    if let Some(own) = inflated.into_inner().into_inner().hash {
        assert_eq!(Some(hex(own).as_str()), path.file_name().unwrap().to_str());
    }
    format!("sha256:{}", hex(hash))
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// File and digest of the content of each layer of `app`.
fn layers(layout: &Path) -> Vec<(PathBuf, String)> {
    let blob = |digest: &Value| {
        layout
            .join("blobs")
            .join(digest.as_str().unwrap().replace(':', "/"))
    };
    let read =
        |path: PathBuf| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let index = read(layout.join("index.json"));
    let tag = |entry: &Value| entry["annotations"]["org.opencontainers.image.ref.name"] == "app";
    let entries = index["manifests"].as_array().unwrap();
    let app = entries.iter().find(|entry| tag(entry)).unwrap();
    let manifest = read(blob(&app["digest"]));
    let config = read(blob(&manifest["config"]["digest"]));
    let contents = config["rootfs"]["diff_ids"].as_array().unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    layers
        .iter()
        .zip(contents)
        .map(|(layer, content)| (blob(&layer["digest"]), content.as_str().unwrap().to_owned()))
        .collect()
}
