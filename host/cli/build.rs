//! Puts the bundled rulesets, the plugins and the eBPF object into the binary.
//!
//! Plugins and probes are made by `cargo xtask setup` in `target/bundle`. Without them the crate still
//! builds, so that editors and lints work on a fresh clone; the binary then says what it lacks.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Bundled rulesets and engines: id, directory, component in `target/bundle`.
const RULESETS: [(&str, &str, Option<&str>); 5] = [
    ("nsa", "policies/nsa", None),
    ("secrets", "plugins/secrets", Some("secrets.wasm")),
    ("malware", "policies/malware", None),
    ("yara", "plugins/yara", Some("yara.wasm")),
    ("behaviour", "plugins/behaviour", Some("behaviour.wasm")),
];
/// What else the binary brings: name of the constant, file in `target/bundle`.
const PARTS: [(&str, &str); 2] = [("REGO", "rego.wasm"), ("PROBES", "probes.o")];
/// What `merlon plugin new` and `merlon ruleset new` write: name of the constant, directory of the
/// template, and where the SDK lies below it.
const SDKS: [(&str, &str, &[&str]); 6] = [
    ("POLICY", "policies", &[]),
    ("RUST", "sdk/rust", &["src", "README.md"]),
    ("C", "sdk/c", &["lib"]),
    ("GO", "sdk/go", &["lib"]),
    ("PYTHON", "sdk/python", &["lib"]),
    ("JAVASCRIPT", "sdk/js", &["lib"]),
];
/// Where a project keeps the SDK.
const VENDORED: &str = "merlon";
/// What building and testing an SDK leaves behind.
const LEFTOVERS: [&str; 4] = ["target", "node_modules", "__pycache__", "build"];

/// Files of a ruleset directory that are part of the ruleset.
const EXTENSIONS: [&str; 3] = ["rego", "yaml", "yar"];
/// The texts that malware is told by: in plain sight they would make this binary look like malware. The
/// cases of such a ruleset stay outside for the same reason.
const VEILED: &str = "yar";

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let bundle = root.join("target/bundle");
    println!("cargo:rerun-if-changed={}", bundle.display());
    let mut code = String::new();
    for (id, directory, component) in RULESETS {
        ruleset(
            &mut code,
            id,
            &root.join(directory),
            component.map(|name| bundle.join(name)),
        )?;
    }
    for (name, file) in PARTS {
        let path = bundle.join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        let value = if path.is_file() {
            format!("Some(include_bytes!({:?}))", path.canonicalize()?)
        } else {
            println!(
                "cargo:warning={file} is not built yet: run `cargo xtask setup`, then build again"
            );
            "None".to_owned()
        };
        append(
            &mut code,
            &format!("pub(crate) static {name}: Option<&[u8]> = {value};"),
        );
    }
    for (name, directory, sdk) in SDKS {
        append(
            &mut code,
            &format!("pub(crate) static {name}_PROJECT: &[(&str, &[u8])] = &["),
        );
        for (path, file) in project(&root.join(directory), sdk)? {
            println!("cargo:rerun-if-changed={}", file.display());
            append(
                &mut code,
                &format!(
                    "    ({path:?}, include_bytes!({:?})),",
                    file.canonicalize()?
                ),
            );
        }
        append(&mut code, "];");
    }
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("bundle.rs"), code)
}

/// The files of a new project: the language's template, and its SDK in a folder of its own.
fn project(directory: &Path, sdk: &[&str]) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    below(&directory.join("template"), "", &mut found)?;
    for part in sdk {
        let path = directory.join(part);
        if path.is_file() {
            found.push((format!("{VENDORED}/{part}"), path));
        } else if *part == "lib" {
            below(&path, &format!("{VENDORED}/"), &mut found)?;
        } else {
            below(&path, &format!("{VENDORED}/{part}/"), &mut found)?;
        }
    }
    // A crate of this workspace takes its version from there; a copy of it stands alone.
    let manifest = directory.join("vendored.toml");
    if manifest.is_file() {
        found.push((format!("{VENDORED}/Cargo.toml"), manifest));
    }
    found.sort();
    Ok(found)
}

fn below(directory: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", directory.display());
    if !directory.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if LEFTOVERS.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            below(&path, &format!("{prefix}{name}/"), found)?;
        } else {
            found.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}

fn append(code: &mut String, line: &str) {
    code.push_str(line);
    code.push('\n');
}

fn ruleset(
    code: &mut String,
    id: &str,
    directory: &Path,
    component: Option<PathBuf>,
) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", directory.display());
    let mut paths = files(directory)?;
    let rules = files(&directory.join("rules"))?;
    if !rules.iter().any(|path| is_veiled(path)) {
        paths.extend(files(&directory.join("cases"))?);
    }
    paths.extend(rules);
    paths.sort();
    append(
        code,
        &format!(
            "pub(crate) static {}: &[(&str, &[u8])] = &[",
            id.to_uppercase()
        ),
    );
    for path in paths {
        let name = path.strip_prefix(directory).map_err(io::Error::other)?;
        let stored = if is_veiled(&path) {
            veiled(id, &path)?
        } else {
            path.canonicalize()?
        };
        append(
            code,
            &format!("    ({name:?}, include_bytes!({stored:?})),"),
        );
    }
    if let Some(path) = component {
        println!("cargo:rerun-if-changed={}", path.display());
        if path.is_file() {
            append(
                code,
                &format!(
                    "    (\"plugin.wasm\", include_bytes!({:?})),",
                    path.canonicalize()?
                ),
            );
        } else {
            println!(
                "cargo:warning=plugin {id} is not built yet: run `cargo xtask setup`, then build again"
            );
        }
    }
    append(code, "];");
    Ok(())
}

fn is_veiled(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == VEILED)
}

/// A compressed copy; `bundle.rs` unpacks it.
fn veiled(id: &str, path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let copy = PathBuf::from(variable("OUT_DIR")?).join(format!("{id}-{name}.gz"));
    let mut encoder = GzEncoder::new(fs::File::create(&copy)?, Compression::best());
    encoder.write_all(&fs::read(path)?)?;
    encoder.finish()?;
    Ok(copy)
}

/// The files of a directory that belong to a ruleset; nothing when there is no directory.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if directory.is_dir() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
                paths.push(path);
            }
        }
    }
    Ok(paths)
}
