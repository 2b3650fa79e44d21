//! `conformance/lookout/README.md` says what is found; this is how it looks in Rust.

use merlon_sdk::bindings::merlon::plugin::types::Location;
use merlon_sdk::json::Value;
use merlon_sdk::prelude::*;

const MINUTE_MS: u64 = 60_000;
const PIPED_DOWNLOAD: &str = r"(?:curl|wget)[^\n|]{0,200}\|[ \t]*(?:ba)?sh";
const SHELLS: &str = r#"exe.name in ("sh", "bash", "dash", "ash")"#;

struct Lookout {
    servers: Vec<String>,
    burst: u64,
}

impl Plugin for Lookout {
    fn new(settings: &str) -> Result<Self, String> {
        let settings: Value =
            merlon_sdk::json::from_str(settings).map_err(|error| error.to_string())?;
        let servers = settings
            .get("servers")
            .and_then(Value::as_array)
            .ok_or("`servers` is missing")?;
        Ok(Self {
            servers: servers
                .iter()
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect(),
            burst: settings
                .get("burst")
                .and_then(Value::as_u64)
                .ok_or("`burst` is missing")?,
        })
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rule(
                Rule::new("shell-from-server", "A server program started a shell")
                    .severity(Severity::High)
                    .attack("T1059.004")
                    .attack("T1190"),
            )
            .rule(Rule::new("shell-burst", "Many shells in one container").attack("T1059.004"))
            .rule(
                Rule::new("piped-download", "A script runs what it downloads")
                    .severity(Severity::High)
                    .attack("T1105"),
            )
            .rule(
                Rule::new("unpinned-image", "An image is not pinned by digest")
                    .severity(Severity::Low),
            )
            .subscribe_where("process.exec", &["exe", "argv", "container.id"], SHELLS)
            .subscribe_where(
                "file.content",
                &[
                    "path",
                    "hits.pattern",
                    "hits.offset",
                    "hits.length",
                    "hits.line",
                    "hits.column",
                ],
                "hits > 0",
            )
            .subscribe_where("k8s.object", &["object"], r#"kind == "Pod""#)
            .pattern(Pattern::regex(1, PIPED_DOWNLOAD))
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        for row in batch.rows() {
            match batch.kind() {
                "process.exec" => {
                    findings.extend(self.shell_from_server(row));
                    findings.extend(self.shell_burst(row)?);
                }
                "file.content" => findings.extend(piped_download(row)?),
                _ => findings.extend(unpinned_images(row)?),
            }
        }
        Ok(findings)
    }
}

impl Lookout {
    fn shell_from_server(&self, row: Row<'_>) -> Option<Finding> {
        let is_server = |exe: &str| {
            let name = exe.rsplit('/').next().unwrap_or(exe);
            self.servers.iter().any(|server| server == name)
        };
        let ancestors = process::ancestors(row);
        let server = ancestors.iter().find(|one| is_server(&one.exe))?;
        let exe = row.text("exe").unwrap_or_default();
        let message = format!("{exe} was started by {}", server.exe);
        log::write(log::Level::Info, &message);
        let command = row.texts("argv").collect::<Vec<_>>().join(" ");
        Some(
            Finding::new(row, "shell-from-server", message)
                .evidence("ancestor", server.exe.as_str())
                .evidence("command", command),
        )
    }

    fn shell_burst(&self, row: Row<'_>) -> Result<Option<Finding>, String> {
        let Some(container) = row.text("container.id") else {
            return Ok(None);
        };
        let count = state::increment(row, &format!("shells:{container}"), 1, MINUTE_MS)?;
        let message = format!("{count} shells within a minute in one container");
        Ok((count > self.burst)
            .then(|| Finding::new(row, "shell-burst", message).evidence("container", container)))
    }
}

fn piped_download(row: Row<'_>) -> Result<Option<Finding>, String> {
    let Some(hit) = row.hits().next() else {
        return Ok(None);
    };
    if content::read(row, 0, 2)? != b"#!" {
        return Ok(None);
    }
    let path = row.text("path").unwrap_or_default();
    let message = format!("{path} runs what it downloads");
    Ok(Some(
        Finding::new(row, "piped-download", message).location(Location::of(&hit)),
    ))
}

fn unpinned_images(row: Row<'_>) -> Result<Vec<Finding>, String> {
    let text = row.text("object").unwrap_or("null");
    let object: Value = merlon_sdk::json::from_str(text).map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for list in ["containers", "initContainers"] {
        let containers = object
            .pointer(&format!("/spec/{list}"))
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        for (place, container) in containers.iter().enumerate() {
            let image = text_at(container, "image");
            if image.contains("@sha256:") {
                continue;
            }
            findings.push(
                Finding::new(
                    row,
                    "unpinned-image",
                    format!("{image} is not pinned by digest"),
                )
                .container(text_at(container, "name"))
                .failed_path(format!("spec.{list}[{place}].image")),
            );
        }
    }
    Ok(findings)
}

fn text_at<'a>(container: &'a Value, key: &str) -> &'a str {
    container
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

merlon_sdk::plugin!(Lookout);
