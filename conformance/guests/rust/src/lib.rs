//! The conformance guest in Rust; `conformance/guests/README.md` says what it does.

mod evidence;

use merlon_sdk::bindings::merlon::plugin::types::Location;
use merlon_sdk::prelude::*;

const FIELDS: [(&str, &[&str]); 3] = [
    (
        "process.exec",
        &["exe", "argv", "pid", "argv_truncated", "container.id"],
    ),
    (
        "file.content",
        &[
            "path",
            "size",
            "hits",
            "hits.pattern",
            "hits.offset",
            "hits.length",
            "hits.line",
            "hits.column",
            "hits.text",
        ],
    ),
    ("k8s.object", &["kind", "namespace", "name", "object"]),
];

/// What is added to the plain finding of a row.
type Detail = fn(Row<'_>, Finding) -> Finding;

struct Guest {
    settings: String,
    mode: Mode,
}

enum Mode {
    /// One finding per row, with this evidence.
    Rows(Detail),
    Settings,
    Full,
    Nothing,
    Backwards,
    Large,
    Excess,
    Error,
    Trap,
    Loop,
    Log,
}

impl Mode {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "echo" => Self::Rows(evidence::echo),
            "state" => Self::Rows(evidence::state),
            "ancestors" => Self::Rows(evidence::ancestors),
            "content" => Self::Rows(evidence::content),
            "ruleset" => Self::Rows(evidence::ruleset),
            "kubernetes" => Self::Rows(evidence::kubernetes),
            "wasi" => Self::Rows(evidence::wasi),
            "settings" => Self::Settings,
            "full" => Self::Full,
            "none" => Self::Nothing,
            "backwards" => Self::Backwards,
            "large" => Self::Large,
            "excess" => Self::Excess,
            "error" => Self::Error,
            "trap" => Self::Trap,
            "loop" => Self::Loop,
            "log" => Self::Log,
            _ => return None,
        })
    }
}

impl Plugin for Guest {
    fn new(settings: &str) -> Result<Self, String> {
        let value: merlon_sdk::json::Value =
            merlon_sdk::json::from_str(settings).map_err(|error| error.to_string())?;
        let name = value
            .get("mode")
            .and_then(merlon_sdk::json::Value::as_str)
            .unwrap_or("echo");
        if name == "refuse" {
            return Err("refused: é".to_owned());
        }
        let mode = Mode::parse(name).ok_or_else(|| format!("unknown mode {name}"))?;
        Ok(Self {
            settings: settings.to_owned(),
            mode,
        })
    }

    fn manifest(&self) -> Manifest {
        let [
            (exec, exec_fields),
            (file, file_fields),
            (object, object_fields),
        ] = FIELDS;
        Manifest::new()
            .rule(Rule::new("echo", "What the plugin was given").severity(Severity::Info))
            .rule(
                Rule::new("full", "Every field of a finding ✓")
                    .severity(Severity::Critical)
                    .confidence(Confidence::Low)
                    .attack("T1059.004")
                    .attack("T1204")
                    .control("C-0001")
                    .control("NSA:x")
                    .remediation("Do this.")
                    .reference("https://example.org/a?b=ü"),
            )
            .subscribe(exec, exec_fields)
            .subscribe_where(file, file_fields, "hits > 0")
            .subscribe(object, object_fields)
            .pattern(Pattern::regex(1, "mirror-([a-z0-9]+)"))
            .pattern(Pattern::literal(2, b"\xff\x00\xfe"))
            .pattern(
                Pattern::literal(3, b"MiRrOr-NoCaSe")
                    .ignore_case()
                    .in_files("*.txt"),
            )
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let mut findings: Vec<Finding> = match self.mode {
            Mode::Rows(detail) => batch.rows().map(|row| detail(row, plain(row))).collect(),
            Mode::Settings => {
                let text = self.settings.as_str();
                let row = |row| plain(row).evidence("settings", text);
                batch.rows().map(row).collect()
            }
            Mode::Full => batch.rows().map(full).collect(),
            Mode::Backwards => batch.rows().map(plain).collect(),
            Mode::Large => batch.rows().flat_map(large).collect(),
            Mode::Excess => batch.rows().take(1).map(excess).collect(),
            Mode::Error => return Err("refused: é".to_owned()),
            Mode::Trap => trap(),
            Mode::Loop => loop {
                std::hint::black_box(());
            },
            Mode::Log => {
                log_lines();
                Vec::new()
            }
            Mode::Nothing => Vec::new(),
        };
        if matches!(self.mode, Mode::Backwards) {
            findings.reverse();
        }
        Ok(findings)
    }
}

fn plain(row: Row<'_>) -> Finding {
    let kind = row.batch().kind();
    Finding::new(row, "echo", format!("{kind} {}", row.index()))
}

fn full(row: Row<'_>) -> Finding {
    let kind = row.batch().kind();
    let outcome = match row.index() % 3 {
        0 => Outcome::Fail,
        1 => Outcome::Pass,
        _ => Outcome::Skip,
    };
    Finding::new(row, "full", format!("{kind} {}", row.index()))
        .outcome(outcome)
        .container("app")
        .location(Location {
            offset: Some(7),
            length: Some(3),
            line: Some(2),
            column: Some(5),
        })
        .failed_path("a.b")
        .failed_path("c[0]")
        .fix("a.b", "false")
        .evidence("k", "v")
        .evidence("ü", "日本")
        .distinct(format!("=same{}", row.index()))
}

fn large(row: Row<'_>) -> Vec<Finding> {
    let finding = plain(row).evidence("filler", "é".repeat(1000));
    vec![finding; 10]
}

fn excess(row: Row<'_>) -> Finding {
    Finding::new(row, "echo", "x".repeat(6_000_000))
}

fn log_lines() {
    for (level, line) in [
        (log::Level::Debug, "debug line"),
        (log::Level::Info, "info line"),
        (log::Level::Warn, "warn line"),
        (log::Level::Error, "error line"),
    ] {
        log::write(level, line);
    }
}

#[allow(clippy::panic, reason = "the suite wants to see a guest die")]
fn trap() -> ! {
    panic!("the suite wants to see a guest die")
}

merlon_sdk::plugin!(Guest);
