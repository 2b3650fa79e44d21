//! Misbehaving at load.

use merlon_sdk::{Manifest, Pattern, Rule};

use crate::mode::Mode;
use crate::resource;

/// More rules than any host should accept.
const HUGE: usize = 50_000;

/// The manifest, or what the mode has in its place.
///
/// # Errors
/// The mode is an error.
pub fn describe(mode: Mode) -> Result<Manifest, String> {
    match mode {
        Mode::TrapInDescribe => resource::trap(),
        Mode::DescribeLoop => resource::spin(),
        Mode::ErrorInDescribe => return Err("the hostile plugin refuses to be described".into()),
        _ => {}
    }
    let kind = match mode {
        Mode::BadKind => "process.teleport",
        _ => "process.exec",
    };
    let field = match mode {
        Mode::BadField => "exe.colour",
        _ => "exe",
    };
    let manifest = Manifest::new().rule(Rule::new("misbehave", "The hostile plugin answered"));
    let manifest = match mode {
        Mode::BadFilter => manifest.subscribe_where(kind, &[field], "exe === (("),
        _ => manifest.subscribe(kind, &[field]),
    };
    Ok(match mode {
        Mode::BadPattern => manifest.pattern(Pattern::regex(1, "merlon(unclosed")),
        Mode::HugePattern => manifest.pattern(Pattern::regex(1, "((a{1000}){1000}){1000}")),
        Mode::HugeManifest => {
            manifest.rules((0..HUGE).map(|n| Rule::new(&format!("rule-{n}"), "One of too many")))
        }
        _ => manifest,
    })
}
