//! What a user types (contract section 1).

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use merlon_model::Severity;
use merlon_plugin_build::Language;
use merlon_registry::Network;

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
    /// Start, test, publish, fetch and verify rulesets.
    #[command(subcommand)]
    Ruleset(RulesetCommand),
    /// Start, build, test and measure plugins.
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
    /// Write them here too, in another format (repeatable).
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub(crate) report: Vec<(Format, PathBuf)>,
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

/// Findings that are known and do not fail.
#[derive(Debug, Args, Default)]
pub(crate) struct Accepted {
    /// Findings of this file are exempted.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the findings of this scan to a baseline; reasons and dates in it are kept.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// A path, `-`, dir:PATH, oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG], registry:REF or cluster[:CONTEXT]
    #[arg(required = true, value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    #[command(flatten)]
    pub(crate) decide: Decide,
    #[command(flatten)]
    pub(crate) print: Print,
    #[command(flatten)]
    pub(crate) accepted: Accepted,
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
    /// What to do when the configuration or a ruleset changes, and on SIGHUP.
    #[arg(long, value_enum, default_value_t = Reload::RefuseNewDenials)]
    pub(crate) reload: Reload,
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
    /// The rulesets of this binary and of the configuration, or the tags of a name in a registry.
    List {
        /// `oci://HOST/NAME` or `oci:DIR`.
        reference: Option<String>,
        #[command(flatten)]
        decide: Decide,
    },
    /// The rules of one ruleset.
    Show {
        /// Id, directory or oci://REF.
        ruleset: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Start a ruleset in Rego: a first rule and its cases.
    New {
        /// Becomes the directory and the ruleset's id: lower-case words joined by `-`.
        name: String,
    },
    /// Run the cases of a ruleset.
    Test {
        /// Directory, id of a bundled ruleset, or oci://REF.
        #[arg(required = true)]
        rulesets: Vec<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// Store a ruleset in a registry, as `oras push` would.
    Push(Push),
    /// Fetch rulesets and pin their digests in merlon.lock.
    Pull(Pull),
    /// Say whose signature a ruleset carries, or why none is good.
    Verify {
        /// `oci://REF` or `oci:DIR[:TAG]`.
        reference: String,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        reach: Reach,
    },
}

/// How registries are reached.
#[derive(Debug, Args, Default)]
pub(crate) struct Reach {
    /// Configuration with `registries` and `verify`.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Never use the network.
    #[arg(long)]
    pub(crate) offline: bool,
}

impl Reach {
    /// What a command that decides says about it.
    pub(crate) fn of(decide: &Decide) -> Self {
        Self {
            config: decide.config.clone(),
            offline: decide.offline,
        }
    }

    /// Whether the network may be used.
    pub(crate) fn network(&self) -> Network {
        match self.offline {
            true => Network::Offline,
            false => Network::Online,
        }
    }
}

/// Whose signature is good.
#[derive(Debug, Args, Default)]
pub(crate) struct Trust {
    /// Public key of the signer.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "identity", "issuer"])]
    pub(crate) key: Option<PathBuf>,
    /// Trust root for signatures by certificate (trusted_root.json).
    #[arg(long, value_name = "FILE", requires = "identity", requires = "issuer")]
    pub(crate) root: Option<PathBuf>,
    /// Whom the certificate must name.
    #[arg(long, value_name = "WHO", requires = "root")]
    pub(crate) identity: Option<String>,
    /// Who must have vouched for the name.
    #[arg(long, value_name = "URL", requires = "root")]
    pub(crate) issuer: Option<String>,
    /// What the signature must say besides (repeatable).
    #[arg(long = "annotation", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) annotations: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    /// Directory of the ruleset.
    pub(crate) directory: PathBuf,
    /// `oci://HOST/NAME:TAG` or `oci:DIR[:TAG]`.
    pub(crate) reference: String,
    /// Sign it with this key (cosign.key, or a PKCS#8 key).
    #[arg(long, value_name = "FILE")]
    pub(crate) sign_key: Option<PathBuf>,
    /// File with the key's password; `-` is stdin. Without it the password is empty.
    #[arg(long, value_name = "FILE", requires = "sign_key")]
    pub(crate) sign_password: Option<PathBuf>,
    /// Which form of signature to write.
    #[arg(long, value_enum, default_value_t = SignatureForm::Both)]
    pub(crate) signature_form: SignatureForm,
    /// Annotation of the manifest (repeatable).
    #[arg(long = "annotation", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) annotations: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// Where cosign looks for a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureForm {
    /// A referrer with a sigstore bundle.
    Bundle,
    /// The tag sha256-<hex>.sig.
    Tag,
    Both,
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// `oci://REF` or `oci:DIR[:TAG]` [default: every such ruleset of the configuration]
    pub(crate) reference: Option<String>,
    /// Restore the files here.
    #[arg(long, value_name = "DIR", requires = "reference")]
    pub(crate) output: Option<PathBuf>,
    /// Look tags up again, show what changes, and pin the new digests.
    #[arg(long)]
    pub(crate) update: bool,
    #[command(flatten)]
    pub(crate) trust: Trust,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// `FORMAT=FILE`.
fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = assignment(text).map_err(|_no_sign| "write FORMAT=FILE".to_owned())?;
    if file.is_empty() {
        return Err("name a file".to_owned());
    }
    Ok((Format::from_str(&format, false)?, PathBuf::from(file)))
}

/// `NAME=VALUE`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Start a plugin: a project with the SDK, a first rule and its cases.
    New {
        /// Becomes the directory and the ruleset's id: lower-case words joined by `-`.
        name: String,
        /// The language to write it in.
        #[arg(long, value_enum)]
        language: LanguageName,
    },
    /// Build the plugin in a directory into plugin.wasm.
    Build {
        /// Directory with a project and a ruleset.yaml.
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
    /// Run the cases of the ruleset that the plugin belongs to.
    Test {
        /// Directory of the ruleset.
        #[arg(default_value = ".")]
        directory: PathBuf,
    },
    /// What a component asks for and says about itself.
    Inspect {
        /// Directory of a ruleset, or the id of a bundled one.
        #[arg(default_value = ".")]
        ruleset: String,
    },
    /// What a plugin costs: start, memory, time per row, over the events of its cases.
    Bench {
        /// Directory of a ruleset, or the id of a bundled one.
        #[arg(default_value = ".")]
        ruleset: String,
        /// How long to measure each kind of event.
        #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
        duration: f64,
    },
}

/// Languages of plugins, as people type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageName {
    Rust,
    C,
    Go,
    #[value(alias = "py")]
    Python,
    #[value(alias = "javascript")]
    Js,
    #[value(alias = "typescript")]
    Ts,
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::Rust => Self::Rust,
            LanguageName::C => Self::C,
            LanguageName::Go => Self::Go,
            LanguageName::Python => Self::Python,
            LanguageName::Js | LanguageName::Ts => Self::JavaScript,
        }
    }
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
    GitlabSecrets,
}

impl From<Format> for merlon_sink::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
            Format::Jsonl => Self::Jsonl,
            Format::Sarif => Self::Sarif,
            Format::Junit => Self::Junit,
            Format::Gitlab => Self::Gitlab,
            Format::GitlabSecrets => Self::GitlabSecrets,
        }
    }
}

/// Which new rulesets take the place of the old ones while a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reload {
    /// Those that pass their cases and would deny nothing recent that was not denied.
    RefuseNewDenials,
    /// Those that pass their cases.
    Accept,
    /// None; SIGHUP ends the job.
    Off,
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
