//! The memory that an image of a gigabyte takes, with every ruleset, as a layout and as a saved archive.

use crate::image::Image;
use crate::merlon::{self, Cache};
use crate::table::{self, Contestant};

const MEGABYTES: f64 = 256.0;

pub(crate) fn print() {
    let image = Image::debian(1000);
    let rulesets = merlon::all_rulesets();
    let cache = Cache::prepare(&rulesets);
    let saved = format!("docker-archive:{}", image.saved().display());
    let layout = || merlon::scan(&image.oci("app"), &rulesets, &cache.fresh());
    let archive = || merlon::scan(&saved, &rulesets, &cache.fresh());
    let all = table::interleave(&[
        Contestant {
            name: "merlon, layers of gzip",
            command: &layout,
            hits: &merlon::lines,
        },
        Contestant {
            name: "merlon, docker save",
            command: &archive,
            hits: &merlon::lines,
        },
    ]);
    let what = format!("memory for an image, {}", rulesets.join(" "));
    table::print(&what, image.bytes(), &all);
    let worst = all.iter().map(table::Series::memory).fold(0.0, f64::max);
    table::at_most("MB", MEGABYTES, worst);
}
