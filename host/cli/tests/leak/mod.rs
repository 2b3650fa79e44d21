//! What the tests of images share: secrets that are none, and what a scan said.
#![allow(dead_code, reason = "no test uses everything")]

use std::path::Path;
use std::process::Output;

/// A key that looks like one, of a number; put together here, so that nobody takes this file for a leak.
pub(crate) fn key(number: u32) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut state = u64::from(number) + 77;
    let tail = (0..16).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(letters[(state >> 59) as usize])
    });
    format!("AKIA{}", tail.collect::<String>())
}

/// A line of a file with that key.
pub(crate) fn line(number: u32) -> String {
    format!("aws_access_key_id = {}\n", key(number))
}

/// The test pattern that every scanner for malware knows; in parts for the same reason.
pub(crate) fn virus() -> String {
    let parts = [
        r"X5O!P%@AP[4\PZX54(P^)7CC)7}$",
        "EICAR-STANDARD-",
        "ANTIVIRUS-TEST-FILE!$H+H*",
    ];
    parts.concat()
}

pub(crate) fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Secrets and malware need their plugins.
pub(crate) fn plugins_are_built() -> bool {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bundle");
    ["secrets", "yara"].iter().all(|name| {
        let built = bundle.join(format!("{name}.wasm")).is_file();
        if !built {
            println!("skipped: the plugin {name} is not built; run `cargo xtask setup`");
        }
        built
    })
}
