//! What a user types (contract section 1).

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use merlon_model::Severity;

/// One engine for Kubernetes and containers: judges manifests, images and live processes with
/// WebAssembly plugins and Rego policies.
#[derive(Debug, Parser)]
#[command(
    name = "merlon",
    version,
    arg_required_else_help = true,
    propagate_version = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge files, manifests and images, print findings, exit.
    Scan(Scan),
    /// Watch this node: live processes through eBPF. Needs root.
    Run(Run),
    /// Write this node's process events to a file. Needs root.
    Record(Record),
    /// Judge a recorded file, without root.
    Replay(Replay),
    /// List, show and test rulesets.
    #[command(subcommand)]
    Ruleset(RulesetCommand),
    /// Build and inspect plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// What this kernel, cgroup mode and these privileges allow.
    Probe {
        /// How to print it.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Check and show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// What decides: configuration, rulesets, rules, settings.
#[derive(Debug, Args, Default)]
pub(crate) struct Decide {
    /// Configuration [default: merlon.yaml here, then in the user's config directory, then the built-in one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Use these rulesets instead of the configured ones (repeatable).
    #[arg(long, value_name = "ID|PATH|oci://REF")]
    pub(crate) ruleset: Vec<String>,
    /// Report only these rules (repeatable).
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Vec<String>,
    /// Set one of a ruleset's settings (repeatable).
    #[arg(long, value_name = "RULESET.KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Never use the network.
    #[arg(long)]
    pub(crate) offline: bool,
}

/// How findings are printed.
#[derive(Debug, Args)]
pub(crate) struct Print {
    /// How to print findings.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write results here instead of to stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Failing rules only, or passing and skipped ones too.
    #[arg(long, value_enum, default_value_t = Verdicts::Failing)]
    pub(crate) verdicts: Verdicts,
    /// Exit with 1 for findings at or above this severity.
    #[arg(long, value_name = "SEVERITY", default_value = "medium", value_parser = FailOn::parse)]
    pub(crate) fail_on: FailOn,
    /// When to use colour.
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// A path, `-`, oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG], registry:REF or cluster[:CONTEXT]
    #[arg(required = true, value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    #[command(flatten)]
    pub(crate) decide: Decide,
    #[command(flatten)]
    pub(crate) print: Print,
    /// Platform to choose from a multi-platform image [default: this machine's]
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<String>,
    /// Worker threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// No progress bar.
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) decide: Decide,
    #[command(flatten)]
    pub(crate) print: Print,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct Record {
    /// Where to write; `-` is stdout.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// What `merlon record` wrote; `-` is stdin.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) decide: Decide,
    #[command(flatten)]
    pub(crate) print: Print,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesetCommand {
    /// The rulesets of this binary and of the configuration.
    List(Decide),
    /// The rules of one ruleset.
    Show {
        /// Id or directory.
        ruleset: String,
    },
    /// Run the cases of a ruleset.
    Test {
        /// Directory, or the id of a bundled ruleset.
        #[arg(required = true)]
        rulesets: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Build the plugin in a directory into plugin.wasm.
    Build {
        /// Directory with a Cargo.toml and a ruleset.yaml.
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
    /// What a component asks for and says about itself.
    Inspect {
        /// Directory of a ruleset, or the id of a bundled one.
        ruleset: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every problem at once.
    Check(Decide),
    /// The effective configuration with the origin of each value.
    Show(Decide),
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Sarif,
    Junit,
    Gitlab,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verdicts {
    Failing,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// The severity from which findings make the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailOn {
    At(Severity),
    Never,
}

impl FailOn {
    fn parse(word: &str) -> Result<Self, String> {
        if word == "never" {
            return Ok(Self::Never);
        }
        word.parse().map(Self::At).map_err(|_unknown| {
            format!("`{word}` is not one of info, low, medium, high, critical, never")
        })
    }

    pub(crate) fn reached_by(self, severity: Severity) -> bool {
        match self {
            Self::At(least) => severity >= least,
            Self::Never => false,
        }
    }
}
