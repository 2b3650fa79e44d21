//! A second image that shares nine of ten layers with the first: what is known is not scanned again, and
//! what is found is the same as without that knowledge.

use std::cell::RefCell;
use std::path::PathBuf;

use crate::hits;
use crate::image::Image;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant};

const PART_OF_FIRST: f64 = 0.15;

pub(crate) fn print() {
    let image = Image::debian(400);
    let rulesets = merlon::all_rulesets();
    let cache = Cache::prepare(&rulesets);
    // The first scan of a round leaves its cache to the second.
    let left = RefCell::new(PathBuf::new());
    let first = || {
        let fresh = left.replace(cache.fresh());
        drop(fresh);
        merlon::scan(&image.oci("app"), &rulesets, &left.borrow())
    };
    let second = || merlon::scan(&image.oci("next"), &rulesets, &left.borrow());
    let alone = || merlon::scan(&image.oci("next"), &rulesets, &cache.fresh());
    let names = [
        "first image",
        "second image, after the first",
        "second image, alone",
    ];
    let commands: [&dyn Fn() -> std::process::Command; 3] = [&first, &second, &alone];
    let contestants: Vec<Contestant<'_>> = names
        .into_iter()
        .zip(commands)
        .map(|(name, command)| Contestant {
            name,
            command,
            hits: &merlon::lines,
        })
        .collect();
    let all = table::interleave(&contestants);
    table::print(
        "two images that share nine of ten layers",
        image.bytes(),
        &all,
    );
    table::at_most(
        "part of the first scan, cpu",
        PART_OF_FIRST,
        all[1].cpu() / all[0].cpu(),
    );
    table::at_most(
        "part of the first scan, wall",
        PART_OF_FIRST,
        all[1].wall() / all[0].wall(),
    );
    hits::compare(
        ("after the first", &all[1].hits),
        ("alone", &all[2].hits),
        "shared.tsv",
    );
}
