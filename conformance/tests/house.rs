//! The plan of the house, kept by a test: arrows between crates go down only, files stay small and are
//! named by the noun they hold.
#![allow(
    clippy::unwrap_used,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Host crates by layer. A new crate needs a new heavy dependency or a new trust boundary, and a place
/// here.
const LAYERS: [(&str, usize); 15] = [
    ("merlon-model", 0),
    ("merlon-yaml", 0),
    ("merlon-artifact", 1),
    ("merlon-cache", 1),
    ("merlon-matching", 1),
    ("merlon-sink", 1),
    ("merlon-trust", 1),
    ("merlon-runtime", 2),
    ("merlon-rego", 2),
    ("merlon-registry", 2),
    ("merlon-engine", 3),
    ("merlon-sensor", 4),
    ("merlon-scanner", 4),
    ("merlon-kube", 4),
    ("merlon", 5),
];

/// Crates outside `host/` that a host crate may use, and which one may.
const LENT: [(&str, &str); 3] = [
    ("merlon-matching", "merlon-rarity"),
    ("merlon-sensor", "merlon-ebpf-abi"),
    ("merlon", "merlon-plugin-build"),
];

/// Where our sources are.
const SOURCES: [&str; 7] = [
    "host",
    "host-ebpf",
    "plugins",
    "policies",
    "sdk",
    "conformance",
    "xtask",
];

const MOST_LINES: usize = 500;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "util", "utils", "common", "helper", "helpers", "misc", "manager", "managers",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn layer(package: &str) -> Option<usize> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == package)
        .map(|(_, layer)| *layer)
}

/// The package's name and the own packages that it builds on. Dev-dependencies are free: a test may
/// stand above what it tests.
fn read_manifest(text: &str) -> (String, Vec<String>) {
    let (mut section, mut name, mut dependencies) = (String::new(), String::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').to_owned();
            let table = section.rsplit_once("dependencies.");
            if let Some((_, package)) = table.filter(|_| !section.contains("dev-dependencies")) {
                dependencies.push(package.to_owned());
            }
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.trim().split('.').next().unwrap_or_default();
            if section == "package" && key == "name" {
                name = value.trim().trim_matches('"').to_owned();
            } else if section.ends_with("dependencies") && !section.ends_with("dev-dependencies") {
                dependencies.push(key.to_owned());
            }
        }
    }
    dependencies.retain(|package| package.starts_with("merlon"));
    (name, dependencies)
}

/// What is wrong with one edge, if anything is.
fn judge(from: &str, to: &str) -> Option<String> {
    if LENT.contains(&(from, to)) {
        return None;
    }
    let own = layer(from)?;
    match layer(to) {
        None => Some(format!(
            "{from} must not depend on {to}: it is not part of the host"
        )),
        Some(other) if other >= own => Some(format!(
            "{from} (layer {own}) must not depend on {to} (layer {other})"
        )),
        Some(_) => None,
    }
}

fn files_below(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if name != "target" && name != "node_modules" && !name.starts_with('.') {
                files_below(&path, extension, found);
            }
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for dir in SOURCES.map(|dir| root().join(dir)) {
        if dir.is_dir() {
            files_below(&dir, "rs", &mut found);
        }
    }
    assert!(
        found.len() > 50,
        "the sources are not where this test looks: {} files",
        found.len()
    );
    found
}

/// A generator says so in the first lines of what it writes.
fn is_generated(text: &str) -> bool {
    text.lines()
        .take(5)
        .any(|line| line.contains("enerated by"))
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn host_crates_depend_downwards_only() {
    let mut problems = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(root().join("host")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else {
            continue;
        };
        let (name, dependencies) = read_manifest(&text);
        seen += 1;
        if layer(&name).is_none() {
            problems.push(format!("{name} has no layer: give it one in {}", file!()));
        }
        problems.extend(dependencies.iter().filter_map(|to| judge(&name, to)));
    }
    assert_eq!(
        seen,
        LAYERS.len(),
        "a crate of the table is gone from host/"
    );
    assert_none(&problems);
}

#[test]
fn source_files_stay_below_500_lines() {
    let mut problems = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > MOST_LINES && !is_generated(&text) {
            problems.push(format!(
                "{} has {lines} lines: split it by noun",
                path.display()
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn files_are_named_by_what_they_hold() {
    let mut problems = Vec::new();
    for path in sources() {
        let below = path.strip_prefix(root()).unwrap();
        let names = below
            .iter()
            .filter_map(|part| Path::new(part).file_stem()?.to_str());
        for name in names.filter(|name| EMPTY_NAMES.contains(name)) {
            problems.push(format!("{}: `{name}` names nothing", below.display()));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_crate_obeys_the_workspace_lints() {
    let mut manifests = Vec::new();
    for dir in SOURCES
        .map(|dir| root().join(dir))
        .iter()
        .filter(|dir| dir.is_dir())
    {
        files_below(dir, "toml", &mut manifests);
    }
    // These build on their own, outside the workspace.
    let apart = [
        root().join("host-ebpf/probes"),
        root().join("conformance/fuzz"),
    ];
    let problems: Vec<String> = manifests
        .iter()
        .filter(|path| {
            path.ends_with("Cargo.toml") && !apart.iter().any(|dir| path.starts_with(dir))
        })
        .filter(|path| !path.components().any(|part| part.as_os_str() == "template"))
        .filter(|path| {
            !fs::read_to_string(path)
                .unwrap()
                .contains("[lints]\nworkspace = true")
        })
        .map(|path| format!("{}: add `[lints]` with `workspace = true`", path.display()))
        .collect();
    assert_none(&problems);
}

#[test]
fn a_manifest_gives_its_own_packages_and_no_dev_dependency() {
    let text = "[package]\nname = \"merlon-engine\"\n[dependencies]\nserde.workspace = true\n\
                merlon-model.workspace = true\nmerlon-yaml = { path = \"../yaml\" }\n\
                [dependencies.merlon-rego]\nworkspace = true\n\
                [target.'cfg(unix)'.dependencies]\nmerlon-runtime.workspace = true\n\
                [dev-dependencies]\nmerlon-kube.workspace = true\n\
                [dev-dependencies.merlon]\npath = \"../cli\"\n";
    let (name, dependencies) = read_manifest(text);
    assert_eq!(name, "merlon-engine");
    assert_eq!(
        dependencies,
        [
            "merlon-model",
            "merlon-yaml",
            "merlon-rego",
            "merlon-runtime"
        ]
    );
}

#[test]
fn an_arrow_up_sideways_or_out_of_the_host_is_refused() {
    assert_eq!(judge("merlon-engine", "merlon-rego"), None);
    assert_eq!(judge("merlon-sensor", "merlon-ebpf-abi"), None);
    assert!(judge("merlon-model", "merlon-engine").is_some());
    assert!(judge("merlon-scanner", "merlon-kube").is_some());
    assert!(judge("merlon-engine", "merlon-sdk").is_some());
    assert!(judge("merlon-engine", "merlon-ebpf-abi").is_some());
}
